"""Where the bookings of a day begin and end on the account, by the balances printed beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple


class Chain(NamedTuple):
    """The balance before the first booking and after the last, in đồng."""

    start: int
    end: int


def chain(bookings: Iterable[tuple[int, int | None]]) -> Chain | None:
    """The ends of a run of bookings (signed amount, balance after it), in whatever order they are printed.

    None when a balance is missing, when they make no single run, and when the run ends with the balance it began with:
    then nothing is proven.
    """
    loose: Counter[int] = Counter()
    for signed, after in bookings:
        if after is None:
            return None
        loose[after - signed] += 1
        loose[after] -= 1
    ends = {count: balance for balance, count in loose.items() if count}
    if sum(map(abs, loose.values())) != 2:
        return None
    return Chain(ends[1], ends[-1])
