"""The figures of a month of the books, and what keeps it from being closed."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from truongso.banking.closing.bank_day import lines_digest
from truongso.banking.closing.models import DayClose
from truongso.banking.closing.types import Blocker, CloseState, digest_of
from truongso.banking.models import BankLine
from truongso.kernel import clock
from truongso.kernel.money import Dong, total
from truongso.ledger.public import (
    AccountFigures,
    PostingRow,
    account_ids,
    closed_months,
    last_moved,
    months_with_entries,
    postings_between,
    trial_balance,
)
from truongso.ledger.types import AccountRole
from truongso.organizations.public import School, bank_accounts


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """A month of the books: every account that moved or holds money, the postings behind, what is in the way.

    `postings_digest` names every posting; `blockers` empty: it can be signed.
    """

    year: int
    month: int
    accounts: tuple[AccountFigures, ...]
    postings: int
    moved: Dong
    postings_digest: str
    blockers: tuple[Blocker, ...]

    @property
    def debit(self) -> Dong:
        return total(a.debit for a in self.accounts)

    @property
    def credit(self) -> Dong:
        return total(a.credit for a in self.accounts)

    def of(self, role: AccountRole) -> Dong:
        """What stands on the accounts of a role at the end, debits less credits."""
        return total(a.closing for a in self.accounts if a.role is role)

    def details(self) -> dict[str, Any]:
        """The trial balance as kept beside the signature."""
        return {
            "accounts": [
                [a.code, a.name, int(a.opening), int(a.debit), int(a.credit), int(a.closing)] for a in self.accounts
            ]
        }

    @property
    def seen(self) -> str:
        """What somebody who looks at these figures has seen."""
        return digest_of(self.year, self.month, self.postings, self.postings_digest, self.details())


def days_of_month(year: int, month: int) -> tuple[dt.date, dt.date]:
    """First and last day of a month."""
    return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])


def month_figures(school: School, year: int, month: int) -> MonthFigures:
    """Figures of a month; at most 12 queries for any number of entries."""
    first, last = days_of_month(year, month)
    accounts = tuple(a for a in trial_balance(school.pk, first, last) if a.opening or a.debit or a.credit)
    rows = postings_between(school.pk, first, last)
    return MonthFigures(
        year, month, accounts, len(rows), total(r.amount for r in rows), lines_digest(posting_name(r) for r in rows),
        tuple(_blockers(school, year, month)),
    )  # fmt: skip


def posting_name(row: PostingRow) -> str:
    """A posting as the digest knows it."""
    parts = (row.posting_id, row.entry_id, row.occurred_on.isoformat(), row.debit_id, row.credit_id, int(row.amount))
    return "|".join(str(p) for p in parts)


def _blockers(school: School, year: int, month: int) -> list[Blocker]:
    first, last = days_of_month(year, month)
    if last >= clock.today():
        return [Blocker("month_not_over", {"day": last.isoformat()})]
    if (year, month) in closed_months(school.pk):
        return [Blocker("month_closed")]
    earlier = months_with_entries(school.pk, first)
    found = [Blocker("earlier_open", {"month": f"{earlier[0][1]:02}/{earlier[0][0]}"})] if earlier else []
    closed = _closed_through(school.pk)
    lines = BankLine.objects.for_school(school).filter(booked_on__lte=last).order_by()
    moved = dict(lines.values_list("bank_account_id").annotate(d=Max("booked_on")))
    for account in bank_accounts(school, active_only=False):
        day = moved.get(account.pk)
        if day is not None and closed.get(account.pk, dt.date.min) < day:
            found.append(Blocker("account_open", {"account": account.number, "day": day.isoformat()}))
    cash = account_ids(school.pk).get((AccountRole.CASH, 0))
    day = None if cash is None else last_moved(school.pk, cash, through=last)
    if day is not None and closed.get(0, dt.date.min) < day:
        found.append(Blocker("cash_open", {"day": day.isoformat()}))
    return found


def _closed_through(school_id: int) -> dict[int, dt.date]:
    """Account id (0: cash) → the last day of its confirmed closings; one query."""
    rows = DayClose.objects.for_school(school_id).filter(state=CloseState.CONFIRMED.value).order_by()
    return {pk or 0: day for pk, day in rows.values_list("bank_account_id").annotate(d=Max("last_on"))}
