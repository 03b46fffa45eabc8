"""Which days of an account the bank has accounted for: by statements, by the feed, by nothing; and what contradicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from truongso.banking.models import BankLine, FeedSighting, StatementImport
from truongso.banking.types import ImportState
from truongso.kernel.clock import school_date
from truongso.kernel.money import Dong
from truongso.organizations.public import BankAccount

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of an account: the files that cover it, how many credits and debits the feed and files reported.

    `partial`: the only file was taken on that very day, so later bookings may be missing.
    """

    day: dt.date
    files: tuple[StatementImport, ...]
    lines: int
    fed: int
    partial: bool

    @property
    def flagged(self) -> bool:
        """Whether a file of the day contradicts itself."""
        return any(file.flagged for file in self.files)

    @property
    def kind(self) -> str:
        """statement, partial, feed or none."""
        if self.files:
            return "partial" if self.partial else "statement"
        return "feed" if self.fed else "none"


@dataclass(frozen=True, slots=True)
class Break:
    """Two files that follow each other, of which the later does not open with the closing balance of the earlier."""

    earlier: StatementImport
    later: StatementImport
    difference: Dong


def applied_files(account: BankAccount, first: dt.date, last: dt.date) -> QuerySet[StatementImport]:
    """Applied files that cover a day from `first` to `last`, by period, without their content."""
    rows = StatementImport.objects.for_school(account.school_id).filter(
        bank_account_id=account.pk, state=ImportState.APPLIED.value, period_from__lte=last, period_to__gte=first
    )
    return rows.defer("content").order_by("period_from", "period_to", "pk")


def flagged_imports(account: BankAccount, first: dt.date, last: dt.date) -> QuerySet[StatementImport]:
    """Applied files of these days whose totals or balances do not add up: the days cannot be closed with them.

    A file that a later one of the same days corrects still counts: it is looked into before the days are closed.
    """
    return applied_files(account, first, last).filter(flagged=True)


def days_of(account: BankAccount, first: dt.date, last: dt.date) -> list[Day]:
    """Every day from `first` to `last`; 3 queries."""
    files = list(applied_files(account, first, last))
    lines = _counts(account, first, last, fed=False)
    fed = _counts(account, first, last, fed=True)
    count = (last - first).days + 1
    return [_day(first + n * _DAY, files, lines, fed) for n in range(count)]


def gaps(days: Sequence[Day]) -> list[tuple[dt.date, dt.date]]:
    """Spans without a statement between the first and the last covered day, and up to the end of `days`."""
    started = next((n for n, day in enumerate(days) if day.files), None)
    found: list[tuple[dt.date, dt.date]] = []
    for day in days[started:] if started is not None else ():
        if day.files:
            continue
        if found and found[-1][1] + _DAY == day.day:
            found[-1] = (found[-1][0], day.day)
        else:
            found.append((day.day, day.day))
    return found


def overlaps(days: Sequence[Day]) -> list[tuple[dt.date, dt.date]]:
    """Spans of days that more than one file covers. Nothing is wrong with them: equal movements count once."""
    found: list[tuple[dt.date, dt.date]] = []
    for day in days:
        if len(day.files) < 2:
            continue
        if found and found[-1][1] + _DAY == day.day:
            found[-1] = (found[-1][0], day.day)
        else:
            found.append((day.day, day.day))
    return found


def breaks(files: Sequence[StatementImport]) -> list[Break]:
    """Neighbouring files whose balances do not follow; only those that print balances and touch without overlap."""
    found = []
    for earlier in files:
        if earlier.period_to is None or earlier.closing_balance is None:
            continue
        for later in files:
            opening = later.opening_balance
            if opening is None or later.period_from != earlier.period_to + _DAY or opening == earlier.closing_balance:
                continue
            found.append(Break(earlier, later, opening - earlier.closing_balance))
    return found


def _day(day: dt.date, files: Sequence[StatementImport], lines: dict[dt.date, int], fed: dict[dt.date, int]) -> Day:
    covering = tuple(f for f in files if _covers(f, day))
    partial = all(school_date(f.uploaded_at) == day for f in covering)
    return Day(day, covering, lines.get(day, 0), fed.get(day, 0), bool(covering) and partial)


def _covers(file: StatementImport, day: dt.date) -> bool:
    """A file cannot tell of days after it was taken, whatever period it prints."""
    if file.period_from is None or file.period_to is None:
        return False
    return file.period_from <= day <= min(file.period_to, school_date(file.uploaded_at))


def _counts(account: BankAccount, first: dt.date, last: dt.date, *, fed: bool) -> dict[dt.date, int]:
    rows = BankLine.objects.for_school(account.school_id).filter(
        bank_account_id=account.pk, booked_on__gte=first, booked_on__lte=last
    )
    if fed:
        rows = rows.filter(Exists(FeedSighting.objects.for_school(account.school_id).filter(line_id=OuterRef("pk"))))
    return dict(rows.order_by().values_list("booked_on").annotate(n=Count("pk")))
