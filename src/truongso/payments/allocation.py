"""How a payment spreads over invoices and their lines. Pure: no database, no Django."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from truongso.kernel.money import ZERO, Dong


class Line(Protocol):
    """What is owed on one line: `payable` less `paid`."""

    @property
    def id(self) -> int: ...
    @property
    def payable(self) -> Dong: ...
    @property
    def paid(self) -> Dong: ...


class LineShare(NamedTuple):
    """`amount` (> 0) of a payment settles part of a line."""

    line_id: int
    amount: Dong


def spread(amount: Dong, lines: Sequence[Line], taken: dict[int, Dong]) -> tuple[list[LineShare], Dong]:
    """Settle lines in their order until the money is used up; returns the shares and what is left over.

    `taken` holds what earlier shares of the same batch took from each line and is kept up to date.
    """
    shares = []
    left = amount
    for line in lines:
        open_amount = line.payable - line.paid - taken.get(line.id, ZERO)
        part = min(left, open_amount)
        if part > ZERO:
            shares.append(LineShare(line.id, part))
            taken[line.id] = taken.get(line.id, ZERO) + part
            left = left - part
    return shares, left
