"""What families owe by class and fee item at the end of a month, and how it came there (R12).

It is the receivable account of the books told apart: the sums of all rows are its balances and movements. So every
amount counts on the day of its entry: charges and reductions on the day they were made, money on the day it was booked
for, credit used later and undone bookings on the day of the act.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import BigIntegerField, Case, F, Min, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce

from truongso.fees.public import InvoiceLine
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import ZERO, Dong, total
from truongso.ledger.public import entry_days
from truongso.ledger.types import EntryKind
from truongso.payments.public import Allocation


@dataclass(frozen=True, slots=True)
class Receivable:
    """One class and item over some days: owed before, charged, taken off, paid; what is left."""

    class_name: str
    item: str
    opening: Dong = ZERO
    charged: Dong = ZERO
    reduced: Dong = ZERO
    paid: Dong = ZERO

    @property
    def closing(self) -> Dong:
        return self.opening + self.charged - self.reduced - self.paid


def receivables(school_id: int, first: dt.date, last: dt.date) -> list[Receivable]:
    """Every class and item with something owed before or moved in these days; two queries."""
    found: dict[tuple[str, str], Receivable] = {}
    order: dict[tuple[str, str], str] = {}
    for row in _charges(school_id, first, last):
        key = (row["invoice__class_name"], row["fee_item__name"])
        order[key] = row["key"]
        found[key] = Receivable(
            *key, _dong(row["before"]) - _dong(row["off_before"]), _dong(row["charged"]), _dong(row["reduced"])
        )
    for row in _paid(school_id, first, last):
        key = (row["invoice__class_name"], row["line__fee_item__name"])
        one = found[key]
        found[key] = replace(one, opening=one.opening - _dong(row["before"]), paid=_dong(row["paid"]))
    rows = [r for r in found.values() if r.opening or r.charged or r.reduced or r.paid]
    return sorted(rows, key=lambda r: (order[r.class_name, r.item][:40], r.class_name, r.item))


def sum_of(rows: Iterable[Receivable], name: str, item: str = "") -> Receivable:
    """Rows added up under a name."""
    some = list(rows)
    return Receivable(
        name, item, total(r.opening for r in some), total(r.charged for r in some), total(r.reduced for r in some),
        total(r.paid for r in some),
    )  # fmt: skip


def by_class(rows: Iterable[Receivable]) -> list[tuple[Receivable, list[Receivable]]]:
    """Each class with its items, in the order given."""
    groups: dict[str, list[Receivable]] = {}
    for row in rows:
        groups.setdefault(row.class_name, []).append(row)
    return [(sum_of(items, name), items) for name, items in groups.items()]


def by_item(rows: Iterable[Receivable]) -> list[Receivable]:
    """Sums over all classes, by name of the item."""
    groups: dict[str, list[Receivable]] = {}
    for row in rows:
        groups.setdefault(row.item, []).append(row)
    return [sum_of(groups[name], "", name) for name in sorted(groups)]


def _charges(school_id: int, first: dt.date, last: dt.date) -> Iterable[dict[str, Any]]:
    start, end = _moment(first), _moment(last + dt.timedelta(days=1))
    credit, before = Q(kind="credit"), Q(created_at__lt=start)
    found: Iterable[dict[str, Any]] = (
        InvoiceLine.objects.for_school(school_id)
        .filter(created_at__lt=end)
        .order_by()
        .values("invoice__class_name", "fee_item__name")
        .annotate(
            key=Min("invoice__sort_key"), before=Sum("amount", filter=before & ~credit),
            off_before=Sum("amount", filter=before & credit), charged=Sum("amount", filter=~before & ~credit),
            reduced=Sum("amount", filter=~before & credit),
        )
    )  # fmt: skip
    return found


def _paid(school_id: int, first: dt.date, last: dt.date) -> Iterable[dict[str, Any]]:
    """Allocations and what takes them back, each on the day of its entry."""
    start, end = _moment(first), _moment(last + dt.timedelta(days=1))
    booked = Q(reverses__isnull=True, move__isnull=True)
    signed = Case(When(reverses__isnull=True, then=F("amount")), default=-F("amount"), output_field=BigIntegerField())
    day = Coalesce(
        Subquery(entry_days(school_id, EntryKind.PAYMENT, OuterRef("payment_id"))), F("payment__received_on")
    )
    early = (booked & Q(day__lt=first)) | (~booked & Q(created_at__lt=start))
    within = (booked & Q(day__range=(first, last))) | (~booked & Q(created_at__gte=start, created_at__lt=end))
    found: Iterable[dict[str, Any]] = (
        Allocation.objects.for_school(school_id)
        .annotate(day=day, signed=signed)
        .filter(early | within)
        .order_by()
        .values("invoice__class_name", "line__fee_item__name")
        .annotate(before=Sum("signed", filter=early), paid=Sum("signed", filter=within))
    )
    return found


def _moment(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=SCHOOL_TIME)


def _dong(value: Dong | int | None) -> Dong:
    return ZERO if value is None else Dong(int(value))
