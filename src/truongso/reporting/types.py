"""What a cashless report is made of: figures by method, shares, and the movements behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from truongso.kernel.money import ZERO, Dong, total
from truongso.payments.types import Method


@dataclass(frozen=True, slots=True)
class Figures:
    """How many receipts and how much money; both are negative when more was undone than received."""

    count: int = 0
    value: Dong = ZERO

    def __add__(self, other: Figures) -> Figures:
        return Figures(self.count + other.count, self.value + other.value)

    def __sub__(self, other: Figures) -> Figures:
        return Figures(self.count - other.count, self.value - other.value)


@dataclass(frozen=True, slots=True)
class MethodFigures:
    """One method's part of a report: what was collected, what was given back of it, and what the report counts."""

    method: Method
    collected: Figures
    refunded: Figures

    @property
    def figures(self) -> Figures:
        return self.collected - self.refunded


@dataclass(frozen=True, slots=True)
class CashlessFigures:
    """Everything received less what was given back, by method, in the order of `Method`; zero without money."""

    by_method: tuple[MethodFigures, ...]

    @property
    def all(self) -> Figures:
        return _sum([m.figures for m in self.by_method])

    @property
    def cashless(self) -> Figures:
        """Every method but cash."""
        return _sum([m.figures for m in self.by_method if m.method.is_cashless])

    @property
    def cash(self) -> Figures:
        return self.of(Method.CASH)

    @property
    def count_share(self) -> Fraction | None:
        """Cashless receipts ÷ all receipts (R41); None when the period has no receipts to compare."""
        return share(self.cashless.count, self.all.count)

    @property
    def value_share(self) -> Fraction | None:
        """Cashless amount ÷ all amount (R41); None when the period has no money to compare."""
        return share(int(self.cashless.value), int(self.all.value))

    def count_share_of(self, method: Method) -> Fraction | None:
        """The method's receipts ÷ all receipts."""
        return share(self.of(method).count, self.all.count)

    def value_share_of(self, method: Method) -> Fraction | None:
        """The method's amount ÷ all amount."""
        return share(int(self.of(method).value), int(self.all.value))

    @property
    def collected(self) -> Figures:
        """Before refunds."""
        return _sum([m.collected for m in self.by_method])

    @property
    def refunded(self) -> Figures:
        return _sum([m.refunded for m in self.by_method])

    @property
    def cashless_collected(self) -> Figures:
        return _sum([m.collected for m in self.by_method if m.method.is_cashless])

    @property
    def cashless_refunded(self) -> Figures:
        return _sum([m.refunded for m in self.by_method if m.method.is_cashless])

    def of(self, method: Method) -> Figures:
        return next(m.figures for m in self.by_method if m.method is method)


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One method on one day: what came, and what was given back (negative when a refund came back to the school)."""

    day: dt.date
    method: Method
    figures: Figures = Figures()
    refunded: Figures = Figures()


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A refund of money of one payment that left the school on a day; a negative value came back to it.

    `paid` is the payment's whole amount.
    """

    payment_id: int
    method: Method
    paid: Dong
    day: dt.date
    value: Dong


@dataclass(frozen=True, slots=True)
class Movement:
    """One payment counted (+1) or taken out (−1) on a day."""

    payment_id: int
    day: dt.date
    method: Method
    sign: int
    value: Dong

    @property
    def figures(self) -> Figures:
        return Figures(self.sign, self.value * self.sign)


def share(part: int, whole: int) -> Fraction | None:
    """Part of a whole, exactly. None when there is no whole, or the part does not lie in it.

    The latter happens when a period undoes more of one method than it receives: a share says nothing then.
    """
    if whole <= 0 or not 0 <= part <= whole:
        return None
    return Fraction(part, whole)


def _sum(figures: Sequence[Figures]) -> Figures:
    return Figures(sum(f.count for f in figures), total(f.value for f in figures))
