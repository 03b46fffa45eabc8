"""The collection overview of a school: what came today, what is still owed, what waits for a person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from truongso.banking.public import (
    BankLine,
    QueueFilter,
    account_overviews,
    last_suggestions,
    queue_figures,
    queue_lines,
)
from truongso.fees.public import (
    ClassFigures,
    FeeItem,
    RoundRow,
    SchoolFigures,
    classes_of_round,
    rounds_of,
    school_figures,
)
from truongso.fees.types import RoundState
from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.organizations.public import School, bank_accounts, readable_accounts
from truongso.payments.public import bills_in_doubt_count
from truongso.people.public import Student
from truongso.reporting.public import (
    Period,
    add_up,
    calendar_year,
    day_figures,
    next_reports,
    one_day,
    standing_by_day,
)
from truongso.reporting.types import CashlessFigures, DayFigures, Figures
from truongso.workspaces.wording import waiting_reason

CHART_DAYS = 14
SHOWN_CLASSES = 8
SAME_MONTH = 28  # days
SHOWN_WAITING = 5
STALE_HOURS = 26  # a bank feed that was silent for a working day and a night


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A credit that waits, with the reason in words."""

    line: BankLine
    reason: str


@dataclass(frozen=True, slots=True)
class ReportDue:
    """The next reports due together."""

    day: dt.date
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Start:
    """What must be there before the first round."""

    has_account: bool
    has_items: bool
    has_students: bool

    @property
    def is_ready(self) -> bool:
        return self.has_account and self.has_items and self.has_students


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the page. `round` None: no round has been issued yet, `start` says what is missing."""

    today: dt.date
    round: RoundRow | None
    start: Start | None
    received_today: CashlessFigures
    days: list[tuple[dt.date, int, int]]
    year: Period
    figures: CashlessFigures
    school: SchoolFigures
    classes: list[ClassFigures]
    waiting: int
    waiting_value: Dong
    in_doubt: int
    waiting_lines: list[WaitingLine]
    report: ReportDue
    bank_news: dt.datetime | None
    bank_is_silent: bool

    @property
    def round_share(self) -> Fraction | None:
        """What of the round is paid, in percent to one decimal, rounded down: 100 only when all is paid."""
        if self.round is None or not self.round.figures.total:
            return None
        figures = self.round.figures
        return Fraction(1000 * figures.paid.value // figures.total.value, 10)

    @property
    def shown_classes(self) -> list[ClassFigures]:
        return self.owing_classes[:SHOWN_CLASSES]

    @property
    def owing_classes(self) -> list[ClassFigures]:
        """Classes with something outstanding, the largest sum first."""
        owing = [c for c in self.classes if c.figures.outstanding.value > 0]
        return sorted(owing, key=lambda c: -c.figures.outstanding.value)

    @property
    def oldest_waiting_days(self) -> int:
        return (self.today - self.waiting_lines[0].line.booked_on).days if self.waiting_lines else 0


def overview(school: School) -> Overview:
    """The page of a school; the number of queries does not grow with pupils, payments or rounds."""
    today = clock.today()
    rounds = rounds_of(school.pk)
    issued = [r for r in rounds if r.state is not RoundState.DRAFT]
    present = _present([r for r in issued if r.state is RoundState.ISSUED] or issued)
    year = calendar_year(today.year)
    chart_from = today - dt.timedelta(days=CHART_DAYS - 1)
    days = day_figures(school.pk, min(year.first, chart_from), max(today, year.last))
    # What came on each day and still stands: an undo tomorrow is no negative income of tomorrow's till.
    standing = standing_by_day(school.pk, chart_from, today)
    waiting, waiting_value = queue_figures(school.pk)
    due_day, due_periods = next_reports(today)
    news, silent = _bank_news(school)
    return Overview(
        today=today,
        round=present,
        start=None if present else _start(school),
        received_today=add_up(standing, one_day(today)),
        days=_chart(standing, chart_from, today),
        year=year,
        figures=add_up(days, year),
        school=school_figures(school.pk),
        classes=classes_of_round(school.pk, present.id) if present else [],
        waiting=waiting,
        waiting_value=waiting_value,
        in_doubt=bills_in_doubt_count(school.pk),
        waiting_lines=_waiting_lines(school) if waiting else [],
        report=ReportDue(due_day, due_periods),
        bank_news=news,
        bank_is_silent=silent,
    )


def _present(rounds: list[RoundRow]) -> RoundRow | None:
    """The round that the school is collecting: the largest of the latest month, not what one class buys beside it."""
    if not rounds:
        return None
    month = rounds[0].priced_on - dt.timedelta(days=SAME_MONTH)
    return max((r for r in rounds if r.priced_on > month), key=lambda r: r.figures.total.value)


def _chart(days: list[DayFigures], first: dt.date, last: dt.date) -> list[tuple[dt.date, int, int]]:
    """(day, cashless, cash) in đồng for each day; a day that gave back more than it received shows nothing."""
    shown = []
    for n in range((last - first).days + 1):
        figures = add_up(days, one_day(first + dt.timedelta(days=n)))
        shown.append((first + dt.timedelta(days=n), _above(figures.cashless), _above(figures.cash)))
    return shown


def _above(figures: Figures) -> int:
    return max(int(figures.value), 0)


def _start(school: School) -> Start:
    return Start(
        has_account=bool(bank_accounts(school)),
        has_items=FeeItem.objects.for_school(school).filter(is_active=True).exists(),
        has_students=Student.objects.for_school(school).exists(),
    )


def _waiting_lines(school: School) -> list[WaitingLine]:
    lines = list(queue_lines(school.pk, QueueFilter.WAITING)[:SHOWN_WAITING])
    said = last_suggestions(school.pk, lines)
    return [WaitingLine(x, waiting_reason(said[x.pk].reason if x.pk in said else None)) for x in lines]


def _bank_news(school: School) -> tuple[dt.datetime | None, bool]:
    """When the banks were last heard, by file or feed; and whether a connected feed has gone silent."""
    accounts = account_overviews(school.pk, readable_accounts(school))
    heard = [a.connection.last_notice_at for a in accounts if a.connection and a.connection.last_notice_at]
    files = [a.last_import.applied_at for a in accounts if a.last_import and a.last_import.applied_at]
    newest = max([*heard, *files], default=None)
    has_feed = any(a.connection for a in accounts)
    silent = has_feed and (newest is None or clock.now() - newest > dt.timedelta(hours=STALE_HOURS))
    return newest, silent
