"""The pages: a family asks and fetches its copy, the school answers, two people erase, a breach is told in time."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from django.test import Client
from tests import factories, money
from tests.pdf import text as text_of

from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.fees.models import Invoice
from truongso.kernel import clock, selfcheck
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.messaging.models import Channel, Delivery
from truongso.messaging.sending import send_due
from truongso.organizations.models import School
from truongso.payments.public import book
from truongso.people.models import AccessEntry, DataRequest, Erasure, Guardian, Incident, LegalHold, Student
from truongso.people.sensitive.services import keep_facts
from truongso.people.sensitive.types import FactKind

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


@pytest.fixture
def invoice(school: School) -> Invoice:
    made = money.invoice(school, (200_000,), full_name="Nguyễn Bảo An")
    with savepoint():
        book(school.pk, booking=money.booking((made, 200_000)), actor=money.ACTOR)
    return made


@pytest.fixture
def people(school: School) -> dict[Role, User]:
    roles = (Role.PRINCIPAL, Role.ACCOUNTANT, Role.IT_ADMIN, Role.CASHIER)
    return {role: factories.user(role, school=school, full_name=f"Người {role.value}") for role in roles}


def signed(user: User) -> Client:
    return factories.login(Client(), user)


def test_a_family_asks_and_fetches_the_copy_with_what_only_it_knows(
    invoice: Invoice, people: dict[Role, User], school: School
) -> None:
    Channel.objects.create(school=school, kind="sms", is_active=True, updated_at=MONDAY)
    mother = Guardian.objects.for_school(school).get()
    family, page = Client(), f"/p/{invoice.public_id}/du-lieu"
    shown = family.get(page).content.decode()
    assert "Tr*** Th*** Th*** Hằng · …0001" in shown
    assert mother.full_name not in shown
    assert family.post(page, {}).status_code == 422
    answer = family.post(page, {"loai": "view", "nguoi": str(mother.pk)})
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert "Nhà trường trả lời trước 17:00 07/10/2026." in family.get(page).content.decode()
    assert "YC-1 cùng loại" in family.post(page, {"loai": "view", "nguoi": str(mother.pk)}).content.decode()
    assert family.post(page, {"loai": "view", "nguoi": "999999"}).status_code == 422
    asked = DataRequest.objects.for_school(school).get()

    principal = signed(people[Role.PRINCIPAL])
    assert "còn 2 ngày làm việc" in principal.get("/du-lieu-ca-nhan").content.decode()
    address = f"/du-lieu-ca-nhan/yeu-cau/{asked.public_id}"
    assert principal.get(f"{address}/ban-sao.pdf").status_code == 302  # not granted yet
    principal.post(f"{address}/quyet-dinh", {"viec": "chap-nhan", "noi_dung": "Đã sẵn sàng"})
    assert "Đã gửi đường dẫn nhận bản sao tới …0001" in principal.get(address).content.decode()

    said = Delivery.objects.for_school(school).get(template="data_answer").body
    link = "/ban-sao/" + said.split("/ban-sao/", 1)[1].split()[0]
    assert "Nguyễn Bảo An" not in family.get(link).content.decode()
    wrong = family.post(link, {"ngay_sinh": "15/03/2018", "dang": "json"})
    assert (wrong.status_code, "Chưa khớp với hồ sơ" in wrong.content.decode()) == (422, True)
    copy = family.post(link, {"ngay_sinh": "14/03/2018", "dang": "json"})
    assert copy["Content-Disposition"] == 'attachment; filename="ban-sao-yc-1.json"'
    assert copy["Cache-Control"] == "no-store"
    assert json.loads(copy.content)["pupil"]["full_name"] == "Nguyễn Bảo An"
    paper = family.post(link, {"dien_thoai": "0900000001", "dang": "pdf"})
    words = text_of(paper.content)
    assert "Bản sao YC-1 lập lúc 09:00 05/10/2026 cho Trần Thị Thu Hằng" in words
    assert "200.000" in words
    assert family.get("/ban-sao/khong-co").status_code == 404
    asked.refresh_from_db()
    assert asked.state == "done"
    with savepoint():
        keep_facts(school.pk, {asked.student_id: {FactKind.ETHNICITY: "Mông"}})
    given = json.loads(principal.get(f"{address}/ban-sao.json").content)
    facts = next(one for one in given["tables"] if one["table"] == "people.SensitiveFact")
    assert facts["rows"] == [{"kind": "ethnicity", "value": "Mông"}]
    looked = AccessEntry.objects.for_school(school).get()
    assert (looked.seen, looked.reason) == (["ethnicity"], "Lập bản sao theo yêu cầu YC-1")
    fetched = AuditEntry.objects.filter(action="people:data_request:fetch").values_list("params", flat=True)
    assert [one["form"] for one in fetched] == ["json", "pdf"]
    with clock.frozen(MONDAY + dt.timedelta(hours=73)):
        late = family.post(link, {"ngay_sinh": "14/03/2018", "dang": "pdf"})
    assert "Đường dẫn đã hết hạn" in late.content.decode()


def test_who_may_answer_and_who_only_sees(invoice: Invoice, people: dict[Role, User]) -> None:
    pupil = Student.objects.for_school(invoice.school_id).get()
    page = f"/hoc-sinh/{pupil.public_id}/du-lieu"
    it = signed(people[Role.IT_ADMIN])
    assert it.post(page, {"loai": "correct", "ten": "Bà Lan", "noi_dung": ""}).status_code == 422
    assert it.post(page, {"loai": "correct", "ten": "Bà Lan", "noi_dung": "Sai ngày sinh"}).status_code == 302
    asked = DataRequest.objects.for_school(invoice.school_id).get()
    assert (asked.channel, asked.asked_by) == ("school", "Bà Lan")
    address = f"/du-lieu-ca-nhan/yeu-cau/{asked.public_id}"
    assert it.post(f"{address}/quyet-dinh", {"viec": "chap-nhan"}).status_code == 403
    assert it.get(f"{address}/ban-sao.json").status_code == 403  # it holds money
    assert signed(people[Role.CASHIER]).get(address).status_code == 403
    principal = signed(people[Role.PRINCIPAL])
    principal.post(f"{address}/quyet-dinh", {"viec": "tu-choi", "noi_dung": ""})
    asked.refresh_from_db()
    assert asked.state == "received"
    for viec, text, state in (("chap-nhan", "", "granted"), ("gia-han", "Chờ giấy", "granted"), ("xong", "", "done")):
        principal.post(f"{address}/quyet-dinh", {"viec": viec, "noi_dung": text})
        asked.refresh_from_db()
        assert asked.state == state
    assert clock.school_date(asked.act_by) == dt.date(2026, 11, 4)
    assert principal.get(f"{address}/quyet-dinh").status_code in {302, 405}


def test_two_people_erase_and_money_stays(invoice: Invoice, people: dict[Role, User], school: School) -> None:
    pupil = Student.objects.for_school(school).get()
    accountant, principal = signed(people[Role.ACCOUNTANT]), signed(people[Role.PRINCIPAL])
    page = f"/hoc-sinh/{pupil.public_id}/du-lieu"
    propose = f"{page}/de-nghi-xoa"
    accountant.post(propose, {"ly_do": "Gia đình chuyển đi"})
    assert not Erasure.objects.for_school(school).exists()  # still at school
    Student.objects.for_school(school).update(status="transferred")
    assert signed(people[Role.CASHIER]).post(propose, {"ly_do": "x"}).status_code == 403
    assert principal.post(propose, {"ly_do": "x"}).status_code == 403  # who approves does not propose
    principal.post("/du-lieu-ca-nhan/giu-lai", {"ly_do": "Tòa án yêu cầu", "van_ban": "12/TA"})
    accountant.post(propose, {"ly_do": "Gia đình chuyển đi"})
    assert not Erasure.objects.for_school(school).exists()  # held
    hold = LegalHold.objects.for_school(school).get()
    principal.post(f"/du-lieu-ca-nhan/giu-lai/{hold.public_id}/ket-thuc", {"ly_do": "Xong việc"})
    shown = accountant.get(page).content.decode()
    assert "Phiếu báo thu" in shown
    assert "pháp luật kế toán buộc lưu" in shown
    accountant.post(propose, {"ly_do": "Gia đình chuyển đi"})
    row = Erasure.objects.for_school(school).get()
    Delivery.objects.create(
        school=school, kind="sms", address="0900000001", template="fee_reminder_before", subject="", body="An nộp",
        dedupe_key="x", state="sent", next_attempt_at=MONDAY, created_at=MONDAY, finished_at=MONDAY,
    )  # fmt: skip
    for key, template in (("y", "fee_reminder_before"), ("z", "account_state")):  # a guardian who works here, too
        Delivery.objects.create(
            school=school, kind="sms", address="0900000001", template=template, subject="", body="An nộp",
            dedupe_key=key, next_attempt_at=MONDAY + dt.timedelta(days=1), created_at=MONDAY,
        )  # fmt: skip
    address = f"/du-lieu-ca-nhan/xoa/{row.public_id}"
    assert "Duyệt và xóa" in principal.get(address).content.decode()
    assert "Duyệt và xóa" not in accountant.get(address).content.decode()
    assert accountant.post(f"{address}/quyet-dinh", {"viec": "duyet"}).status_code == 403
    before = Invoice.objects.for_school(school).values().get()
    principal.post(f"{address}/quyet-dinh", {"viec": "duyet"})
    row.refresh_from_db()
    assert row.state == "done"
    assert row.counts["changed"] == {"messaging.Delivery": 2, "people.Guardian": 1, "people.Student": 1}
    assert row.counts["kept"]["payments.Receipt"] == 1
    pupil.refresh_from_db()
    assert (pupil.full_name, pupil.birth_date, pupil.sector_code) == ("Học sinh đã xóa dữ liệu", None, "")
    guardian = Guardian.objects.for_school(school).get()
    assert (guardian.full_name, guardian.phone, guardian.other_phones, guardian.email) == (
        "Phụ huynh đã xóa dữ liệu", "", [], ""
    )  # fmt: skip
    left = Delivery.objects.for_school(school).order_by("pk").values_list("address", "body", "state", "problem")
    assert list(left) == [
        ("forgotten", "", "sent", ""), ("forgotten", "", "skipped", "erased"), ("0900000001", "An nộp", "queued", ""),
    ]  # fmt: skip
    assert send_due() == 0
    assert Invoice.objects.for_school(school).values().get() == before
    assert _erased_and_back() == [0]
    Student.objects.for_school(school).update(school_code="HS0007")  # as if somebody wrote it back by hand
    assert _erased_and_back() == [1]
    proof = AuditEntry.objects.get(action="people:erasure:erase")
    assert proof.params["changed"]["people.Student"] == 1
    assert "Nguyễn Bảo An" not in json.dumps(proof.params)
    assert "đã xóa 1" in principal.get(address).content.decode()


def test_a_breach_is_recorded_printed_told_and_closed(people: dict[Role, User], school: School) -> None:
    it = signed(people[Role.IT_ADMIN])
    assert signed(people[Role.ACCOUNTANT]).get("/du-lieu-ca-nhan/su-co").status_code == 403
    said = {
        "ten": "Gửi nhầm danh sách", "phat_hien": "05/10/2026", "phat_hien_gio": "08:00", "loai": ["contact"],
        "so_nguoi": "36", "dien_bien": "Danh sách lớp 3A2 gửi nhầm nhóm phụ huynh lớp khác",
    }  # fmt: skip
    assert it.post("/du-lieu-ca-nhan/su-co/moi", {**said, "phat_hien_gio": "10:00"}).status_code == 422  # to come
    assert not Incident.objects.for_school(school).exists()
    it.post("/du-lieu-ca-nhan/su-co/moi", said)
    row = Incident.objects.for_school(school).get()
    assert row.tell_by == dt.datetime(2026, 10, 8, 8, 0, tzinfo=clock.SCHOOL_TIME)
    address = f"/du-lieu-ca-nhan/su-co/{row.public_id}"
    assert "còn 71 giờ" in it.get("/du-lieu-ca-nhan/su-co").content.decode()
    with clock.frozen(MONDAY + dt.timedelta(days=4)):
        assert "Quá hạn thông báo" in it.get(address).content.decode()
    words = text_of(it.get(f"{address}/ban-in.pdf").content)
    assert "Gửi nhầm danh sách" in words
    assert "Điện thoại, email, địa chỉ" in words
    it.post(f"{address}/sua", {**said, "so_nguoi": "72", "bien_phap": "Thu hồi tệp"})
    it.post(f"{address}/buoc", {"viec": "da-thong-bao", "noi_nhan": ""})
    row.refresh_from_db()
    assert (row.people, row.measures, row.state) == (72, "Thu hồi tệp", "open")
    it.post(f"{address}/buoc", {"viec": "da-thong-bao", "noi_nhan": "Công an tỉnh, số 5/TB"})
    it.post(f"{address}/buoc", {"viec": "dong", "ket_luan": "Đã thu hồi, nhắc cả trường"})
    row.refresh_from_db()
    assert (row.state, row.told_to, row.conclusion) == ("closed", "Công an tỉnh, số 5/TB", "Đã thu hồi, nhắc cả trường")
    assert it.get(f"{address}/sua").status_code == 200
    assert it.post(f"{address}/sua", said).status_code == 422


def _erased_and_back() -> list[int]:
    return [one.broken for one in selfcheck.run_all() if one.invariant == "I23"]
