"""What a school charges, as anyone may read it (circular on public disclosure; letter LC-2.2).

Only these fields ever leave: names and rates of items, their documents, rules of exemption. Nothing here comes from a
pupil, an invoice or a payment (abuse case A44).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from truongso.fees.models import FeeItem, FeeRate, ReductionRule
from truongso.fees.types import FeeNature, FeeUnit
from truongso.kernel.money import Dong


@dataclass(frozen=True, slots=True)
class PublicRate:
    """A rate in force: for every grade when `grade` is blank."""

    grade: str
    amount: Dong
    valid_from: dt.date
    document: str
    deciding_body: str


@dataclass(frozen=True, slots=True)
class PublicItem:
    """A fee item with the rates in force on the day."""

    name: str
    nature: FeeNature
    unit: FeeUnit
    is_voluntary: bool
    legal_basis: str
    rates: tuple[PublicRate, ...]


@dataclass(frozen=True, slots=True)
class PublicReduction:
    """Who is exempt or pays less, by which rule."""

    name: str
    nature: FeeNature
    percent: int
    legal_basis: str


def price_list(school_id: int, day: dt.date) -> list[PublicItem]:
    """Active items with a rate in force on the day, by nature and name; 1 query."""
    in_force = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    rows = FeeRate.objects.for_school(school_id).filter(in_force, fee_item__is_active=True).select_related("fee_item")
    rates: dict[int, list[FeeRate]] = {}
    for row in rows.order_by("grade", "-valid_from"):
        rates.setdefault(row.fee_item_id, []).append(row)
    items = [_item(found[0].fee_item, found) for found in rates.values()]
    order = list(FeeNature)
    return sorted(items, key=lambda item: (order.index(item.nature), item.name))


def public_reductions(ownership: str, day: dt.date) -> list[PublicReduction]:
    """The rules of exemption that hold for schools of this ownership on the day; 1 query."""
    in_force = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    rows = ReductionRule.objects.filter(in_force, ownership__in=["", ownership]).order_by("nature", "-percent", "name")
    return [PublicReduction(r.name, FeeNature(r.nature), r.percent, r.legal_basis) for r in rows]


def _item(item: FeeItem, rates: list[FeeRate]) -> PublicItem:
    return PublicItem(
        name=item.name, nature=FeeNature(item.nature), unit=FeeUnit(item.unit), is_voluntary=item.is_voluntary,
        legal_basis=item.legal_basis,
        rates=tuple(
            PublicRate(r.grade, r.amount, r.valid_from, r.document_number, r.deciding_body) for r in rates
        ),
    )  # fmt: skip


def reduction_names(codes: Iterable[str]) -> dict[str, str]:
    """Code → name of rules of the law, the latest of each; one query."""
    rows = ReductionRule.objects.filter(code__in=list(codes)).order_by("valid_from", "pk")
    return dict(rows.values_list("code", "name"))
