"""Working days, for the time within which a family gets an answer. Pure."""

from __future__ import annotations

import datetime as dt

from truongso.kernel.clock import SCHOOL_TIME

_CLOSING = dt.time(17)
_SATURDAY = 5


def due_after(moment: dt.datetime, days: int) -> dt.datetime:
    """17:00 on the `days`-th working day (Monday to Friday) after the school day of the moment."""
    day = moment.astimezone(SCHOOL_TIME).date()
    while days:
        day += dt.timedelta(days=1)
        days -= day.weekday() < _SATURDAY
    return dt.datetime.combine(day, _CLOSING, tzinfo=SCHOOL_TIME)
