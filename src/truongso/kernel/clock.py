"""The one clock. Business code asks it for the time, so that tests and simulations can set it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

SCHOOL_TIME = ZoneInfo("Asia/Ho_Chi_Minh")

_frozen: ContextVar[dt.datetime | None] = ContextVar("frozen_time", default=None)


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return _frozen.get() or dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The school day: today's date in Asia/Ho_Chi_Minh."""
    return school_date(now())


def school_date(moment: dt.datetime) -> dt.date:
    """The date on which an aware moment falls at school (Asia/Ho_Chi_Minh)."""
    return moment.astimezone(SCHOOL_TIME).date()


@contextmanager
def frozen(moment: dt.datetime) -> Iterator[None]:
    """Hold the clock at an aware moment (tests, replays)."""
    if moment.tzinfo is None:
        raise ValueError("the clock takes aware datetimes only")
    token = _frozen.set(moment.astimezone(dt.UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
