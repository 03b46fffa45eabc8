"""The bank book (sổ tiền gửi ngân hàng, form S12-H): every movement of a bank account with the balance after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from truongso.banking.closing.balances import balances, seen
from truongso.banking.models import BankLine
from truongso.banking.types import Direction
from truongso.kernel.among import among
from truongso.kernel.money import ZERO, Dong, total
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.public import BankAccount
from truongso.payments.public import Payment
from truongso.payments.types import EvidenceKind


@dataclass(frozen=True, slots=True)
class BankRow:
    """One movement: `codes` of the invoices it paid, the balance after it; `is_shown`: a statement has it (else only
    the bank's feed told of it)."""

    line: BankLine
    codes: str
    balance: Dong
    is_shown: bool

    @property
    def paid_in(self) -> Dong | None:
        amount: Dong = self.line.amount
        return amount if self.line.direction == Direction.IN.value else None

    @property
    def paid_out(self) -> Dong | None:
        amount: Dong = self.line.amount
        return None if self.line.direction == Direction.IN.value else amount


@dataclass(frozen=True, slots=True)
class BankBook:
    """Movements of some days with the balance before and after: `opening` + in − out = `closing`, always.

    `has_balances`: the opening is what a statement prints; else it is that of the books.
    """

    account: BankAccount
    first: dt.date
    last: dt.date
    opening: Dong
    rows: tuple[BankRow, ...]
    closing: Dong
    has_balances: bool

    @property
    def paid_in(self) -> Dong:
        return total(r.paid_in for r in self.rows if r.paid_in is not None)

    @property
    def paid_out(self) -> Dong:
        return total(r.paid_out for r in self.rows if r.paid_out is not None)


def bank_book(account: BankAccount, first: dt.date, last: dt.date) -> BankBook:
    """The bank book of some days; at most 9 queries."""
    printed = balances(account, first, last).at(first - dt.timedelta(days=1))
    opening = _booked(account, first) if printed is None else printed
    lines: Any = BankLine.objects.for_school(account.school_id).filter(
        bank_account_id=account.pk, booked_on__range=(first, last)
    )
    found = list(lines.annotate(is_shown=seen(account.school_id)).order_by("booked_on", "booked_at", "pk"))
    codes = _codes(account.school_id, found)
    rows, running = [], opening
    for line in found:
        running = running + line.amount if line.direction == Direction.IN.value else running - line.amount
        rows.append(BankRow(line, codes.get(line.pk, ""), running, line.is_shown))
    return BankBook(account, first, last, opening, tuple(rows), running, printed is not None)


def _booked(account: BankAccount, first: dt.date) -> Dong:
    ledger_id = account_ids(account.school_id).get((AccountRole.BANK, account.pk))
    if ledger_id is None:
        return ZERO
    return balance(account.school_id, ledger_id, through=first - dt.timedelta(days=1))


def _codes(school_id: int, lines: Sequence[BankLine]) -> dict[int, str]:
    """Line id → codes of the invoices that standing payments on it have paid; one query."""
    rows = Payment.objects.for_school(school_id).filter(
        among("evidence__reference", [str(x.pk) for x in lines]), evidence__kind=EvidenceKind.BANK_LINE.value,
        reversed_at__isnull=True,
    )  # fmt: skip
    found: dict[int, list[str]] = {}
    for reference, codes in rows.order_by("pk").values_list("evidence__reference", "invoice_code"):
        found.setdefault(int(reference), []).append(codes)
    return {pk: " ".join(codes) for pk, codes in found.items()}
