"""Money: whole đồng.

Vietnamese đồng has no smaller unit in use, so every amount is a whole number. `Dong` keeps amounts apart from
counts, years and ids: adding a bare number, a float or a Decimal to money is a type error at run time as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, init=False, eq=False)
class Dong:
    """An amount in whole đồng, negative for money going back.

    Raises TypeError when built from anything but an int (bool included) or mixed with a bare number.
    """

    value: int

    def __init__(self, value: int) -> None:  # by hand: bulk work makes millions, and this takes half the time
        if type(value) is not int:
            raise TypeError(f"Dong takes a whole number, not {type(value).__name__}")
        object.__setattr__(self, "value", value)

    def __add__(self, other: Dong) -> Dong:
        if not isinstance(other, Dong):
            return NotImplemented
        return Dong(self.value + other.value)

    def __sub__(self, other: Dong) -> Dong:
        if not isinstance(other, Dong):
            return NotImplemented
        return Dong(self.value - other.value)

    def __neg__(self) -> Dong:
        return Dong(-self.value)

    def __mul__(self, quantity: int) -> Dong:
        """Amount for a whole number of units (months, days, meals)."""
        if type(quantity) is not int:
            return NotImplemented
        return Dong(self.value * quantity)

    __rmul__ = __mul__

    # Each comparison by hand: those made by the standard library take three to eight times as long.
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Dong):
            return NotImplemented
        return self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)

    def __lt__(self, other: Dong) -> bool:
        if not isinstance(other, Dong):
            return NotImplemented
        return self.value < other.value

    def __le__(self, other: Dong) -> bool:
        if not isinstance(other, Dong):
            return NotImplemented
        return self.value <= other.value

    def __gt__(self, other: Dong) -> bool:
        if not isinstance(other, Dong):
            return NotImplemented
        return self.value > other.value

    def __ge__(self, other: Dong) -> bool:
        if not isinstance(other, Dong):
            return NotImplemented
        return self.value >= other.value

    def __bool__(self) -> bool:
        return self.value != 0

    def __int__(self) -> int:
        return self.value

    def __str__(self) -> str:
        """Vietnamese form: thousands by dots, true minus sign, no-break space before the unit: 1.250.000 đ."""
        sign = "\u2212" if self.value < 0 else ""
        return f"{sign}{abs(self.value):,}".replace(",", ".") + "\u00a0đ"

    def split(self, parts: int) -> list[Dong]:
        """Cut into `parts` amounts that differ by at most 1 đ and add up exactly; the larger ones first."""
        if parts < 1:
            raise ValueError("parts must be at least 1")
        low, rest = divmod(self.value, parts)
        return [Dong(low + 1)] * rest + [Dong(low)] * (parts - rest)

    def percent(self, percent: int) -> Dong:
        """The given whole percent, rounded half up to 1 đ (used for reductions of a fee line)."""
        if type(percent) is not int:
            raise TypeError("percent takes a whole number")
        return Dong((self.value * percent * 2 + 100) // 200)


ZERO = Dong(0)


def total(amounts: Iterable[Dong]) -> Dong:
    """Sum of amounts; 0 đ for none."""
    return Dong(sum(a.value for a in amounts))
