"""Batches and items as lists and other rooms see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from truongso.kernel.money import Dong
from truongso.organizations.public import School
from truongso.payments.settlements.models import SettlementBatch, SettlementItem
from truongso.payments.settlements.types import OPEN_STATES, ItemState


@dataclass(frozen=True, slots=True)
class BatchFigures:
    """What of a batch is our fee money (matched items), what is kept aside, and how many items are open."""

    gross: Dong
    fee: Dong
    kept: Dong  # net of items that are no fee money
    open: int

    @property
    def net(self) -> Dong:
        return self.gross - self.fee


def batches(school: School | int) -> QuerySet[Any]:
    """Batches with `item_count` and `open_count`, newest first."""
    is_open = Q(items__state__in=[s.value for s in OPEN_STATES])
    rows: QuerySet[Any] = SettlementBatch.objects.for_school(school).select_related("bank_account")
    rows = rows.annotate(item_count=Count("items"), open_count=Count("items", filter=is_open))
    return rows.order_by("-settled_on", "-pk")


@dataclass(frozen=True, slots=True)
class StraightTransfer:
    """A transfer that a gateway told of and the bank has not shown yet."""

    batch_id: int
    amount: Dong
    day: dt.date
    bank_reference: str
    order_reference: str


def straight_transfers(school_id: int) -> list[StraightTransfer]:
    """Transfers straight to the school's own account that wait for their bank line, oldest first; 1 query."""
    rows = SettlementItem.objects.for_school(school_id).filter(file__isnull=True, batch__paid_at__isnull=True)
    return [
        StraightTransfer(batch_id, gross, day, key.partition("@")[0], order)
        for batch_id, gross, day, key, order in rows.order_by("pk").values_list(
            "batch_id", "gross", "batch__settled_on", "transaction_id", "order_reference"
        )
    ]


def schools_expecting_transfers() -> list[int]:
    """Schools with such transfers."""
    rows = SettlementItem.objects.across_schools("the tick serves all schools").filter(
        file__isnull=True, batch__paid_at__isnull=True
    )
    return sorted(rows.values_list("school_id", flat=True).distinct())


def is_settled(school_id: int, evidence_id: int) -> bool:
    """Whether the money on this evidence has been paid out to the school; 1 query."""
    items_of = SettlementItem.objects.for_school(school_id).filter(evidence_id=evidence_id, gross__gt=0)
    return bool(items_of.filter(state=ItemState.MATCHED.value, batch__paid_at__isnull=False).exists())


def items(batch: SettlementBatch) -> QuerySet[SettlementItem]:
    """Items of a batch in the order of their file."""
    rows = SettlementItem.objects.for_school(batch.school_id).filter(batch=batch)
    return rows.select_related("evidence", "candidate").order_by("file_id", "row_number", "pk")


def open_items(school: School | int) -> QuerySet[SettlementItem]:
    """Items that wait for a person, oldest first."""
    rows = SettlementItem.objects.for_school(school).filter(state__in=[s.value for s in OPEN_STATES])
    return rows.select_related("batch", "candidate").order_by("batch__settled_on", "pk")


def figures(school_id: int, batch_ids: Iterable[int]) -> dict[int, BatchFigures]:
    """What each batch is made of; 1 query."""
    matched, other = Q(state=ItemState.MATCHED.value), Q(state=ItemState.OTHER.value)
    rows = (
        SettlementItem.objects.for_school(school_id)
        .filter(batch_id__in=list(batch_ids))
        .order_by()
        .values("batch_id")
        .annotate(
            g=Sum("gross", filter=matched), f=Sum("fee", filter=matched), k=Sum("net", filter=other),
            n=Count("pk", filter=Q(state__in=[s.value for s in OPEN_STATES])),
        )
    )  # fmt: skip
    return {r["batch_id"]: BatchFigures(_dong(r["g"]), _dong(r["f"]), _dong(r["k"]), r["n"]) for r in rows}


def terminal_codes_of(school_id: int, batch_ids: Iterable[int]) -> dict[int, list[str]]:
    """Batch id → terminals and merchants its items name; 1 query."""
    rows = SettlementItem.objects.for_school(school_id).filter(batch_id__in=list(batch_ids)).order_by()
    found: dict[int, list[str]] = {}
    for batch_id, terminal, merchant in rows.values_list("batch_id", "terminal_code", "merchant_code").distinct():
        found.setdefault(batch_id, []).extend(code for code in (terminal, merchant) if code)
    return found


def _dong(value: object) -> Dong:
    return Dong(0) if value is None else Dong(int(value))  # type: ignore[call-overload]
