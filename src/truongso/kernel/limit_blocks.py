"""Limits on what happens with every request: counted in the process, told to the other processes a block at a time.

For limits far above honest use, where one statement for each try would cost more than it protects. A process may be
off by less than a block (a part of the limit); once a limit is spent it answers without asking again until the window
ends.
"""

from __future__ import annotations

from threading import Lock

from truongso.kernel.limits import Limit, Use, count_all, counted_as, window_start

Counted = tuple[Limit, tuple[str, ...]]


class Blocks:
    """Counts of one process over windows of `seconds`, written down whenever a `part`-th of a limit has gathered."""

    def __init__(self, *, part: int, seconds: int) -> None:
        self._part = part
        self._seconds = seconds
        self._window = 0
        self._waiting: dict[Counted, int] = {}
        self._spent: set[Counted] = set()
        self._lock = Lock()

    def spent(self, *counted: Counted) -> Limit | None:
        """Count one try of each; the first limit that is passed. One statement after every block, else none."""
        counted = tuple((limit, tuple(map(counted_as, whose))) for limit, whose in counted)
        with self._lock:
            self._turn()
            known = next((limit for limit, whose in counted if (limit, whose) in self._spent), None)
            if known is not None:
                return known
            full = [one for one in counted if self._count(one) >= max(1, one[0].most // self._part)]
            gathered = [self._waiting.pop(one) for one in full]
        if not full:
            return None
        passed = count_all(*(Use(limit, whose, tries) for (limit, whose), tries in zip(full, gathered, strict=True)))
        over = [one for one, count in zip(full, passed, strict=True) if count > one[0].most]
        self._spent.update(over)
        return over[0][0] if over else None

    def _count(self, one: Counted) -> int:
        self._waiting[one] = self._waiting.get(one, 0) + 1
        return self._waiting[one]

    def _turn(self) -> None:
        """With a new window everything begins anew."""
        now = window_start(self._seconds)
        if now != self._window:
            self._window = now
            self._waiting.clear()
            self._spent.clear()
