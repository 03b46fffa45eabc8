"""Every list leaves in one way: text stays text, who took it is recorded and said in the file, nobody else may."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client

from tests import factories, money
from truongso.accounts.types import Role
from truongso.banking.models import DayClose, StatementImport
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import ZERO, Dong
from truongso.organizations.models import School
from truongso.organizations.public import supervise
from truongso.organizations.types import SupervisionFunction
from truongso.payments.models import CashCount, HandOff, PartnerFile, SetupChange
from truongso.reporting.models import Flag, FlagNote

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test", "cli")
EXPORTS = {
    "/thu/phieu/xuat": "fees:invoices:export",
    "/thu/dot-thu/tai-ve": "fees:rounds:export",
    "/thu/khoan-thu/tai-ve": "fees:items:export",
    "/thu/mien-giam/tai-ve": "fees:exemptions:export",
    "/thu/bien-lai/tai-ve": "payments:receipts:export",
    "/thu/doi-soat/tai-ve": "banking:queue:export",
    "/thu/sao-ke/giao-dich.xlsx": "banking:lines:export",
    "/thu/bao-da-nop/tai-ve": "banking:claims:export",
    "/thu/may-pos/tai-ve": "payments:slips:export",
    "/thu/quyet-toan/tai-ve": "payments:settlements:export",
    "/hoc-sinh/lop/tai-ve": "people:classes:export",
    "/thu/tien-nop-thua/tai-ve": "payments:credits:export",
    "/thu/hoan-tien/tai-ve": "payments:refunds:export",
    "/thu/nop-quy/tai-ve": "banking:deposits:export",
    "/thu/quy/kiem-quy/tai-ve": "payments:cash_counts:export",
    "/thu/ngan-hang-thu/tai-ve": "payments:bills:export",
    "/thu/nhac-nop/tai-ve": "payments:reminders:export",
    "/thu/nhac-nop/da-ngung/tai-ve": "payments:reminders:stopped_export",
    "/thu/so-rieng/tai-ve": "payments:virtual_accounts:export",
    "/thu/so-rieng/phieu/tai-ve": "payments:virtual_accounts:export_invoices",
    "/hoc-sinh/tai-ve": "people:students:export",
    "/thu/khoa-so/tai-ve": "banking:closings:export",
    "/thu/sao-ke/cac-lan-nhap/tai-ve": "banking:imports:export",
    "/thu/doi-soat/da-hoc/tai-ve": "banking:learnt:export",
    "/thu/viec-can-duyet/tai-ve": "payments:approvals:export",
    "/thu/ban-giao-hoa-don/tai-ve": "payments:handoffs:export",
    "/bao-cao/can-giai-thich/tai-ve": "reporting:flags:export",
    "/thu/phuong-thuc/tai-ve": "payments:methods:export",
    "/cai-dat/doi-tac/tai-ve": "payments:partners:export",
    "/cai-dat/cho-duyet/tai-ve": "payments:changes:export",
}


@pytest.fixture
def busy(school: School, school_day: dt.datetime) -> School:
    """A school whose texts all try to be formulas (A15)."""
    taught = factories.school_class(school, "=1+1")
    pupil = factories.student(school, "=HYPERLINK(1)", school_class=taught, payer="@SUM(A1)")
    item = factories.fee_item(school, "=C", "+cmd|' /C calc'!A0")
    money.invoice(school, [250_000], pupil=pupil, items=[item])
    factories.exemption(pupil, "=X", valid_from=clock.today(), document="-2+3")
    return school


@pytest.mark.parametrize("path", EXPORTS)
def test_a_list_leaves_as_text_with_its_origin_and_a_record(busy: School, client: Client, path: str) -> None:
    user = factories.user(Role.ACCOUNTANT, school=busy, full_name="Lê Thị Kế Toán")
    factories.login(client, user)
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].endswith('-20261005.xlsx"')
    assert answer["Cache-Control"] == "private, no-store"
    book: Any = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    origin = {row[0].value: row[1].value for row in book["Nguồn tệp"].iter_rows()}
    assert (origin["Người xuất"], origin["Trường"]) == ("Lê Thị Kế Toán", busy.name)
    entry = AuditEntry.objects.get(action=EXPORTS[path])
    assert (entry.actor_id, entry.params["count"]) == (user.pk, origin["Số dòng"])


@pytest.mark.parametrize("role", [Role.CASHIER, Role.HOMEROOM_TEACHER, Role.IT_ADMIN])
def test_others_take_nothing(busy: School, client: Client, role: Role) -> None:
    factories.login(client, factories.user(role, school=busy))
    assert {path: client.get(path).status_code for path in EXPORTS} == dict.fromkeys(EXPORTS, 403)
    assert AuditEntry.objects.count() == 0


def test_another_school_gets_its_own_rows(busy: School, other_school: School, client: Client) -> None:
    factories.login(client, factories.user(Role.ACCOUNTANT, school=other_school))
    for path in EXPORTS:
        book: Any = openpyxl.load_workbook(io.BytesIO(client.get(path).content))
        texts = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
        assert not texts & {"=HYPERLINK(1)", "=1+1", "+cmd|' /C calc'!A0", "-2+3", "Thu tháng 10/2026"}, path


def _rows(client: Client, path: str, sheet: str) -> list[tuple[Any, ...]]:
    """What a sheet holds under its header, with real numbers and dates."""
    book: Any = openpyxl.load_workbook(io.BytesIO(client.get(path).content))
    rows = list(book[sheet].iter_rows(values_only=True))
    assert [c for row in book[sheet].iter_rows() for c in row if c.data_type == "f"] == []
    return rows[1:]


def test_lists_of_set_up_and_closing_hold_numbers_and_dates(school: School, school_day: dt.datetime) -> None:
    """One of each, whose texts try to be formulas."""
    people = {role: factories.user(role, school=school) for role in (Role.ACCOUNTANT, Role.PRINCIPAL, Role.CASHIER)}
    accountant, principal = people[Role.ACCOUNTANT], people[Role.PRINCIPAL]
    account, now, day = factories.bank_account(school), clock.now(), dt.date(2026, 10, 2)
    sums = {"opening": ZERO, "money_in": Dong(5), "money_out": Dong(2), "closing": Dong(3)}
    DayClose.objects.create(
        school=school, bank_account=account, first_on=day, last_on=day, **sums, book_opening=ZERO, book_in=Dong(3),
        book_out=ZERO, book_closing=Dong(3), lines_digest="x", details={}, note="=1+1", digest="ab", signature="cd",
        signed_at=now, signed_by=accountant.pk,
    )  # fmt: skip
    StatementImport.objects.create(
        school=school, bank_account=account, file_name="=SUM(A1).xlsx", sha256="0" * 64, content=b"x",
        layout="bidv_detail", period_from=day, period_to=day, counts={"new": 4, "known": 1, "refused": 0},
        uploaded_by=accountant.pk, uploaded_at=now,
    )  # fmt: skip
    CashCount.objects.create(
        school=school, day=day, expected=Dong(900), counted=Dong(900), difference=ZERO, counted_at=now,
        counted_by=people[Role.CASHIER].pk,
    )  # fmt: skip
    HandOff.objects.create(school=school, first=day, last=day, rows=7, amount=Dong(70_000), created_at=now)
    flag = Flag.objects.create(
        school=school, period="2026-Q4", pattern="cash_lines", params={"lines": 1, "families": 3}, amount=Dong(120_000),
        found_at=now, seen_at=now,
    )  # fmt: skip
    FlagNote.objects.create(school=school, flag=flag, of_school=True, text="=2+2", made_at=now, made_by=accountant.pk)
    PartnerFile.objects.create(
        school=school, kind="acquirer", subject="=Bank", name="=Bank", contract_number="@1", signed_on=day,
        fee_basis_points=110, updated_at=now,
    )  # fmt: skip
    SetupChange.objects.create(
        school=school, kind="channel_open", subject="x", title="=VNPAY", reason="-1", proposed_at=now,
        proposed_by=accountant.pk,
    )  # fmt: skip
    client, local = factories.login(Client(), principal), dt.datetime(2026, 10, 5, 9)
    by, closed = accountant.full_name, dt.datetime.combine(day, dt.time())
    [days] = _rows(client, "/thu/khoa-so/tai-ve", "Ngày")
    assert days[:13] == (account.number, closed, closed, 0, 5, 2, 3, 3, "=1+1", "chờ hiệu trưởng ký", by, local, None)
    [imported] = _rows(client, "/thu/sao-ke/cac-lan-nhap/tai-ve", "Các lần nhập")
    assert (imported[0], imported[3], imported[6:10]) == ("=SUM(A1).xlsx", closed, (local, 4, 1, 0))
    [waiting] = _rows(client, "/thu/viec-can-duyet/tai-ve", "Việc cần duyệt")
    assert (waiting[0], waiting[2], waiting[5], waiting[7]) == ("Kiểm quỹ", "chờ xác nhận", local, 900)
    [found] = _rows(client, "/bao-cao/can-giai-thich/tai-ve", "Điểm cần giải thích")
    assert (found[3], found[5], found[6]) == (120_000, local, "=2+2")
    [partner] = _rows(client, "/cai-dat/doi-tac/tai-ve", "Đối tác")
    assert (partner[1], partner[2], partner[3], partner[9]) == ("=Bank", "@1", closed, 0.011)
    [change] = _rows(client, "/cai-dat/cho-duyet/tai-ve", "Thay đổi")
    assert (change[2], change[4], change[5], change[6]) == ("=VNPAY", by, local, "-1")
    assert (
        len(_rows(client, "/thu/phuong-thuc/tai-ve", "Cách nộp tiền")) == 8
    )  # period, blank, header, six ways less one
    staff = _rows(client, "/nguoi-dung/tai-ve?q=", "Người dùng")
    assert {(r[1], r[3]) for r in staff} == {(u.username, dt.datetime(2026, 1, 1)) for u in people.values()}
    [handed] = _rows(factories.login(Client(), accountant), "/thu/ban-giao-hoa-don/tai-ve", "Các lần bàn giao")
    assert handed[:5] == (closed, closed, 7, 70_000, local)
    assert factories.login(Client(), accountant).get("/nguoi-dung/tai-ve").status_code == 403


def test_the_department_takes_its_own_lists(school: School, other_school: School, school_day: dt.datetime) -> None:
    unit = factories.org_unit()
    with savepoint():
        supervise(
            actor=ACTOR, school=school, unit=unit, function=SupervisionFunction.REPORTING, valid_from=unit.valid_from
        )
    officer = factories.login(Client(), factories.user(Role.OFFICER, unit=unit))
    assert [r[:2] for r in _rows(officer, "/phong/truong/tai-ve", "Trường thuộc quyền")] == [(school.name, school.code)]
    assert _rows(officer, "/phong/can-giai-thich/tai-ve", "Điểm cần giải thích") == []
    assert _rows(officer, "/phong/tai-khoan-thu/tai-ve", "Đổi tài khoản nhận tiền") == []
    taken = AuditEntry.objects.filter(action__endswith=":export")
    entries = taken.order_by("pk").values_list("action", "school_id", "subject_kind", "subject_id")
    assert list(entries) == [
        (f"{what}:export", -unit.pk, "unit", unit.code)  # the unit's own chain
        for what in ("organizations:schools", "reporting:unit_flags", "payments:account_changes")
    ]
    accountant = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    for path in ("/phong/truong/tai-ve", "/phong/can-giai-thich/tai-ve", "/phong/tai-khoan-thu/tai-ve"):
        assert accountant.get(path).status_code == 403
