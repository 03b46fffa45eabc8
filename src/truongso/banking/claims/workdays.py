"""Until when a family gets an answer, in working days."""

from __future__ import annotations

import datetime as dt

from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.workdays import work_calendar

_CLOSING = dt.time(17)


def due_after(moment: dt.datetime, days: int) -> dt.datetime:
    """17:00 on the `days`-th working day after the school day of the moment."""
    day = work_calendar().after(moment.astimezone(SCHOOL_TIME).date(), days)
    return dt.datetime.combine(day, _CLOSING, tzinfo=SCHOOL_TIME)
