"""Working days for the day on which an intermediary's money is expected (`kernel.workdays`)."""

from __future__ import annotations

import datetime as dt

from truongso.kernel.workdays import work_calendar


def after(day: dt.date, working_days: int) -> dt.date:
    """The `working_days`-th working day after a day; the day itself for 0."""
    return work_calendar().after(day, working_days)


def overdue_until(today: dt.date, working_days: int) -> dt.date:
    """The latest day of payment whose money should have come before `today`."""
    day = today - dt.timedelta(days=1)
    while after(day, working_days) >= today:
        day -= dt.timedelta(days=1)
    return day
