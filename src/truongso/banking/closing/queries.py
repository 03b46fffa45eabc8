"""Reads of closings: what is locked, what waits for whom, what comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Min, Q, QuerySet

from truongso.banking import coverage
from truongso.banking.closing.bank_day import bank_figures
from truongso.banking.closing.cash_day import cash_figures
from truongso.banking.closing.models import CloseBook, DayClose, MonthClose
from truongso.banking.closing.types import STANDING, CloseState, DayFigures
from truongso.banking.models import BankLine, StatementImport
from truongso.banking.types import ImportState
from truongso.kernel import clock
from truongso.kernel.clock import school_date
from truongso.organizations.public import BankAccount, School, bank_accounts
from truongso.payments.public import CountState, cash_counts

_DAY = dt.timedelta(days=1)
LONGEST = dt.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class BookState:
    """An account (None: the cash box): its latest closing, through which day it is locked, the days to close next.

    `first` is None while there is nothing to begin with; `last` < `first` while the next day cannot be proven yet.
    """

    account: BankAccount | None
    latest: DayClose | None
    locked_through: dt.date | None
    first: dt.date | None
    last: dt.date | None

    @property
    def is_ready(self) -> bool:
        """Whether there are days that could be looked at for closing."""
        return self.first is not None and self.last is not None and self.first <= self.last


def book_states(school: School) -> list[BookState]:
    """Every account that ever moved or is in use, and the cash box at the end; 8 queries and one more for each account
    with a statement that does not add up."""
    accounts = bank_accounts(school, active_only=False)
    locked = dict(CloseBook.objects.for_school(school).values_list("bank_account_id", "locked_through"))
    latest = _latest(school.pk)
    proven = _proven_through(school.pk)
    moved = dict(_lines(school.pk).values_list("bank_account_id").annotate(d=Max("booked_on")))
    shown = [a for a in accounts if a.is_active or a.pk in moved]
    states = []
    for account in shown:
        first, last = _next_days(account, locked.get(account.pk), proven.get(account.pk))
        states.append(BookState(account, latest.get(account.pk), locked.get(account.pk), first, last))
    return [*states, _cash_state(school.pk, latest.get(0))]


def book_state(school: School, account: BankAccount | None) -> BookState:
    """The state of one account or of the cash box."""
    wanted = account.pk if account else None
    return next(s for s in book_states(school) if (s.account.pk if s.account else None) == wanted)


def day_figures(school_id: int, account: BankAccount | None, first: dt.date, last: dt.date) -> DayFigures:
    """Figures of some days, going on from the closing that ends on the eve of `first`."""
    previous = standing_closes(school_id, account).filter(last_on=first - _DAY).first()
    before = previous.closing if previous else None
    if account is None:
        return cash_figures(school_id, first, last, before=before)
    return bank_figures(account, first, last, before=before)


def standing_closes(school_id: int, account: BankAccount | None) -> QuerySet[DayClose]:
    """Signed and confirmed closings of an account or of the cash box, the latest first."""
    rows = DayClose.objects.for_school(school_id).filter(state__in=STANDING)
    mine = rows.filter(bank_account_id=account.pk) if account else rows.filter(bank_account__isnull=True)
    return mine.order_by("-last_on", "-pk")


def first_reopened(school_id: int, account: BankAccount | None) -> dt.date | None:
    """The first day ever opened again that can be closed: with it closing begins anew, so that what was done on opened
    days is signed again. None where nothing was ever opened again."""
    rows = DayClose.objects.for_school(school_id).filter(state=CloseState.REOPENED.value)
    mine = rows.filter(bank_account_id=account.pk) if account else rows.filter(bank_account__isnull=True)
    day: dt.date | None = mine.aggregate(d=Min("first_on"))["d"]
    return day if day is None or account is None else _next_days(account, day - _DAY, None)[0]


def closes(school_id: int) -> QuerySet[DayClose]:
    """All closings of days, the latest first."""
    return DayClose.objects.for_school(school_id).select_related("bank_account").order_by("-last_on", "-pk")


def month_closes(school_id: int) -> QuerySet[MonthClose]:
    """All closings of months, the latest first."""
    return MonthClose.objects.for_school(school_id).order_by("-year", "-month", "-pk")


def standing_months(school_id: int) -> Mapping[tuple[int, int], MonthClose]:
    """(year, month) → its standing closing; one query."""
    return {(m.year, m.month): m for m in month_closes(school_id).filter(state__in=STANDING)}


def waiting_closes(school_id: int) -> int:
    """Closings signed by the accountant that wait for the principal; two queries."""
    waits = Q(state=CloseState.SIGNED.value)
    days: int = DayClose.objects.for_school(school_id).filter(waits).count()
    return days + MonthClose.objects.for_school(school_id).filter(waits).count()


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Days of an account below its lock that nobody has signed, and what whoever signed the days after them wrote."""

    account: BankAccount
    first: dt.date
    last: dt.date
    note: str


def passed_over(school: School, first: dt.date, last: dt.date) -> list[PassedOver]:
    """Days from `first` to `last` that closings of accounts have passed over, by account; two queries."""
    rows = DayClose.objects.for_school(school).filter(state__in=STANDING, bank_account__isnull=False)
    found: list[PassedOver] = []
    earlier: DayClose | None = None
    for row in rows.select_related("bank_account").order_by("bank_account_id", "first_on", "pk"):
        if earlier is not None and earlier.bank_account_id == row.bank_account_id:
            start, end = max(earlier.last_on + _DAY, first), min(row.first_on - _DAY, last)
            if start <= end:
                found.append(PassedOver(row.bank_account, start, end, row.note))
        earlier = row
    return found


def _latest(school_id: int) -> dict[int, DayClose]:
    """Account id (0: cash) → its latest standing closing; one query."""
    rows = DayClose.objects.for_school(school_id).filter(state__in=STANDING)
    latest: Any = rows.order_by().values("bank_account_id").annotate(d=Max("pk")).values("d")
    return {d.bank_account_id or 0: d for d in DayClose.objects.for_school(school_id).filter(pk__in=latest)}


def _proven_through(school_id: int) -> dict[int, tuple[dt.date, dt.date]]:
    """Account id → first day and last whole day that its statements cover, today left out; one query."""
    rows = StatementImport.objects.for_school(school_id).filter(
        state=ImportState.APPLIED.value, period_from__isnull=False, period_to__isnull=False
    )
    found: dict[int, tuple[dt.date, dt.date]] = {}
    for account_id, first, last, uploaded in rows.values_list(
        "bank_account_id", "period_from", "period_to", "uploaded_at"
    ):
        whole = min(last, school_date(uploaded) - _DAY)
        known = found.get(account_id, (first, whole))
        found[account_id] = (min(known[0], first), max(known[1], whole))
    return found


def _next_days(
    account: BankAccount, locked: dt.date | None, proven: tuple[dt.date, dt.date] | None
) -> tuple[dt.date | None, dt.date | None]:
    """The day after the last locked one, else the first that a statement covers, and the last that can be closed with
    it; days of a statement that does not add up are passed over and end the span: they are never closed."""
    last = proven[1] if proven else None
    day = locked + _DAY if locked is not None else proven[0] if proven else None
    if day is None:
        return None, last
    flagged = coverage.flagged_imports(account, day, day + LONGEST)
    for file in flagged.order_by("period_from", "pk"):
        if file.period_from is None or file.period_to is None:
            continue
        if file.period_from <= day <= file.period_to:
            day = file.period_to + _DAY
        elif day < file.period_from and last is not None:
            return day, min(last, file.period_from - _DAY)
    return day, last


def _cash_state(school_id: int, latest: DayClose | None) -> BookState:
    """The cash box is closed through the last confirmed count, from the day after its latest closing."""
    confirmed = cash_counts(school_id).filter(state=CountState.CONFIRMED.value).order_by("-day").first()
    last = min(confirmed.day, clock.today()) if confirmed else None
    if latest is not None:
        return BookState(None, latest, latest.last_on, latest.last_on + _DAY, last)
    return BookState(None, None, None, last, last)


def _lines(school_id: int) -> QuerySet[BankLine]:
    return BankLine.objects.for_school(school_id).order_by()
