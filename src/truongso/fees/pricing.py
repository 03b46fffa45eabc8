"""What a pupil is charged for one item on one day. Pure: no database, no Django.

A line is priced in this order: the rate of the day (a rate for the pupil's grade before one for every grade), times the
quantity, less one reduction. When several reductions apply the highest percentage counts alone; percentages are never
added up. A reduction is a whole percentage of the gross amount, rounded half up to 1 đ.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from truongso.fees.types import FeeNature
from truongso.kernel.money import ZERO, Dong

BASIS_LENGTH = 500  # characters kept on a line


class NoRateError(ValueError):
    """An item has no rate for a grade on the day: it cannot be priced, and 0 đ would be a lie."""

    def __init__(self, grade: str, day: dt.date) -> None:
        super().__init__(f"no rate for grade {grade!r} on {day}")
        self.grade = grade
        self.day = day


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit costs, from–to (both days included). `grade` "" stands for every grade."""

    grade: str
    amount: Dong
    valid_from: dt.date
    valid_to: dt.date | None
    document: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A reduction set by law. `ownership` "" stands for every school; `everyone` needs no personal category."""

    code: str
    name: str
    nature: str
    percent: int
    everyone: bool
    ownership: str
    legal_basis: str
    valid_from: dt.date
    valid_to: dt.date | None

    @property
    def basis(self) -> str:
        """The text that stands on the line: what the reduction is called and the law behind it."""
        return f"{self.name} ({self.legal_basis})"[:BASIS_LENGTH]


@dataclass(frozen=True, slots=True)
class Price:
    """A priced line: gross = unit × quantity, amount = gross − reduction, 0 ≤ amount ≤ gross."""

    quantity: int
    unit_amount: Dong
    gross: Dong
    percent: int
    reduction: Dong
    basis: str
    amount: Dong


def holds_on(valid_from: dt.date, valid_to: dt.date | None, day: dt.date) -> bool:
    """Whether a from–to validity (both days included, no end: open) covers the day."""
    return valid_from <= day and (valid_to is None or day <= valid_to)


def rate_for(rates: Iterable[Rate], grade: str, day: dt.date) -> Rate | None:
    """The rate of the day: one for this grade before one for every grade, the latest when several hold; or None."""
    valid = [r for r in rates if r.grade in {grade, ""} and holds_on(r.valid_from, r.valid_to, day)]
    return max(valid, key=lambda r: (bool(r.grade), r.valid_from), default=None)


def ranked_rules(rules: Iterable[Rule], *, nature: FeeNature, ownership: str, day: dt.date) -> list[Rule]:
    """Rules that may reduce an item of this nature at such a school on the day, the one that wins first.

    Order: highest percentage; at equal percentage one for everyone before a personal one (it needs no proof); code.
    """
    usable = [
        r
        for r in rules
        if r.nature == nature.value and r.ownership in {"", ownership} and holds_on(r.valid_from, r.valid_to, day)
    ]
    return sorted(usable, key=lambda r: (-r.percent, not r.everyone, r.code))


def winning(ranked: Sequence[Rule], categories: Collection[str]) -> Rule | None:
    """The rule that applies to a pupil of these categories; None when nothing is reduced."""
    return next((r for r in ranked if r.everyone or r.code in categories), None)


def priced(rate: Rate, quantity: int, rule: Rule | None) -> Price:
    """The line for a known rate and rule. `quantity` ≥ 1."""
    if quantity < 1:
        raise ValueError("quantity must be at least 1")
    gross = rate.amount * quantity
    percent = rule.percent if rule else 0
    reduction = gross.percent(percent) if rule else ZERO
    return Price(
        quantity=quantity, unit_amount=rate.amount, gross=gross, percent=percent, reduction=reduction,
        basis=rule.basis if rule else "", amount=gross - reduction,
    )  # fmt: skip


def price(
    *,
    nature: FeeNature,
    rates: Iterable[Rate],
    rules: Iterable[Rule],
    ownership: str,
    grade: str,
    day: dt.date,
    quantity: int,
    categories: Collection[str] = (),
    is_voluntary: bool = False,
    opted_in: bool = False,
) -> Price | None:
    """The line of one pupil for one item, or None when a voluntary item was not chosen.

    `categories` are the codes of the pupil's exemptions that hold on the day. Raises NoRateError.
    """
    if is_voluntary and not opted_in:
        return None
    rate = rate_for(rates, grade, day)
    if rate is None:
        raise NoRateError(grade, day)
    return priced(rate, quantity, winning(ranked_rules(rules, nature=nature, ownership=ownership, day=day), categories))
