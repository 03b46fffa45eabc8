"""The audit trail as principals and officers read it: words, filters, paging, secrets, the chain, the head of a day."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories, money

import truongso
from truongso.accounts.types import Permission, Role
from truongso.fees.services.law import add_reduction_rule
from truongso.fees.types import FeeNature
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.audit_reading import chain_state, without_secrets
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry, AuditHead
from truongso.kernel.scope import of_unit
from truongso.organizations.models import School, Supervision
from truongso.organizations.types import SupervisionFunction
from truongso.payments.services import book
from truongso.workspaces.audit_details import REASONS, params_text, reason_text, sender_label, sender_text
from truongso.workspaces.audit_subjects import subject_names
from truongso.workspaces.audit_words import SUBJECTS, VERBS, action_text

LAN, BINH = Actor(11, "Nguyễn Thị Lan", "web"), Actor.system("bank-feed", "hook")
MORNING = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)


def act(school: School, action: str, *, by: Actor = LAN, at: dt.datetime = MORNING, **more: Any) -> None:
    with clock.frozen(at), savepoint():
        audit.record(by, action, school_id=school.pk, subject=more.pop("subject", ("receipt", "BL-7")), **more)


@pytest.fixture
def trail(school: School, other_school: School) -> None:
    act(school, "payments:receipt:print", params={"amount": 250_000, "api_token": "lộ"}, reason="Phụ huynh xin lại")
    act(school, "banking:line:assign", by=BINH, at=MORNING + dt.timedelta(days=1), subject=("bank_line", "99"))
    act(other_school, "payments:refund:approve", by=Actor(12, "Người trường khác", "web"))


def principal(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.PRINCIPAL, school=school, full_name="Hiệu trưởng"))


def words(answer: Any) -> str:
    text = re.sub(r"<select.*?</select>", "", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.mark.django_db
def test_a_principal_reads_the_own_school_in_words_without_secrets(school: School, trail: None) -> None:
    said = words(principal(school).get("/nhat-ky"))
    for one in ("Biên lai: in", "Nguyễn Thị Lan", "Trang web", "09:00 05/10/2026", "BL-7", "Phụ huynh xin lại",
                "số tiền: 250.000 đ · api_token: ***", "Dòng sao kê: ghi nhận", "Đối tác gọi đến"):  # fmt: skip
        assert one in said, one
    assert "lộ" not in said
    assert "Người trường khác" not in said
    assert "Chuỗi nhật ký liền mạch Đã kiểm 2 dòng cuối trên 2 dòng." in said


@pytest.mark.django_db
def test_what_was_done_to_is_named_and_never_a_row_number(school: School, other_school: School) -> None:
    invoice = money.invoice(school)
    with savepoint():
        paid = book(school.pk, booking=money.booking((invoice, 250_000)), actor=LAN)
    act(school, "people:student:change", subject=("student", invoice.student_id))
    act(school, "banking:line:assign", subject=("bank_line", 987_654_321))
    act(school, "payments:receipt:print", subject=("receipt", "BL-7"))
    found = subject_names(AuditEntry.objects.filter(school_id=school.pk), of_school=True)
    named = {one.action: found[one.pk] for one in AuditEntry.objects.filter(school_id=school.pk)}
    assert named["payments:payment:book"] == paid.invoice_code == invoice.code
    assert named["people:student:change"] == "Nguyễn Bảo An"
    assert named["banking:line:assign"] == ""  # not there any more, or never was
    assert named["payments:receipt:print"] == "BL-7"
    blind = subject_names(AuditEntry.objects.filter(school_id=school.pk), of_school=False)
    assert set(blind.values()) == {"", "BL-7"}
    act(other_school, "payments:payment:book", subject=("payment", paid.pk))
    strange = subject_names(AuditEntry.objects.filter(school_id=other_school.pk), of_school=True)
    assert set(strange.values()) == {""}  # another school's payment is nobody's here


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("q=lan", [1]), ("phan=banking", [2]), ("viec=print", [1]), ("ve=99", [2]), ("ve=xin+l%E1%BA%A1i", [1]),
        ("kenh=hook", [2]), ("tu=06/10/2026", [2]), ("den=05/10/2026", [1]), ("tu=05/10/2026&den=06/10/2026", [2, 1]),
        ("q=kh%C3%B4ng-ai", []), ("phan=khac&tu=99/99/2026", [2, 1]),
    ],
)  # fmt: skip
def test_filters(school: School, trail: None, query: str, seen: list[int]) -> None:
    answer = principal(school).get(f"/nhat-ky?{query}")
    assert [row["seq"] for row in answer.context["rows"]] == seen
    if not seen:
        assert "Không có việc nào khớp" in words(answer)


@pytest.mark.django_db
def test_officers_read_their_schools_without_names_and_amounts(
    school: School, other_school: School, trail: None
) -> None:
    unit = factories.org_unit()
    Supervision.objects.create(
        school=school, unit=unit, function=SupervisionFunction.REPORTING.value, valid_from=dt.date(2025, 7, 1)
    )
    client = factories.login(Client(), factories.user(Role.OFFICER, unit=unit))
    said = words(client.get("/nhat-ky"))
    assert "Biên lai: in" in said
    assert "Tiểu học Lê Văn Tám" in said
    for hidden in ("250.000", "Phụ huynh xin lại", "Người trường khác"):
        assert hidden not in said
    assert client.get(f"/nhat-ky?truong={other_school.code}").context["page"].paginator.count == 2
    assert client.get("/nhat-ky?ve=xin+l%E1%BA%A1i").context["rows"] == []  # what is not shown is not found either
    assert client.get("/nhat-ky/dau-cuoi-ngay").status_code == 404  # the unit itself has done nothing yet


@pytest.mark.django_db
def test_a_unit_reads_its_own_chain(school: School, other_school: School, trail: None) -> None:
    units = [factories.org_unit(), factories.org_unit("Phòng Văn hóa – Xã hội")]
    officers = [factories.login(Client(), factories.user(Role.OFFICER, unit=one)) for one in units]
    chain = of_unit(units[0].pk)
    assert officers[0].get("/nhat-ky/tai-ve").status_code == 200
    assert AuditEntry.objects.filter(school_id=chain).values_list("action", "seq").get() == (
        "workspaces:audit:export", 1,
    )  # fmt: skip
    said = words(officers[0].get("/nhat-ky?truong=."))
    assert "Sở Giáo dục và Đào tạo" in said
    assert "Chuỗi nhật ký liền mạch" in said
    assert officers[0].get("/nhat-ky").context["page"].paginator.count == 1
    assert officers[1].get("/nhat-ky").context["page"].paginator.count == 0
    assert officers[1].get("/nhat-ky/dau-cuoi-ngay").status_code == 404
    head = officers[0].get("/nhat-ky/dau-cuoi-ngay").content.decode()
    assert f"Dấu của chuỗi: {AuditEntry.objects.get(school_id=chain, seq=1).hash}\n" in head
    assert [e.action for e in AuditEntry.objects.filter(school_id=chain).order_by("seq")] == [
        "workspaces:audit:export", "workspaces:audit:head",
    ]  # fmt: skip


@pytest.mark.django_db
def test_pages_cost_a_constant_number_of_queries(school: School) -> None:
    client = principal(school)
    counts = []
    for _round in range(2):
        for n in range(60):
            act(school, "people:student:edit", subject=("student", n))
        client.get("/nhat-ky")
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get("/nhat-ky").context["rows"]) == 50
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_the_workbook_holds_what_was_filtered_and_is_recorded(school: School, trail: None) -> None:
    answer = principal(school).get("/nhat-ky/tai-ve?viec=print")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "Biên lai: in" in cells
    assert "Dòng sao kê: ghi nhận" not in cells
    last = AuditEntry.objects.filter(school_id=school.pk).latest("seq")
    assert (last.action, last.params) == ("workspaces:audit:export", {"count": 1, "filter": {"viec": "print"}})


@pytest.mark.django_db
def test_a_changed_entry_shows_in_the_state_of_the_chain(school: School, trail: None) -> None:
    assert (chain_state(school.pk, last=10).seq, chain_state(school.pk, last=10).broken) == (2, None)
    rows = list(AuditEntry.objects.filter(school_id=school.pk).order_by("seq"))
    rows[0].reason = "Đã sửa"
    assert audit.entry_hash(rows[0]) != rows[0].hash
    head = AuditHead.objects.filter(school_id=school.pk)
    head.update(hash="0" * 64)
    assert chain_state(school.pk, last=10).broken == 2
    assert "Từ số 2 trở đi" in words(principal(school).get("/nhat-ky"))


@pytest.mark.django_db
def test_the_head_of_a_day_is_a_text_with_its_own_sha256(school: School, trail: None) -> None:
    client = principal(school)
    with clock.frozen(MORNING + dt.timedelta(days=2)):
        factories.prove(client, factories.user(Role.CASHIER, school=school))
        text = client.get("/nhat-ky/dau-cuoi-ngay?ngay=2026-10-05").content.decode()
    body, _sep, seal = text.rpartition("sha256: ")
    assert seal == f"{hashlib.sha256(body.encode()).hexdigest()}\n"
    first = AuditEntry.objects.get(school_id=school.pk, seq=1)
    assert "Số việc trong ngày: 1\n" in body
    assert f"Dấu của chuỗi: {first.hash}\n" in body
    for day in ("2020-01-01", "x", "9999-99-99"):
        assert client.get(f"/nhat-ky/dau-cuoi-ngay?ngay={day}").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.CASHIER, Role.IT_ADMIN, Role.HOMEROOM_TEACHER])
def test_others_do_not_read_it(school: School, trail: None, role: Role) -> None:
    client = factories.login(Client(), factories.user(role, school=school))
    for page in ("/nhat-ky", "/nhat-ky/tai-ve", "/nhat-ky/dau-cuoi-ngay"):
        assert client.get(page).status_code == 403
    assert not AuditEntry.objects.filter(action__startswith="workspaces:audit").exists()


def test_secrets_are_hidden_at_every_depth() -> None:
    assert without_secrets({"a": {"Password": "x", "b": [{"api_token": "y", "c": 1}]}}) == {
        "a": {"Password": "***", "b": [{"api_token": "***", "c": 1}]}
    }
    assert params_text({"amount": 5, "codes": ["A", "B"], "filter": {"q": "x"}, "name": ""}) == (
        "số tiền: 5\u00a0đ · mã: A, B · lọc: q: x"
    )
    assert action_text("khac:la:lam") == "khac:la:lam"


def test_details_are_read_without_the_programs_own_words() -> None:
    said = {
        "students": [3, 4], "seen": ["health", "guardian_phone"], "role": "principal", "asked_by": 12,
        "payment": "r6a5sy9g6ed64n5h4y08nat48p", "ends": "2027-09-24", "found": "2026-11-22T03:33:29.446074+00:00",
        "method": "cash", "items": {"7": 1, "9": 2}, "public": False, "purpose": "public_photo", "lowered": 70_000,
    }  # fmt: skip
    assert params_text(said) == (
        "số học sinh: 2 · đã xem: Sức khỏe, khuyết tật, Số điện thoại người giám hộ, email · vai trò: Hiệu trưởng · "
        "hết hạn: 24/09/2027 · phát hiện: 10:33 22/11/2026 · hình thức: Tiền mặt · khoản: 2 · công khai: không · "
        "việc: Ảnh của con trên trang của trường · số giảm: 70.000\u00a0đ"
    )
    assert (sender_text("family"), sender_text("bill-service nh-2"), sender_text("Lò Thị Trưởng")) == (
        "Gia đình", "Thu hộ qua ngân hàng: nh-2", "Lò Thị Trưởng",
    )  # fmt: skip
    assert (sender_label(" gia đình "), sender_label("Lò")) == ("family", "Lò")


@pytest.mark.parametrize(
    "typed", ["2026-99-99", "2026-10-05T14:00", "2026-10-05T99:99Z", "0001-01-01T00:00+23:59", "٢٠٢٦-١٠-٠٥"]
)
def test_what_a_family_typed_that_is_no_day_does_not_close_the_trail(typed: str) -> None:
    assert params_text({"reference": typed, "amount": 5}) == f"số tham chiếu: {typed} · số tiền: 5\u00a0đ"


@pytest.mark.django_db
def test_rules_of_the_law_and_reasons_of_the_program_are_read_in_words() -> None:
    law: dict[str, Any] = {
        "nature": FeeNature.TUITION, "percent": 100, "everyone": True, "ownership": "public", "valid_to": None,
        "legal_basis": "Nghị quyết 217/2025/QH15", "valid_from": dt.date(2025, 9, 1),
    }  # fmt: skip
    with savepoint():
        add_reduction_rule(actor=LAN, code="public_tuition_free", name="Miễn học phí trường công lập", **law)
    rule = AuditEntry.objects.get(action="fees:reduction_rule:add")
    assert subject_names([rule], of_school=True) == {rule.pk: "Miễn học phí trường công lập"}
    change = "accounts:user:require_change"
    assert reason_text(change, "country") == "đăng nhập từ nước mới"
    assert reason_text("accounts:user:suspend", "country") == "country"  # a person's own words stay
    root = Path(truongso.__file__).parent
    asked = re.compile(r'require_change\(user=\w+, reason="([a-z]+)"')
    said = {one for file in root.rglob("*.py") if "tests" not in file.parts for one in asked.findall(file.read_text())}
    assert said | {"country", "leaked"} == set(REASONS)
    assert params_text({"country": "JP", "at": "79-THU"}) == "nước: Nhật Bản · nơi làm: 79-THU"


def test_batches_of_messages_and_marks_of_leaks_have_words(school: School) -> None:
    said = {
        "accounts_link": 2, "accounts_change": 0, "accounts_signed_out": 1, "told": 3, "by": 7,
        "source": "vnpay:r6a5sy9g6ed64n5h4y08nat48p", "kind": "lost_factor", "change": 6_000,
    }  # fmt: skip
    assert params_text(said) == (
        "phải nhận đường dẫn mới: 2 · phải đổi mật khẩu: 0 · chỉ đăng xuất: 1 · đã thông báo: 3 · nguồn: VNPAY · "
        "loại: mất lớp xác thực thứ hai · tiền thối: 6.000\u00a0đ"
    )
    about = {
        "credential:3:password:reset:2026-10-05T0": "Đổi cách đăng nhập",
        "reminder:42apnd4mfc6eqp8aq95w9mn065": "Nhắc nộp",
        "access-night": "Xem thông tin nhạy cảm",
        "taken-back:42apnd4mfc6eqp8aq95w9mn065": "Tiền ghi nhận nhầm đã thu lại",
        "something-else:7": "",
    }  # fmt: skip
    rows = [AuditEntry(pk=n, school_id=7, subject_kind="batch", subject_id=one) for n, one in enumerate(about)]
    assert list(subject_names(rows, of_school=True).values()) == list(about.values())
    channel = AuditEntry(pk=9, school_id=7, subject_kind="channel", subject_id="file")
    assert subject_names([channel], of_school=False) == {9: "Tệp gửi tay"}


@pytest.mark.django_db
def test_no_secret_is_written_however_deep_it_lies(school: School) -> None:
    told = {"amount": 5, "sent": [{"api_token": "lộ", "to": ("a", "b")}], "gateway": {"Password": "lộ", "code": "x"}}
    act(school, "payments:receipt:print", params=told)
    assert AuditEntry.objects.get(school_id=school.pk).params == {
        "amount": 5, "sent": [{"api_token": "***", "to": ["a", "b"]}], "gateway": {"Password": "***", "code": "x"},
    }  # fmt: skip


def test_every_action_that_is_recorded_has_words() -> None:
    """Whoever records a new kind of act gives it its words here."""
    root, permissions = Path(truongso.__file__).parent, {one.value for one in Permission}
    rooms = "|".join({subject.split(":")[0] for subject in SUBJECTS})
    form = re.compile(rf'"((?:{rooms}):[a-z_]+:[a-z_]+)"')
    files = [f for f in root.rglob("*.py") if not {"tests", "migrations"} & set(f.parts)]
    said = {one for file in files for one in form.findall(file.read_text(encoding="utf-8"))} - permissions
    assert len(said) > 150
    assert sorted(one for one in said if action_text(one) == one) == []
    assert all(str(text).strip() for text in (*SUBJECTS.values(), *VERBS.values()))
