"""What reporting takes from the settings and the calendar of school years."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from truongso.organizations.public import school_years
from truongso.reporting import periods
from truongso.reporting.periods import Period


def target_percent() -> int:
    """The cashless share to reach by count and by value (NB-I.2c: at least half of both)."""
    return int(settings.CASHLESS_TARGET)


def last_day_in_time(period: Period) -> dt.date | None:
    """The last day on which the period's report is in time; None where none is asked for."""
    return periods.due_on(period, int(settings.REPORT_LAST_DAY))


def next_reports(today: dt.date) -> tuple[dt.date, tuple[Period, ...]]:
    """The next due day and the reports due on it."""
    return periods.next_due(today, int(settings.REPORT_LAST_DAY))


def read_period(text: str) -> Period:
    """A written period; school years have the dates they were set up with. Raises PeriodError."""
    known = {year.code: (year.starts_on, year.ends_on) for year in school_years()}
    return periods.parse(text, school_years=known)
