"""A15: what a payer wrote in a transfer leaves in workbooks of the workbench and the four queues as text."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.test import Client

from tests import factories
from truongso.accounts.types import Role
from truongso.banking.acts.handling import set_aside
from truongso.banking.asides.types import AsideKind
from truongso.banking.models import BankLine
from truongso.banking.tests.helpers import arrive
from truongso.banking.types import LineState
from truongso.kernel.actor import Actor
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db
STARTS = ("=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "＝1+1", '=HYPERLINK("http://x","y")')


@pytest.mark.parametrize("path", ["/thu/doi-soat/tai-ve", "/thu/doi-soat/tai-ve?loc=de-sau",
                                  "/thu/doi-soat/bon-hang/co-tien/tai-ve"])  # fmt: skip
def test_no_cell_starts_a_formula(school: School, path: str) -> None:
    account = factories.bank_account(school)
    user = factories.user(Role.ACCOUNTANT, school=school)
    actor = Actor(user_id=user.pk, label=user.full_name, channel="web")
    for n, text in enumerate(STARTS):
        row = arrive(account, text, 1_000 + n, f"R{n}", counter_name=text, counter_account=f"={n}")
        if "de-sau" in path:
            set_aside(
                school.pk, line_id=row.pk, state=LineState.PARKED, kind=AsideKind.LATER, reason=text.strip() or "x",
                actor=actor,
            )  # fmt: skip
    assert BankLine.objects.for_school(school).count() == len(STARTS)
    answer = factories.login(Client(), user).get(path)
    assert answer.status_code == 200
    sheet: Any = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if isinstance(cell.value, str)]
    assert len(cells) >= len(STARTS)
    assert [c.coordinate for c in cells if c.data_type != "s"] == []
    found = {str(c.value).strip() for c in cells}
    assert {text.strip() for text in STARTS} <= found  # and as it was written
