"""Which bank lines look like cash that the school itself handed in: same account, same amount, a few days, the memo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from truongso.banking.deposits.models import DepositLink
from truongso.banking.deposits.types import LinkState
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.types import Direction, LineState
from truongso.kernel.names import fold
from truongso.payments.public import CashDeposit, cash_deposits

WITHIN = dt.timedelta(days=7)
"""A deposit appears on the account the same day or, over a weekend or holiday, some days later."""

NOT_DEPOSIT = "not_deposit"
LINKABLE = (LineState.WAITING.value, LineState.PARKED.value, LineState.NOT_FEES.value)
_CASH_WORDS = ("NOP TIEN MAT", "NOP TM", "TIEN MAT", "NOP QUY", "CASH DEPOSIT", "NOP TIEN VAO TK")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A deposit and a line that agree in account and amount, and what else speaks for them being one."""

    deposit: CashDeposit
    line: BankLine
    says_cash: bool

    @property
    def days(self) -> int:
        return int((self.line.booked_on - self.deposit.deposited_on).days)


def says_cash(memo: str) -> bool:
    """Whether a bank's memo speaks of cash handed in."""
    words = fold(memo)
    return any(w in words for w in _CASH_WORDS)


def open_deposits(school_id: int) -> QuerySet[CashDeposit]:
    """Deposits whose money has not been seen on the account: neither cancelled nor linked; the latest first."""
    standing = DepositLink.objects.of_outer_school().filter(deposit_id=OuterRef("pk"), state=LinkState.STANDING.value)
    return cash_deposits(school_id).filter(~Exists(standing), cancelled_at__isnull=True)


def held(school_id: int, lines: Iterable[BankLine]) -> Mapping[int, CashDeposit]:
    """Line id → deposit that it may be. Such a line is not booked as fee money until a person has said which it is.

    One query when nothing is in transit, two otherwise.
    """
    waiting = list(open_deposits(school_id))
    if not waiting:
        return {}
    by_amount: dict[tuple[int, int], list[CashDeposit]] = {}
    for deposit in waiting:
        by_amount.setdefault((deposit.bank_account_id, int(deposit.amount)), []).append(deposit)
    found = {}
    for line in lines:
        for deposit in by_amount.get((line.bank_account_id, int(line.amount)), []):
            if deposit.deposited_on <= line.booked_on <= deposit.deposited_on + WITHIN:
                found[line.pk] = deposit
    cleared = MatchDecision.objects.for_school(school_id).filter(line_id__in=found, rule=NOT_DEPOSIT)
    for line_id in cleared.values_list("line_id", flat=True) if found else []:
        found.pop(line_id, None)
    return found


def suggestions(school_id: int) -> dict[int, list[Suggestion]]:
    """Deposit id → lines it may be, the likeliest first (memo speaks of cash, then the nearest day); two queries."""
    waiting = list(open_deposits(school_id))
    if not waiting:
        return {}
    same = Q(pk__in=[])
    for d in waiting:
        days = (d.deposited_on, d.deposited_on + WITHIN)
        same |= Q(bank_account_id=d.bank_account_id, amount=int(d.amount), booked_on__range=days)
    rows = BankLine.objects.for_school(school_id).filter(same, direction=Direction.IN.value, state__in=LINKABLE)
    found: dict[int, list[Suggestion]] = {d.pk: [] for d in waiting}
    lines = list(rows.select_related("bank_account"))
    for d in waiting:
        fit = [
            Suggestion(d, line, says_cash(line.memo))
            for line in lines
            if line.bank_account_id == d.bank_account_id
            and line.amount == d.amount
            and d.deposited_on <= line.booked_on <= d.deposited_on + WITHIN
        ]
        found[d.pk] = sorted(fit, key=lambda s: (not s.says_cash, s.days, s.line.pk))
    return found


def deposits_for(line: BankLine) -> list[Suggestion]:
    """Deposits that a line may be, the nearest day first; one query."""
    if line.direction != Direction.IN.value or line.state not in LINKABLE:
        return []
    rows = open_deposits(line.school_id).filter(
        bank_account_id=line.bank_account_id, amount=int(line.amount), deposited_on__lte=line.booked_on
    )
    return sorted((Suggestion(d, line, says_cash(line.memo)) for d in rows), key=lambda s: s.days)


def standing_link(line: BankLine) -> DepositLink | None:
    """The link under which a line is cash handed in; one query."""
    rows = DepositLink.objects.for_school(line.school_id).filter(line=line, state=LinkState.STANDING.value)
    found: DepositLink | None = rows.select_related("deposit").first()
    return found


def links_of(school_id: int, deposits: Iterable[CashDeposit]) -> dict[int, DepositLink]:
    """Deposit id → its standing link with the line; one query."""
    ids = [d.pk for d in deposits]
    rows = DepositLink.objects.for_school(school_id).filter(deposit_id__in=ids, state=LinkState.STANDING.value)
    return {link.deposit_id: link for link in rows.select_related("line")}
