"""One row of each cash table, for the attacker who writes SQL by hand."""

from __future__ import annotations

import datetime as dt

from truongso.banking.models import BankLine, DepositLink
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.ids import new_public_id
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount
from truongso.payments.cash.services import sign_count
from truongso.payments.cash.types import CountedCash
from truongso.payments.models import CashDeposit

SUNDAY = dt.date(2026, 10, 4)


def add_cash_rows(account: BankAccount) -> None:
    """A signed count with a piece of 1.000 đ, and a deposit linked to its bank line."""
    school, now = account.school, clock.now()
    with savepoint():
        cash = CountedCash({1_000: 1})
        sign_count(school.pk, day=SUNDAY, cash=cash, reason="Thừa", actor=Actor(4711, "Thủ quỹ", "web"))
    deposit = CashDeposit.objects.create(
        school=school, token=new_public_id(), bank_account=account, amount=Dong(40_000), deposited_on=SUNDAY,
        slip_number="GNT 1", created_at=now,
    )  # fmt: skip
    line = BankLine.objects.create(
        school=school, bank_account=account, direction="in", amount=Dong(40_000), booked_on=SUNDAY,
        memo="NOP TIEN MAT", content_key="d" * 64, occurrence=1, state="deposit", created_at=now,
    )  # fmt: skip
    DepositLink.objects.create(school=school, line=line, deposit=deposit, linked_at=now)
