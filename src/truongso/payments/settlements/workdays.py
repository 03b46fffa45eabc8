"""Working days, Monday to Friday, for the day on which an intermediary's money is expected. Pure.

Public holidays are not counted out: money is then asked about a little early.
"""

from __future__ import annotations

import datetime as dt

_SATURDAY = 5


def after(day: dt.date, working_days: int) -> dt.date:
    """The `working_days`-th working day after a day; the day itself for 0."""
    left = working_days
    while left:
        day += dt.timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return day


def overdue_until(today: dt.date, working_days: int) -> dt.date:
    """The latest day of payment whose money should have come before `today`."""
    day = today - dt.timedelta(days=1)
    while after(day, working_days) >= today:
        day -= dt.timedelta(days=1)
    return day
