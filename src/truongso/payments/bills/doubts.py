"""Bill payments whose money the bank may have shown before it told of them: booked on a bank line already, perhaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Q

from truongso.kernel import clock
from truongso.payments.bills.models import BillService, BillTransaction
from truongso.payments.bills.types import SAME_MONEY, BillState
from truongso.payments.models import Payment
from truongso.payments.types import EvidenceKind

EARLY, LATE = dt.timedelta(days=1), dt.timedelta(days=7)
"""How far a bank's line may lie before and after the day of its bill payment, over a weekend or holiday."""
_SHOWN = dt.timedelta(days=31)


def suspects(row: BillTransaction) -> list[Payment]:
    """Standing payments on bank lines of the same amount, about the day, that pay an invoice of the transaction.

    Whether it is the same money or a second payment of the family, neither says. 1 query.
    """
    codes = {item["invoice_code"] for item in row.items}
    rows = Payment.objects.for_school(row.school_id).filter(
        evidence__kind=EvidenceKind.BANK_LINE.value, evidence__amount=row.amount, reversed_at__isnull=True,
        received_on__range=(row.paid_on - EARLY, row.paid_on + LATE),
    )  # fmt: skip
    return [p for p in rows.select_related("evidence").order_by("pk") if codes & set(p.invoice_code.split())]


def doubtful(school_id: int) -> list[BillTransaction]:
    """Transactions that wait because they may be booked already, and those of a month that a person told apart; oldest
    first. 1 query."""
    told_apart = Q(state=BillState.BOOKED.value, told_apart_at__gte=clock.now() - _SHOWN)
    waits = Q(state=BillState.RECEIVED.value, problem=SAME_MONEY)
    rows = BillTransaction.objects.for_school(school_id).filter(waits | told_apart)
    return list(rows.select_related("partner").order_by("paid_on", "pk"))


def by_numbers(school_id: int, numbers: Collection[tuple[str, str]]) -> list[BillTransaction]:
    """Transactions by their partner's code and their number, oldest first. 1 query, none without numbers."""
    if not numbers:
        return []
    rows = BillTransaction.objects.for_school(school_id).filter(transaction_id__in=sorted({n for _, n in numbers}))
    found = rows.select_related("partner").order_by("paid_on", "pk")
    return [row for row in found if (row.partner.code, row.transaction_id) in numbers]


def is_served(school_id: int) -> bool:
    """Whether any bank of the bill service serves the school, or has; 1 query."""
    return BillService.objects.for_school(school_id).exists()


def doubtful_count(school_id: int) -> int:
    """How many wait for a person; 1 query."""
    rows = BillTransaction.objects.for_school(school_id)
    return rows.filter(state=BillState.RECEIVED.value, problem=SAME_MONEY).count()


def schools_in_doubt() -> list[int]:
    """Schools where a bill payment waits for a person; 1 query."""
    rows = BillTransaction.objects.across_schools("the clock asks for every school")
    waiting = rows.filter(state=BillState.RECEIVED.value, problem=SAME_MONEY).order_by()
    return sorted(waiting.values_list("school_id", flat=True).distinct())
