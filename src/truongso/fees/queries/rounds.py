"""Rounds with what became of them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from truongso.fees.class_order import class_key
from truongso.fees.models import CollectionRound, Invoice, RoundClass, RoundItem
from truongso.fees.types import RoundState
from truongso.kernel.money import ZERO, Dong


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """An issued round's invoices: cancelled ones are counted apart and owe nothing."""

    invoices: int
    paid_invoices: int
    cancelled: int
    total: Dong
    paid: Dong

    @property
    def outstanding(self) -> Dong:
        return self.total - self.paid

    @property
    def percent(self) -> int:
        """Whole percent of the amount that is paid, 0–100, rounded down: 100 only when all is paid; 0 of nothing."""
        return 100 * self.paid.value // self.total.value if self.total else 0


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round as lists show it."""

    id: int
    public_id: str
    name: str
    state: RoundState
    priced_on: dt.date
    due_on: dt.date
    figures: RoundFigures


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class of a round."""

    class_id: int
    class_name: str
    figures: RoundFigures


def rounds_of(school_id: int) -> list[RoundRow]:
    """All rounds of a school with their figures, the latest first; 2 queries."""
    rounds = CollectionRound.objects.for_school(school_id).order_by("-priced_on", "-pk")
    return _rows(school_id, rounds)


def issued_rounds(school_id: int) -> list[CollectionRound]:
    """Rounds that have been issued, closed ones too, the latest first; 1 query."""
    rows = CollectionRound.objects.for_school(school_id).exclude(state=RoundState.DRAFT.value)
    return list(rows.order_by("-priced_on", "-pk"))


def round_by_id(school_id: int, round_id: int) -> RoundFigures:
    """Figures of one round; 1 query."""
    return _by(_invoices(school_id).filter(round_id=round_id), "round_id").get(round_id, _EMPTY)


def classes_of_round(school_id: int, round_id: int) -> list[ClassFigures]:
    """Figures of a round by class, in the order of classes; 1 query."""
    rows = _sums(_invoices(school_id).filter(round_id=round_id).values("school_class_id", "class_name"))
    found = [ClassFigures(r["school_class_id"], r["class_name"], _figures(r)) for r in rows]
    return sorted(found, key=lambda c: (class_key(c.class_name), c.class_id))


def previous_round(round_: CollectionRound) -> RoundRow | None:
    """The issued round priced before this one that it is to be compared with: of its kind, then the latest; 6 queries.

    Of its kind is one that is paid in parts or not as this one, then one that shares most of its items, then most of
    its classes; a month's round is not measured by the uniforms of one class.
    """
    school_id = round_.school_id
    rows = CollectionRound.objects.for_school(school_id).exclude(state=RoundState.DRAFT.value).exclude(pk=round_.pk)
    earlier = list(rows.filter(priced_on__lte=round_.priced_on).order_by("-priced_on", "-pk")[:_COMPARED])
    if not earlier:
        return None
    ids = [round_.pk, *(r.pk for r in earlier)]
    items = _members(RoundItem.objects.for_school(school_id).filter(round_id__in=ids), "fee_item_id")
    classes = _members(RoundClass.objects.for_school(school_id).filter(round_id__in=ids), "school_class_id")

    def likeness(one: CollectionRound) -> tuple[bool, bool, bool]:
        return (
            one.allows_partial == round_.allows_partial,
            _is_most(items[one.pk] & items[round_.pk], items[round_.pk] or items[one.pk]),
            _is_most(classes[one.pk] & classes[round_.pk], classes[round_.pk] or classes[one.pk]),
        )

    closest = max(likeness(one) for one in earlier)
    chosen = next(one for one in earlier if likeness(one) == closest)
    return next(iter(_rows(school_id, rows.filter(pk=chosen.pk))))


def _members(rows: QuerySet[Any], key: str) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for round_id, member in rows.values_list("round_id", key):
        found[round_id].add(member)
    return found


def _is_most(shared: set[int], whole: set[int]) -> bool:
    return len(shared) * 2 >= len(whole) > 0


_COMPARED = 24  # rounds looked at: two years of months
_EMPTY = RoundFigures(0, 0, 0, ZERO, ZERO)


def _rows(school_id: int, rounds: QuerySet[Any]) -> list[RoundRow]:
    found = list(rounds)
    figures = _by(_invoices(school_id).filter(round_id__in=[r.pk for r in found]), "round_id")
    return [
        RoundRow(r.pk, r.public_id, r.name, RoundState(r.state), r.priced_on, r.due_on, figures.get(r.pk, _EMPTY))
        for r in found
    ]


def _invoices(school_id: int) -> QuerySet[Any]:
    return Invoice.objects.for_school(school_id)


def _by(invoices: QuerySet[Any], key: str) -> dict[int, RoundFigures]:
    return {row[key]: _figures(row) for row in _sums(invoices.values(key))}


def _sums(groups: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    live = Q(cancelled_at__isnull=True)
    found: QuerySet[Any, Any] = groups.annotate(
        live=Count("pk", filter=live),
        settled=Count("pk", filter=live & Q(paid=F("total"))),
        gone=Count("pk", filter=~live),
        asked=Sum("total"),
        got=Sum("paid"),
    ).order_by()
    return found


def _figures(row: dict[str, Any]) -> RoundFigures:
    return RoundFigures(
        row["live"], row["settled"], row["gone"], Dong(int(row["asked"] or 0)), Dong(int(row["got"] or 0))
    )
