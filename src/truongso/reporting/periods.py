"""Reporting periods and the days on which their reports are due. Pure: no Django.

Written forms: `2026-11` month, `2026-Q4` quarter, `2026-H1` half-year, `2026` calendar year, `2026-2027`
school year, `2026-10-01..2026-10-31` any days (both ends count).

Due days follow letter NB-IV.2b: every quarter before the 20th of its last month, the first half-year before
20/6, the calendar year before 20/12. "Before the 20th" is read strictly: the 19th is the last day in time.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

LAST_DAY_IN_TIME = 19
LONGEST_DAYS = 3 * 366
FIRST_YEAR, LAST_YEAR = 2000, 2199

Days = tuple[dt.date, dt.date]


class PeriodKind(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    SCHOOL_YEAR = "school_year"
    DAYS = "days"


class PeriodError(ValueError):
    """A period that is not understood.

    Codes: `not_a_period` (text), `no_such_day` (text), `ends_before_start`, `too_long` (most: days).
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both counted. `number` is the month, quarter or half of `year`, else 0."""

    kind: PeriodKind
    first: dt.date
    last: dt.date
    year: int = 0
    number: int = 0

    @property
    def key(self) -> str:
        """The written form; `parse` reads it back."""
        return {
            PeriodKind.MONTH: f"{self.year}-{self.number:02}",
            PeriodKind.QUARTER: f"{self.year}-Q{self.number}",
            PeriodKind.HALF: f"{self.year}-H{self.number}",
            PeriodKind.YEAR: f"{self.year}",
            PeriodKind.SCHOOL_YEAR: f"{self.year}-{self.year + 1}",
            PeriodKind.DAYS: f"{self.first.isoformat()}..{self.last.isoformat()}",
        }[self.kind]

    def holds(self, day: dt.date) -> bool:
        """True when the day lies in the period."""
        return self.first <= day <= self.last


def month(year: int, number: int) -> Period:
    """A calendar month, 1–12."""
    return _months(PeriodKind.MONTH, year, number, 1)


def quarter(year: int, number: int) -> Period:
    """A calendar quarter, 1–4."""
    return _months(PeriodKind.QUARTER, year, number, 3)


def half(year: int, number: int) -> Period:
    """A half of the calendar year, 1–2."""
    return _months(PeriodKind.HALF, year, number, 6)


def calendar_year(year: int) -> Period:
    """January to December."""
    return Period(PeriodKind.YEAR, dt.date(year, 1, 1), dt.date(year, 12, 31), year)


def school_year(first_year: int, days: Days | None = None) -> Period:
    """A school year such as 2026-2027; without its own dates 1 August to 31 July, as schools are set up."""
    first, last = days or (dt.date(first_year, 8, 1), dt.date(first_year + 1, 7, 31))
    return Period(PeriodKind.SCHOOL_YEAR, first, last, first_year)


def between(first: dt.date, last: dt.date) -> Period:
    """Any days. Raises PeriodError `ends_before_start`, `too_long` (more than three years)."""
    if last < first:
        raise PeriodError("ends_before_start")
    if (last - first).days >= LONGEST_DAYS:
        raise PeriodError("too_long", most=LONGEST_DAYS)
    return Period(PeriodKind.DAYS, first, last)


def one_day(day: dt.date) -> Period:
    """A single day."""
    return Period(PeriodKind.DAYS, day, day)


def parse(text: str, *, school_years: Mapping[str, Days] | None = None) -> Period:
    """Read a written period; `school_years` gives the dates of known school years by their code.

    Raises PeriodError `not_a_period`, `no_such_day`, `ends_before_start`, `too_long`.
    """
    found = _FORMS.fullmatch(text.strip().upper())
    if found is None:
        raise PeriodError("not_a_period", text=text.strip())
    given = found.groupdict()
    if given["first"]:
        return between(_day(given["first"]), _day(given["last"]))
    year = int(given["year"])
    if not FIRST_YEAR <= year < LAST_YEAR:
        raise PeriodError("not_a_period", text=text.strip())
    if given["next"]:
        if int(given["next"]) != year + 1:
            raise PeriodError("not_a_period", text=text.strip())
        return school_year(year, (school_years or {}).get(f"{year}-{year + 1}"))
    for name, make in (("month", month), ("quarter", quarter), ("half", half)):
        if given[name]:
            return make(year, int(given[name]))
    return calendar_year(year)


def before(period: Period) -> Period:
    """The period of the same length just before, with which a report is compared."""
    year, number = period.year, period.number
    match period.kind:
        case PeriodKind.MONTH:
            return month(year, number - 1) if number > 1 else month(year - 1, 12)
        case PeriodKind.QUARTER:
            return quarter(year, number - 1) if number > 1 else quarter(year - 1, 4)
        case PeriodKind.HALF:
            return half(year, 1) if number == 2 else half(year - 1, 2)
        case PeriodKind.YEAR:
            return calendar_year(year - 1)
        case PeriodKind.SCHOOL_YEAR:
            return school_year(year - 1, (_year_earlier(period.first), period.first - dt.timedelta(days=1)))
        case PeriodKind.DAYS:
            days = period.last - period.first
            last = period.first - dt.timedelta(days=1)
            return Period(PeriodKind.DAYS, last - days, last)


def months_of(period: Period) -> list[Period]:
    """The months that the period touches, cut to it, in order."""
    found = []
    at = period.first.replace(day=1)
    while at <= period.last:
        one = month(at.year, at.month)
        first, last = max(one.first, period.first), min(one.last, period.last)
        found.append(Period(PeriodKind.MONTH, first, last, at.year, at.month))
        at = one.last + dt.timedelta(days=1)
    return found


def due_on(period: Period, last_day: int = LAST_DAY_IN_TIME) -> dt.date | None:
    """The last day in time for the period's report; None where the letter asks for none.

    Reports are asked for quarters, the first half-year and the calendar year.
    """
    first_half = period.kind is PeriodKind.HALF and period.number == 1
    if first_half or period.kind in {PeriodKind.QUARTER, PeriodKind.YEAR}:
        return period.last.replace(day=last_day)
    return None


def next_due(today: dt.date, last_day: int = LAST_DAY_IN_TIME) -> tuple[dt.date, tuple[Period, ...]]:
    """The next due day, today included, and the reports due on it: quarter first, then half or year."""
    candidates = [p for year in (today.year, today.year + 1) for p in _reported(year)]
    dated = [(due, p) for p in candidates if (due := due_on(p, last_day)) is not None and due >= today]
    soonest = min(due for due, _ in dated)
    return soonest, tuple(p for due, p in dated if due == soonest)


_FORMS = re.compile(
    r"(?P<first>\d{4}-\d{2}-\d{2})\.\.(?P<last>\d{4}-\d{2}-\d{2})"
    r"|(?P<year>\d{4})(?:-(?:(?P<next>\d{4})|(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4])|H(?P<half>[12])))?",
    re.ASCII,
)


def _months(kind: PeriodKind, year: int, number: int, length: int) -> Period:
    last = number * length
    end = dt.date(year, last, calendar.monthrange(year, last)[1])
    return Period(kind, dt.date(year, last - length + 1, 1), end, year, number)


def _reported(year: int) -> list[Period]:
    return [*(quarter(year, n) for n in (1, 2, 3, 4)), half(year, 1), calendar_year(year)]


def _year_earlier(day: dt.date) -> dt.date:
    return day.replace(year=day.year - 1, day=min(day.day, calendar.monthrange(day.year - 1, day.month)[1]))


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise PeriodError("no_such_day", text=text) from None
