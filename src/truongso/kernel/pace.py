"""How often something outside usually stirs, told by its own past: when silence means something. Pure: no Django.

The longest gap of one whole period of two weeks with at least ten signs is what is usual, nights, Sundays and feasts
among them. Silence is told only beyond one and a half times that, and never within a day: without a past there is no
usual, and nobody is alarmed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

Kept = dict[str, str | int]

PERIOD = dt.timedelta(days=14)
SIGNS = 10
LEAST = dt.timedelta(days=1)


def sign(kept: Mapping[str, str | int], now: dt.datetime) -> Kept:
    """What is kept after a sign at `now`: JSON values; an empty mapping for something that never stirred before."""
    if not kept:
        return {"last": now.isoformat(), "since": now.isoformat(), "signs": 1, "longest": 0}
    gap = max(0, int((now - _at(kept["last"])).total_seconds()))
    after: Kept = {
        **kept, "last": max(now, _at(kept["last"])).isoformat(), "signs": int(kept["signs"]) + 1,
        "longest": max(int(kept["longest"]), gap),
    }  # fmt: skip
    if now - _at(kept["since"]) >= PERIOD:
        after.pop("usual", None)
        if int(after["signs"]) >= SIGNS:
            after["usual"] = after["longest"]
        after |= {"since": now.isoformat(), "signs": 1, "longest": 0}
    return after


def is_silent(kept: Mapping[str, str | int], now: dt.datetime) -> bool:
    """Whether it has been quiet for longer than it ever usually is."""
    if "usual" not in kept:
        return False
    usual = dt.timedelta(seconds=max(int(kept["usual"]), int(kept["longest"])))
    return now - _at(kept["last"]) > max(LEAST, usual + usual // 2)


def last_sign(kept: Mapping[str, str | int]) -> dt.datetime | None:
    """When it last stirred, as far as it was noted."""
    return _at(kept["last"]) if kept else None


def _at(text: str | int) -> dt.datetime:
    return dt.datetime.fromisoformat(str(text))
