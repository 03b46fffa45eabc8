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
from truongso.fees.models import Exemption
from truongso.kernel import clock
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db
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
}


@pytest.fixture
def busy(school: School, school_day: dt.datetime) -> School:
    """A school whose texts all try to be formulas (A15)."""
    taught = factories.school_class(school, "=1+1")
    pupil = factories.student(school, "=HYPERLINK(1)", school_class=taught, payer="@SUM(A1)")
    item = factories.fee_item(school, "=C", "+cmd|' /C calc'!A0")
    money.invoice(school, [250_000], pupil=pupil, items=[item])
    Exemption.objects.create(
        school=school, student=pupil, rule_code="=X", valid_from=clock.today(), document="-2+3", created_at=clock.now()
    )
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
