"""Silence means something only against a past of its own."""

from __future__ import annotations

import datetime as dt

from truongso.kernel import clock
from truongso.kernel.pace import Kept, is_silent, sign

MONDAY = dt.datetime(2026, 10, 5, 8, tzinfo=clock.SCHOOL_TIME)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def weekdays(weeks: int) -> Kept:
    """A sign at 8 and at 15 o'clock from Monday to Friday."""
    kept: Kept = {}
    for day in range(7 * weeks):
        if day % 7 < 5:
            for hour in (0, 7):
                kept = sign(kept, MONDAY + day * DAY + hour * HOUR)
    return kept


def test_a_feed_of_school_days_is_silent_after_one_and_a_half_of_its_week_ends() -> None:
    kept = weekdays(3)  # the last sign: Friday 15:00; the longest gap: Friday 15:00 to Monday 8:00, 65 hours
    friday = MONDAY + 18 * DAY + 7 * HOUR
    assert kept == {
        "last": friday.isoformat(), "since": (MONDAY + 14 * DAY).isoformat(), "signs": 10, "longest": 17 * 3600,
        "usual": 65 * 3600,
    }  # fmt: skip
    assert not is_silent(kept, friday + 97 * HOUR)
    assert is_silent(kept, friday + 98 * HOUR)
    assert not is_silent(sign(kept, friday + 98 * HOUR), friday + 99 * HOUR)


def test_without_a_past_nothing_is_silent() -> None:
    assert not is_silent({}, MONDAY)
    assert not is_silent(weekdays(2), MONDAY + 60 * DAY)  # no whole period has ended yet
    rare: Kept = {}
    for week in range(8):  # too seldom to say what is usual
        rare = sign(rare, MONDAY + 7 * week * DAY)
    assert not is_silent(rare, MONDAY + 300 * DAY)


def test_a_busy_night_is_never_silent_within_a_day() -> None:
    kept: Kept = {}
    for hour in range(15 * 24):
        kept = sign(kept, MONDAY + hour * HOUR)
    last = MONDAY + (15 * 24 - 1) * HOUR
    assert not is_silent(kept, last + DAY)
    assert is_silent(kept, last + DAY + HOUR)


def test_signs_out_of_order_do_not_turn_the_clock_back() -> None:
    kept = sign(sign({}, MONDAY), MONDAY - HOUR)
    assert (kept["last"], kept["longest"], kept["signs"]) == (MONDAY.isoformat(), 0, 2)
