"""Quiet hours: when a message may leave. Pure."""

from __future__ import annotations

import datetime as dt

from truongso.kernel.clock import SCHOOL_TIME


def earliest(moment: dt.datetime, *, quiet_from: dt.time, quiet_to: dt.time) -> dt.datetime:
    """The moment itself when it is not quiet then, else the end of the quiet time at school.

    Quiet is from `quiet_from` (included) to `quiet_to` (not included), over midnight when it begins later in the day
    than it ends; equal times mean never quiet. Raises ValueError for a moment without a time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("quiet hours are asked for aware moments")
    here = moment.astimezone(SCHOOL_TIME)
    at = here.time().replace(tzinfo=None)
    if quiet_from == quiet_to:
        return moment
    if quiet_from < quiet_to:
        quiet = quiet_from <= at < quiet_to
        day = here.date()
    else:
        quiet = at >= quiet_from or at < quiet_to
        day = here.date() + dt.timedelta(days=1 if at >= quiet_from else 0)
    return dt.datetime.combine(day, quiet_to, tzinfo=SCHOOL_TIME) if quiet else moment
