"""A family's own account: offered, taken up by whoever the school knows, one user for all schools, over with the last
child. The pages are those of the link."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests import factories, money

from truongso.accounts.models import Membership, User
from truongso.accounts.public import hold_family_role
from truongso.accounts.services import change_password
from truongso.accounts.staffing.models import AccountRequest
from truongso.accounts.types import Role
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.models import AuditEntry
from truongso.messaging.models import Channel, Delivery
from truongso.organizations.models import School
from truongso.people.family_accounts import services
from truongso.people.family_accounts.types import FamilyAccountRefusedError
from truongso.people.models import AccountOffer, DataRequest, FamilyAccount, Guardian, Student
from truongso.people.privacy.consents import agree, take_back
from truongso.people.privacy.purposes import PUPIL_ACCOUNT, RECEIPT_NOTICE
from truongso.people.privacy.requests import ask as ask_about_data
from truongso.people.privacy.requests import refuse
from truongso.people.privacy.types import DataRequestKind
from truongso.people.sensitive.services import keep_facts, open_facts
from truongso.people.sensitive.types import FactKind, SeenKind
from truongso.workspaces.tests.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]

SCHOOL = Actor(7, "Lò Thị Trưởng", "web")
KNOWN = {"ngay_sinh": "14/03/2018"}
PASSWORD = "Cả nhà đi chợ phiên 5 lần!"


@pytest.fixture
def invoice(school: School) -> Invoice:
    Channel.objects.create(school=school, kind="sms", is_active=True, updated_at=clock.now())
    return money.invoice(school, [250_000])


def _guardian(invoice: Invoice) -> Guardian:
    rows = Guardian.objects.for_school(invoice.school_id).filter(guardianships__student=invoice.student)
    found: Guardian = rows.earliest("pk")
    return found


def _offer(invoice: Invoice) -> str:
    """The path of an offer the school printed."""
    with transaction():
        address = services.print_offer(actor=SCHOOL, student=invoice.student, guardian=_guardian(invoice))
    return address[address.index("/gia-dinh/") :]


def _account(invoice: Invoice, user: User) -> FamilyAccount:
    """The user as the guardian of the invoice's pupil."""
    token = _offer(invoice).rsplit("/", 1)[1]
    offer = services.find_offer(token)
    assert offer is not None
    with transaction():
        return services.take_up(offer=offer, user=user, actor=SCHOOL).account


def _roles(user: User) -> list[tuple[str, str, bool]]:
    rows = Membership.objects.filter(user=user).order_by("pk")
    return [(one.role, one.place, one.valid_to is None) for one in rows]


def test_an_account_begins_at_the_link_and_ends_at_the_contact_on_record(client: Client, invoice: Invoice) -> None:
    address, guardian = f"/p/{invoice.public_id}/tai-khoan", _guardian(invoice)
    assert "Tài khoản phụ huynh (không bắt buộc)" in text(client.get(f"/p/{invoice.public_id}"))
    page = text(client.get(address))
    assert ["Không bắt buộc" in page, "Tr*** Th*** Th*** Hằng · …0001" in page] == [True, True]
    for wrong in ({}, {"nguoi": guardian.pk}, {"nguoi": guardian.pk, "ngay_sinh": "15/03/2018"}, {"nguoi": 0, **KNOWN}):
        assert client.post(address, wrong).status_code == 422
    assert "Trả lời một trong hai câu: ngày sinh, hoặc" in text(client.post(address, {"nguoi": guardian.pk}))
    assert AccountOffer.objects.for_school(invoice.school).count() == 0
    sent = client.post(address, {"nguoi": guardian.pk, **KNOWN}, follow=True)
    assert "Đã gửi đường dẫn tới …0001. Mở trong 72 giờ." in text(sent)
    message = Delivery.objects.for_school(invoice.school).get(template="family_account")
    assert (message.address, message.essential) == ("0900000001", True)
    path = message.body[message.body.index("/gia-dinh/mo/") :].split()[0].rstrip(".")
    assert User.objects.count() == 0  # nobody is made by asking

    assert client.post(path, {"viec": "moi", "ngay_sinh": "15/03/2018"}).status_code == 422
    assert (User.objects.count(), FamilyAccount.objects.for_school(invoice.school).count()) == (0, 0)
    started = client.post(path, {"viec": "moi", **KNOWN})
    assert started["Location"].startswith("/kich-hoat/")
    assert "Tạo mật khẩu của riêng mình" in text(client.get(started["Location"]))
    entered = client.post(started["Location"], {"password": PASSWORD}, follow=True)
    assert entered.redirect_chain[-1][0] == "/gia-dinh"
    page = text(entered)
    assert ["Nguyễn Bảo An" in page, "Thanh toán · 250.000" in page] == [True, True]
    assert f"/p/{invoice.public_id}" in entered.content.decode()
    user = User.objects.get()
    assert (user.full_name, user.phone, _roles(user)) == (
        "Trần Thị Thu Hằng", "0900000001", [("parent", invoice.school.name, True)],
    )  # fmt: skip
    acts = AuditEntry.objects.filter(action__startswith="people:family_account").order_by("pk")
    assert [one.action.rsplit(":", 1)[1] for one in acts] == ["offer", "take_up"]
    assert client.post(path, {"viec": "gan", **KNOWN}).status_code == 200  # used: says so, does nothing
    assert "Đã dùng, đã quá 72 giờ" in text(Client().get(path))
    assert "Anh/chị đang đăng nhập" in text(client.get(address))
    back = 'href="/gia-dinh"'  # the pages of the link lead back to the account, for who has one
    pages = [one.get(f"/p/{invoice.public_id}").content.decode() for one in (client, Client())]
    assert [back in page for page in pages] == [True, False]


def test_the_answer_does_not_tell_who_has_an_account_and_guessing_ends(client: Client, invoice: Invoice) -> None:
    address, asked = f"/p/{invoice.public_id}/tai-khoan", {"nguoi": _guardian(invoice).pk, **KNOWN}
    without = text(client.post(address, asked, follow=True))
    _account(invoice, factories.user(None))
    with_one = text(client.post(address, asked, follow=True))
    assert with_one == without
    third, fourth = client.post(address, asked).status_code, text(client.post(address, asked))
    assert (third, "Hôm nay đã gửi nhiều lần" in fourth) == (302, True)
    for day in range(1, 11):
        client.post(address, {**asked, "ngay_sinh": f"{day:02}/01/2018"})
    offers = AccountOffer.objects.for_school(invoice.school).count()
    assert "Đã thử quá nhiều lần" in text(client.post(address, asked))
    assert AccountOffer.objects.for_school(invoice.school).count() == offers
    unknown = [client.get(f"/gia-dinh/mo/{name}").status_code for name in ("abc", "x" * 32)]
    assert unknown == [404, 404]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("sms", {"phone": "0912345678"}), ("sms", {"phone": ""}), ("email", {"email": "me@khac.example"}),
        ("email", {"email": "", "phone": "0900000001"}),
    ],
)  # fmt: skip
def test_an_offer_ends_with_the_contact_it_was_sent_to(
    client: Client, invoice: Invoice, kind: str, values: dict[str, str]
) -> None:
    """The school corrects a number: whoever holds the old one holds a link that opens nothing."""
    Channel.objects.for_school(invoice.school).update(kind=kind)
    guardians = Guardian.objects.for_school(invoice.school)
    guardians.update(email="Me@nha.example")
    client.post(f"/p/{invoice.public_id}/tai-khoan", {"nguoi": _guardian(invoice).pk, **KNOWN})
    body = Delivery.objects.for_school(invoice.school).get(template="family_account").body
    path = body[body.index("/gia-dinh/mo/") :].split()[0].rstrip(".")
    slip = _offer(invoice)
    AccountOffer.objects.for_school(invoice.school).update(expires_at=clock.now() + dt.timedelta(hours=72))
    assert "Tạo tài khoản mới" in text(client.get(path))
    kept = guardians.values("phone", "email", "other_phones").get()
    guardians.update(**values)
    assert "không còn trong hồ sơ" in text(client.get(path))
    assert client.post(path, {"viec": "moi", **KNOWN}).status_code == 200
    assert (User.objects.count(), FamilyAccount.objects.for_school(invoice.school).count()) == (0, 0)
    assert "Tạo tài khoản mới" in text(client.get(slip))  # handed over: no contact
    guardians.update(**kept)
    assert client.post(path, {"viec": "moi", **KNOWN}).status_code == 302


def test_the_rail_names_the_family_where_children_are_at_several_schools(client: Client, invoice: Invoice) -> None:
    user = factories.user(None)
    _account(invoice, user)
    factories.login(client, user)
    one_school = text(client.get("/tai-khoan"))
    elsewhere = factories.school(code="79-KHAC", name="Trường THCS Kim Đồng", prefix="KD")
    _account(money.invoice(elsewhere, [90_000], full_name="Nguyễn Bảo Bình"), user)
    assert ["2 trường" in page for page in (one_school, text(client.get("/tai-khoan")))] == [False, True]


def test_one_person_is_one_user_joined_by_being_signed_in(client: Client, invoice: Invoice) -> None:
    teacher = factories.user(Role.SUBJECT_TEACHER, school=invoice.school, full_name="Trần Thị Thu Hằng")
    factories.login(client, teacher, fresh=False)
    path = _offer(invoice)
    assert client.post(path, {"viec": "gan", **KNOWN})["Location"].startswith("/xac-nhan-lai?next=%2Fgia-dinh%2Fmo%2F")
    assert FamilyAccount.objects.for_school(invoice.school).count() == 0
    factories.prove(client, teacher)
    assert client.post(path, {"viec": "moi", **KNOWN}).status_code == 422  # signed in: no second account
    assert client.post(path, {"viec": "gan", **KNOWN})["Location"] == "/gia-dinh"
    elsewhere = factories.school(code="79-KHAC", name="Trường THCS Kim Đồng", prefix="KD")
    second = money.invoice(elsewhere, [90_000], full_name="Nguyễn Bảo Bình")
    stranger = money.invoice(elsewhere, [70_000], full_name="Lý Thị Mẩy")
    assert client.get("/gia-dinh").status_code == 200
    _account(second, teacher)
    assert User.objects.count() == 1
    assert _roles(teacher) == [
        ("subject_teacher", invoice.school.name, True), ("parent", invoice.school.name, True),
        ("parent", elsewhere.name, True),
    ]  # fmt: skip
    page = text(client.get("/gia-dinh"))
    assert [one in page for one in ("Nguyễn Bảo An", "Nguyễn Bảo Bình", "Lý Thị Mẩy")] == [True, True, False]
    assert ["Nộp chung tất cả" in page, "Tiểu học Lê Văn Tám" in page, "THCS Kim Đồng" in page] == [True] * 3
    for tail in ("ai-da-xem", "du-lieu", "dong-y"):
        got = [
            client.get(f"/gia-dinh/{one.student.public_id}/{tail}").status_code for one in (invoice, second, stranger)
        ]
        assert got == [200, 200, 404]
    with pytest.raises(FamilyAccountRefusedError, match="has_account"):
        _account(invoice, factories.user(None))


def test_a_slip_printed_for_one_child_opens_by_the_birth_date_of_any_child_here(
    client: Client, invoice: Invoice
) -> None:
    younger = money.invoice(invoice.school, [90_000], full_name="Nguyễn Bảo Bình").student
    Student.objects.for_school(invoice.school).filter(pk=younger.pk).update(birth_date=dt.date(2020, 5, 6))
    _guardian(invoice).guardianships.create(school=invoice.school, student=younger, relationship="mother")
    path = _offer(invoice)

    wrong = client.post(path, {"viec": "moi", "ngay_sinh": "07/05/2020"})
    assert (wrong.status_code, User.objects.count(), FamilyAccount.objects.for_school(invoice.school).count()) == (
        422,
        0,
        0,
    )
    right = client.post(path, {"viec": "moi", "ngay_sinh": "06/05/2020"})
    assert (right.status_code, User.objects.count()) == (302, 1)
    assert FamilyAccount.objects.for_school(invoice.school).get().guardian == _guardian(invoice)


def test_an_account_begun_and_left_is_begun_anew(invoice: Invoice) -> None:
    first = Client().post(_offer(invoice), {"viec": "moi", **KNOWN})["Location"]
    again = Client().post(_offer(invoice), {"viec": "moi", **KNOWN})["Location"]
    assert (User.objects.count(), first != again) == (1, True)
    assert [Client().get(one).status_code for one in (first, again)] == [410, 200]
    teacher = factories.user(Role.SUBJECT_TEACHER, school=invoice.school)
    assert _account(invoice, teacher).user_id == teacher.pk
    left = FamilyAccount.objects.for_school(invoice.school).exclude(ended_at=None)
    assert [one.user_id != teacher.pk for one in left] == [True]


def test_signed_in_the_second_question_is_answered_by_confirming(client: Client, invoice: Invoice) -> None:
    student, school = invoice.student, invoice.school
    sibling = factories.student(school, "Nguyễn Bảo Châu", family=invoice.family, payer="Nguyễn Văn Khác")
    for one in (student, sibling):
        keep_facts(school.pk, {one.pk: {FactKind.HEALTH: "Hen suyễn"}})
        with transaction():
            open_facts(
                actor=SCHOOL, role=Role.PRINCIPAL, student=one, seen=[SeenKind.HEALTH], reason=f"Cấp cứu {one.pk}"
            )
    user = factories.user(None, second_factor=False)
    _account(invoice, user)
    factories.login(client, user, fresh=False)
    address = f"/gia-dinh/{student.public_id}/ai-da-xem"
    for path in (address, f"/p/{invoice.public_id}/ai-da-xem"):
        assert client.get(path)["Location"].startswith("/xac-nhan-lai?next=")
    assert client.get(f"/gia-dinh/{sibling.public_id}/ai-da-xem").status_code == 404  # no guardian of this one
    factories.prove(client, user)
    for path in (address, f"/p/{invoice.public_id}/ai-da-xem"):
        said = text(client.get(path))
        assert [f"Cấp cứu {one.pk}" in said for one in (student, sibling)] == [True, False]
    guardian = _guardian(invoice)
    consents = f"/gia-dinh/{student.public_id}/dong-y"
    assert "Ngày sinh của con" not in text(client.get(consents))
    agreed = {"muc": PUPIL_ACCOUNT, "nguoi": guardian.pk, "viec": "dong-y"}
    assert "Đã ghi sự đồng ý." in text(client.post(consents, agreed, follow=True))
    by_link = Client().post(f"/p/{invoice.public_id}/dong-y", {**agreed, "viec": "dong-y"}, follow=True)
    assert "Trả lời một trong hai câu" in text(by_link)
    data = f"/gia-dinh/{student.public_id}/du-lieu"
    assert client.post(data, {"loai": "view", "nguoi": guardian.pk})["Location"] == data
    assert "YC-1" in text(client.get(data))


def test_another_contact_is_proposed_and_the_one_of_now_is_told(client: Client, invoice: Invoice) -> None:
    user = factories.user(None)
    _account(invoice, user)
    factories.login(client, user, fresh=False)
    guardian, wanted = _guardian(invoice), {"loai": "phone", "moi": "0912 345 678"}
    said = {"noi": guardian.pk, **wanted}
    assert "…0001" in text(client.get("/gia-dinh/lien-he"))
    assert client.post("/gia-dinh/lien-he", said)["Location"].startswith("/xac-nhan-lai?next=")
    factories.prove(client, user)
    for wrong in ({**said, "moi": "12"}, {**said, "moi": "0900000001"}, {**said, "noi": "0"}, wanted):
        assert client.post("/gia-dinh/lien-he", wrong).status_code == 422
    assert DataRequest.objects.for_school(invoice.school).count() == 0
    assert "Đã gửi đề nghị YC-1." in text(client.post("/gia-dinh/lien-he", said, follow=True))
    row = DataRequest.objects.for_school(invoice.school).get()
    assert (row.kind, row.detail, row.guardian_id) == (
        "correct", "Đổi số điện thoại …0001 thành 0912345678", guardian.pk,
    )  # fmt: skip
    told = Delivery.objects.for_school(invoice.school).get(template="data_answer")
    assert (told.address, "goi truong ngay" in told.body) == ("0900000001", True)
    guardian.refresh_from_db()
    assert guardian.phone == "0900000001"
    Delivery.objects.for_school(invoice.school).update(state="sent", finished_at=clock.now())
    page = text(client.get("/gia-dinh/tin-nhan"))
    assert ["…0001" in page, "Đang nhận tin" in page, "goi truong ngay" in page] == [True, True, False]


def test_what_was_sent_to_a_contact_of_two_families_is_shown_to_neither(client: Client, invoice: Invoice) -> None:
    """A mistyped number: messages to it are another family's, with its links."""
    user, school = factories.user(None), invoice.school
    _account(invoice, user)
    factories.login(client, user)
    now = clock.now()
    Delivery.objects.create(
        school=school, kind="sms", address=_guardian(invoice).phone, template="payment_received",
        body="Da nhan 100.000 d", recipient_name=_guardian(invoice).full_name, dedupe_key="a",
        state="sent", next_attempt_at=now, created_at=now, finished_at=now,
    )  # fmt: skip
    assert "Da nhan 100.000 d" in text(client.get("/gia-dinh/tin-nhan"))
    other = money.invoice(school, (40_000,), full_name="Vàng A Sử")
    theirs = Guardian.objects.for_school(school).filter(family_id=other.family_id)
    for values in ({"phone": "0900000001", "other_phones": []}, {"phone": "", "other_phones": ["09", "0900000001"]}):
        theirs.update(**values)
        page = text(client.get("/gia-dinh/tin-nhan"))
        assert ["Da nhan" in page, "Hồ sơ của gia đình khác cũng ghi liên hệ này" in page] == [False, True]
    theirs.update(phone="", other_phones=["09000000012"])
    assert "Da nhan 100.000 d" in text(client.get("/gia-dinh/tin-nhan"))


def test_a_number_that_changed_hands_shows_what_was_said_to_its_owner_of_now(client: Client, invoice: Invoice) -> None:
    """The former family's record has another number by now, so nothing says that this one was theirs."""
    user, school, guardian, now = factories.user(None), invoice.school, _guardian(invoice), clock.now()
    _account(invoice, user)
    factories.login(client, user)
    said = {"Vàng A Sử": "Em Sua no 40.000 d", "TRẦN THỊ  THU HẰNG": "Em An no 250.000 d",
            "Phụ huynh em Nguyễn Bảo An": "Em An no 9.000 d", "": "Khong ghi ten"}  # fmt: skip
    for number, (name, body) in enumerate(said.items()):
        Delivery.objects.create(
            school=school, kind="sms", address=guardian.phone, template="fee_reminder_before", recipient_name=name,
            body=body, dedupe_key=f"a{number}", state="sent", next_attempt_at=now, created_at=now, finished_at=now,
        )  # fmt: skip
    page = text(client.get("/gia-dinh/tin-nhan"))
    assert [body in page for body in said.values()] == [False, True, True, False]


def test_the_account_ends_with_the_last_child_or_by_the_school(client: Client, invoice: Invoice) -> None:
    user = factories.user(None)
    account = _account(invoice, user)
    factories.login(client, user)
    assert "Nguyễn Bảo An" in text(client.get("/gia-dinh"))
    assert services.end_without_children() == 0
    Student.objects.for_school(invoice.school).update(status="transferred")
    page = text(client.get("/gia-dinh"))  # at once, before the clock comes by
    assert ["Nguyễn Bảo An" in page, "Không có ai đang học" in page] == [False, True]
    assert client.get(f"/gia-dinh/{invoice.student.public_id}/du-lieu").status_code == 404
    assert client.get(f"/p/{invoice.public_id}/ai-da-xem").status_code == 200  # asks as any visitor
    with clock.frozen(clock.now() + dt.timedelta(days=11)):
        assert services.end_without_children() == 1
        assert _roles(user) == [("parent", invoice.school.name, False)]
        assert AccountOffer.objects.for_school(invoice.school).count() == 0
        assert client.get("/gia-dinh").status_code == 403
        with transaction(), pytest.raises(FamilyAccountRefusedError, match="not_open"):
            services.end_account(actor=SCHOOL, account=account, reason="Không còn giám hộ")


def test_who_was_guardian_before_comes_back_by_no_message(client: Client, invoice: Invoice) -> None:
    """The school ended the account: another is had at school alone, not by the number that still stands there."""
    guardian, address = _guardian(invoice), f"/p/{invoice.public_id}/tai-khoan"
    account = _account(invoice, factories.user(None))
    with transaction():
        services.end_account(actor=SCHOOL, account=account, reason="Đổi người giám hộ")
    sent = AccountOffer.objects.for_school(invoice.school).filter(way="message")
    page = text(client.post(address, {"nguoi": guardian.pk, **KNOWN}))
    assert ["Đến trường nhận phiếu tạo tài khoản" in page, sent.count()] == [True, 0]
    _account(invoice, factories.user(None))
    assert "Đã gửi đường dẫn" in text(client.post(address, {"nguoi": guardian.pk, **KNOWN}, follow=True))
    assert sent.count() == 1


def test_whoever_the_school_shut_out_comes_back_by_no_link_asked_for_before(client: Client, invoice: Invoice) -> None:
    """With an account open one may ask for a link as well as without; it must not outlive the account."""
    user = factories.user(None)
    account = _account(invoice, user)
    client.post(f"/p/{invoice.public_id}/tai-khoan", {"nguoi": _guardian(invoice).pk, **KNOWN})
    body = Delivery.objects.for_school(invoice.school).get(template="family_account").body
    path = body[body.index("/gia-dinh/mo/") :].split()[0].rstrip(".")
    assert "Tạo tài khoản mới" in text(Client().get(path))
    with transaction():
        services.end_account(actor=SCHOOL, account=account, reason="Không còn giám hộ")
    factories.login(client, user)
    assert "Đường dẫn đã hết hạn" in text(client.post(path, {"viec": "gan", **KNOWN}))
    assert "Đường dẫn đã hết hạn" in text(Client().post(path, {"viec": "moi", **KNOWN}))
    assert [one.ended_at is None for one in FamilyAccount.objects.for_school(invoice.school)] == [False]
    assert "Tạo tài khoản mới" in text(Client().get(_offer(invoice)))  # the slip the school hands over anew


def test_another_name_in_the_record_is_another_person(client: Client, invoice: Invoice) -> None:
    """A record is corrected, never removed: the father's becomes the grandmother's, and his account sees nothing."""
    user, school = factories.user(None), invoice.school
    account, student = _account(invoice, user), invoice.student
    factories.login(client, user)
    clerk = factories.login(Client(), factories.user(Role.IT_ADMIN, school=school))
    form = f"/hoc-sinh/{student.public_id}/giam-ho/1"
    assert "của người trước ngừng ngay" in text(clerk.get(form))
    same = {"guardian_name": "Tran Thi  Thu HẰNG", "relationship": "mother", "phone": "", "email": ""}
    clerk.post(form, same)
    assert client.get(f"/gia-dinh/{student.public_id}/du-lieu").status_code == 200
    path = _offer(invoice)
    clerk.post(form, {**same, "guardian_name": "Lò Thị Bà"})
    account.refresh_from_db()
    assert (_guardian(invoice).full_name, account.ended_at is not None) == ("Lò Thị Bà", True)
    assert _roles(user) == [("parent", school.name, False)]
    assert "Nguyễn Bảo An" not in text(client.get("/gia-dinh"))
    assert client.get(f"/gia-dinh/{student.public_id}/du-lieu").status_code == 404
    assert "Đã dùng, đã quá 72 giờ" in text(Client().get(path))


def test_the_words_of_a_refusal_are_read_by_who_asked_alone(client: Client, invoice: Invoice) -> None:
    """Parents live apart: the answer to the one may tell the other where she is."""
    user, father = factories.user(None), factories.user(None)
    _account(invoice, user)
    other = Guardian.objects.create(school=invoice.school, family=invoice.family, full_name="Nguyễn Văn Cha")
    other.guardianships.create(school=invoice.school, student=invoice.student, relationship="father")
    FamilyAccount.objects.create(school=invoice.school, user=father, guardian=other, since=clock.now())
    with transaction():
        hold_family_role(actor=SCHOOL, user=father, role=Role.PARENT, school=invoice.school)
        made = ask_about_data(
            actor=SCHOOL, student=invoice.student, kind=DataRequestKind.CORRECT, guardian=_guardian(invoice),
            asked_by="Trần Thị Thu Hằng", detail="Đổi địa chỉ",
        )  # fmt: skip
        refuse(actor=SCHOOL, request=made, reason="Chưa thấy giấy tờ ở bản Cốc San")
    factories.login(client, user)
    page = f"/gia-dinh/{invoice.student.public_id}/du-lieu"
    seen = [
        client.get(page),
        factories.login(Client(), father).get(page),
        Client().get(f"/p/{invoice.public_id}/du-lieu"),
    ]
    assert ["Cốc San" in text(one) for one in seen] == [True, False, False]
    assert ["Nhà trường đã trả lời người gửi" in text(one) for one in seen] == [False, True, True]


def test_the_school_prints_slips_and_a_pupil_s_needs_age_and_consent(client: Client, invoice: Invoice) -> None:
    admin = factories.user(Role.IT_ADMIN, school=invoice.school)
    student, guardian = invoice.student, _guardian(invoice)
    address = f"/hoc-sinh/{student.public_id}/tai-khoan"
    factories.login(client, admin)
    assert address in client.get(f"/hoc-sinh/{student.public_id}").content.decode()
    page = text(client.get(address))
    assert ["Trần Thị Thu Hằng" in page, "từ năm tròn 11 tuổi" in page, "0900000001" in page] == [True, True, False]
    assert "từ năm tròn 11 tuổi" in text(client.post(address, {"viec": "in", "nguoi": "em"}, follow=True))
    Student.objects.for_school(invoice.school).update(birth_date=dt.date(2015, 12, 30))
    refused = text(client.post(address, {"viec": "in", "nguoi": "em"}, follow=True))
    assert "Chưa có sự đồng ý" in refused
    assert AccountOffer.objects.for_school(invoice.school).count() == 0
    student.refresh_from_db()
    with transaction():
        agree(actor=SCHOOL, student=student, purpose=PUPIL_ACCOUNT, guardian=guardian, child_agrees=False)
    slip = text(client.post(address, {"viec": "in", "nguoi": "em"}))
    assert ["PHIẾU TẠO TÀI KHOẢN" in slip, "Học sinh" in slip] == [True, True]
    assert "PHIẾU TẠO TÀI KHOẢN" in text(client.post(address, {"viec": "in", "nguoi": guardian.pk}))

    with transaction():
        path = services.print_offer(actor=SCHOOL, student=student, guardian=None)
    pupil = Client()
    asked = text(pupil.get(path[path.index("/gia-dinh/") :]))
    assert ["Ngày sinh của em" in asked, "Ngày sinh của con" in asked, "anh/chị" in asked] == [True, False, False]
    activation = pupil.post(path[path.index("/gia-dinh/") :], {"viec": "moi", "ngay_sinh": "30/12/2015"})["Location"]
    page = text(pupil.post(activation, {"password": PASSWORD}, follow=True))
    assert ["Nguyễn Bảo An" in page, "Thanh toán" in page, "Tin nhắn của trường" in page] == [True, False, False]
    closed = ["/gia-dinh/tin-nhan", "/gia-dinh/lien-he", f"/gia-dinh/{student.public_id}/ai-da-xem"]
    assert [pupil.get(one).status_code for one in closed] == [403, 403, 403]
    assert pupil.session["idle_seconds"] == 30 * 60  # a computer many children use

    listed = ["Nguyễn Bảo An" in text(client.get(f"/nguoi-dung{end}")) for end in ("", "?q=bao+an")]
    assert listed == [False, True]  # families are many: found by name, beside nobody's work
    with transaction():
        take_back(actor=SCHOOL, student=student, purpose=PUPIL_ACCOUNT, guardian=guardian, said_by="Mẹ")
    assert "Không có ai đang học" in text(pupil.get("/gia-dinh"))
    assert services.end_without_children() == 1
    assert client.post(address, {"viec": "ngung", "nguoi": "em", "ly_do": "x"}).status_code == 302
    assert [client.post(address, {"viec": "in", "nguoi": one}).status_code for one in (guardian.pk + 99, "x", "")] == [
        404
    ] * 3


def test_a_family_s_link_opens_no_account_that_was_in_use_or_works_somewhere(invoice: Invoice) -> None:
    """Whoever lost the way in gets a new one as the roles ask, by two people; the slip is no way round that."""
    principal = factories.user(Role.PRINCIPAL, school=invoice.school)
    account = _account(invoice, principal)
    key_alone = {"password_changed_at": None, "activated_at": None, "second_factor_since": None}
    used = {**key_alone, "last_login": clock.now()}
    for role, moments in ((Role.PRINCIPAL, key_alone), (Role.PARENT, used)):
        User.objects.filter(pk=principal.pk).update(**moments)
        Membership.objects.filter(user=principal).exclude(role="parent").update(role=role.value)
        refused = Client().post(_offer(invoice), {"viec": "moi", **KNOWN})
        assert (refused.status_code, "Đã có tài khoản" in text(refused)) == (422, True)
    assert principal.activation_links.count() == 0
    account.refresh_from_db()
    assert (account.ended_at, AccountOffer.objects.for_school(invoice.school).filter(used_at=None).count()) == (None, 2)


def test_a_pupil_is_nobody_s_guardian_and_a_guardian_no_pupil(client: Client, invoice: Invoice) -> None:
    """Both know the answer the offer asks for; the mother's message in a child's hand makes it no parent."""
    student, guardian, child = invoice.student, _guardian(invoice), factories.user(None)
    Student.objects.for_school(invoice.school).update(birth_date=dt.date(2015, 12, 30))
    student.refresh_from_db()
    with transaction():
        agree(actor=SCHOOL, student=student, purpose=PUPIL_ACCOUNT, guardian=guardian, child_agrees=False)

    def slip() -> str:
        with transaction():
            address = services.print_offer(actor=SCHOOL, student=student, guardian=None)
        return address[address.index("/gia-dinh/") :]

    joined = {"viec": "gan", "ngay_sinh": "30/12/2015"}
    assert factories.login(client, child).post(slip(), joined)["Location"] == "/gia-dinh"
    assert "không dùng chung tài khoản" in text(client.post(_offer(invoice), joined))
    mother = factories.user(None)
    _account(invoice, mother)
    FamilyAccount.objects.for_school(invoice.school).filter(student=student).delete()
    assert "không dùng chung tài khoản" in text(factories.login(Client(), mother).post(slip(), joined))
    held = FamilyAccount.objects.for_school(invoice.school)
    assert [(one.user_id, one.guardian_id) for one in held] == [(mother.pk, guardian.pk)]


@pytest.mark.parametrize("kind", ["sms", "zalo", "file", "email"])
def test_a_parent_with_a_number_alone_is_told_of_a_changed_password(invoice: Invoice, kind: str) -> None:
    """By the school that has a way, at the contact on record now; the number the account began with is not asked."""
    parent = factories.user(None, second_factor=False)
    User.objects.filter(pk=parent.pk).update(phone="0911111111")
    first = money.invoice(factories.school(code="79-KHAC", name="Trường A", prefix="KD"), [90_000])
    for one in (first, invoice):  # the first has no channel at all
        _account(one, parent)
    Channel.objects.for_school(invoice.school).update(kind=kind)
    Guardian.objects.for_school(invoice.school).update(phone="0922222222", email="me@nha.example")
    Guardian.objects.for_school(first.school).update(email="")
    parent.refresh_from_db()
    with transaction():
        change_password(user=parent, password=PASSWORD, actor=SCHOOL)
    rows = Delivery.objects.across_schools("test").filter(template="account_state")
    address = "me@nha.example" if kind == "email" else "0922222222"
    assert [(one.school_id, one.kind, one.address) for one in rows] == [(invoice.school_id, kind, address)]


def test_by_the_link_too_who_is_signed_in_speaks_for_nobody_else(client: Client, invoice: Invoice) -> None:
    user, guardian = factories.user(None), _guardian(invoice)
    _account(invoice, user)
    factories.login(client, user)
    other = Guardian.objects.create(school=invoice.school, family=invoice.family, full_name="Nguyễn Văn Cha")
    other.guardianships.create(school=invoice.school, student=invoice.student, relationship="father")
    for one, is_heard in ((other, False), (guardian, True)):
        said = {"muc": PUPIL_ACCOUNT, "nguoi": one.pk, "viec": "dong-y"}
        page = text(client.post(f"/p/{invoice.public_id}/dong-y", said, follow=True))
        assert ("Đã ghi sự đồng ý" in page) is is_heard


def test_a_yes_to_a_pupil_s_account_is_told_to_every_other_guardian_once(client: Client, invoice: Invoice) -> None:
    """By the link nobody is known: who is named there is told too. Signed in, the others are."""
    user, mother, student = factories.user(None), _guardian(invoice), invoice.student
    numbers = {"Nguyễn Văn Cha": "0912345678", "Nguyễn Thị Bà": "0912345678", "Nguyễn Văn Ông": ""}
    for name, phone in numbers.items():
        one = Guardian.objects.create(school=invoice.school, family=invoice.family, full_name=name, phone=phone)
        one.guardianships.create(school=invoice.school, student=student, relationship="guardian")

    def told() -> list[tuple[str, bool]]:
        rows = Delivery.objects.for_school(invoice.school).filter(template="family_consent").order_by("address", "pk")
        return [(one.address, one.essential) for one in rows]

    said = {"muc": PUPIL_ACCOUNT, "nguoi": mother.pk, "viec": "dong-y"}
    link = f"/p/{invoice.public_id}/dong-y"
    client.post(link, {**said, "ngay_sinh": "15/03/2018"})
    client.post(link, {**said, "muc": RECEIPT_NOTICE})
    assert told() == []
    for _again in range(2):
        client.post(link, {**said, **KNOWN})
    assert told() == [("0900000001", True), ("0912345678", True)]
    body = Delivery.objects.for_school(invoice.school).filter(template="family_consent").earliest("pk").body
    assert ["Tr*** Th*** Th*** Hang" in body, "Tai khoan rieng cua con" in body, "http" in body] == [True, True, False]
    client.post(link, {**said, "viec": "rut"})
    _account(invoice, user)
    factories.login(client, user)
    client.post(f"/gia-dinh/{student.public_id}/dong-y", said)
    assert told() == [("0900000001", True), ("0912345678", True), ("0912345678", True)]


def test_a_guardian_with_a_number_above_a_thousand_is_heard(client: Client, invoice: Invoice) -> None:
    """Numbers shown get a point between thousands; the number of a row in a form does not."""
    other = Guardian.objects.create(pk=12_345, school=invoice.school, family=invoice.family, full_name="Nguyễn Văn Cha")
    other.guardianships.create(school=invoice.school, student=invoice.student, relationship="father")
    page = client.get(f"/p/{invoice.public_id}/dong-y").content.decode()
    assert ('value="12345"' in page, "12.345" in page) == (True, False)


def test_wrong_answers_of_a_day_count_for_the_family_wherever_they_are_given(invoice: Invoice) -> None:
    """Four pages ask the same question: with tries of their own each, a year of birthdays is guessed in half a day."""
    guardian, wrong, now = _guardian(invoice), {"ngay_sinh": "15/03/2018"}, clock.now()
    pages: list[tuple[str, dict[str, object]]] = [
        (f"/p/{invoice.public_id}/ai-da-xem", {}), (f"/p/{invoice.public_id}/tai-khoan", {"nguoi": guardian.pk}),
        (f"/p/{invoice.public_id}/dong-y", {"nguoi": guardian.pk, "muc": PUPIL_ACCOUNT, "viec": "dong-y"}),
    ]  # fmt: skip
    for number in range(20):
        page, said = pages[number % 3]
        with clock.frozen(now + dt.timedelta(seconds=number)):
            answer = Client(REMOTE_ADDR=f"10.0.0.{number + 1}").post(page, {**said, **wrong}, follow=True)
        assert "Chưa khớp với hồ sơ" in text(answer)
    for page, said in pages:
        assert "Chờ đến mai" in text(Client(REMOTE_ADDR="10.0.1.1").post(page, {**said, **KNOWN}, follow=True))
    assert (User.objects.count(), Delivery.objects.for_school(invoice.school).count()) == (0, 0)
    with clock.frozen(now + dt.timedelta(days=1)):
        assert "Đã gửi đường dẫn" in text(Client().post(pages[1][0], {**pages[1][1], **KNOWN}, follow=True))


def test_many_who_guess_at_the_same_moment_have_no_more_tries(
    invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each looked before any other was counted."""
    monkeypatch.setattr("truongso.workspaces.web.family_proof.is_spent", lambda *_: False)
    page = f"/p/{invoice.public_id}/ai-da-xem"
    said = [
        text(Client(REMOTE_ADDR=f"10.2.0.{day}").post(page, {"ngay_sinh": f"{day:02}/01/2018"})) for day in range(1, 13)
    ]
    assert ["Chưa khớp với hồ sơ" in one for one in said] == [True] * 10 + [False] * 2
    assert ["Chờ một giờ" in one for one in said] == [False] * 10 + [True] * 2


def test_a_stranger_with_the_link_for_paying_keeps_nobody_from_a_link_of_the_own(invoice: Invoice) -> None:
    """What the school sends or prints has wrong answers of its own, fewer; another link begins anew."""
    page, now = f"/p/{invoice.public_id}/ai-da-xem", clock.now()

    def answered(path: str, number: int, word: str) -> str:
        with clock.frozen(now + dt.timedelta(minutes=7 * number)):
            one = Client(REMOTE_ADDR=f"10.1.0.{number + 1}")
            return text(one.post(path, {"viec": "moi", "ngay_sinh": word}, follow=True))

    for number in range(21):
        said = answered(page, number, "15/03/2018")
    assert "in phiếu tạo tài khoản, mở được ngay" in said
    first = _offer(invoice)
    tries = [answered(first, number, "15/03/2018") for number in range(30, 41)]
    assert ["Chưa khớp với hồ sơ" in one for one in tries] == [True] * 10 + [False]
    assert "gửi hay in lại đường dẫn" in answered(first, 50, "14/03/2018")
    assert "Tạo mật khẩu của riêng mình" in answered(_offer(invoice), 51, "14/03/2018")


def test_a_parent_s_account_in_use_is_opened_anew_by_two_people(client: Client, invoice: Invoice) -> None:
    """Whoever hands out links reads no child's health: one person alone gives no new link to an account in use."""
    begun = Client().post(_offer(invoice), {"viec": "moi", **KNOWN})["Location"]
    told = Delivery.objects.for_school(invoice.school).get(template="family_account_opened")
    assert (told.address, "phieu tai khoan phu huynh" in told.body) == ("0900000001", True)  # the slip was printed
    Client().post(begun, {"password": PASSWORD})
    parent = User.objects.get()
    factories.login(client, factories.user(Role.IT_ADMIN, school=invoice.school))
    asked = client.post(f"/nguoi-dung/{parent.public_id}/duong-dan", follow=True)
    assert asked.status_code == 200
    waits = AccountRequest.objects.get()
    assert (waits.kind, waits.user_id, waits.decision) == ("link", parent.pk, "")
    assert parent.activation_links.filter(used_at=None).count() == 0
