"""Reads of claims, and the search for the money they mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count, Prefetch, Q, QuerySet

from truongso.banking.claims.models import ClaimMessage, PaymentClaim
from truongso.banking.models import BankLine
from truongso.banking.types import OPEN_CLAIMS, Direction
from truongso.fees.types import normalise
from truongso.kernel import clock
from truongso.kernel.money import Dong

_AROUND = dt.timedelta(days=7)  # banks book across weekends and holidays; what people remember as the day differs
_IN_MEMO = 6  # a shorter reference may stand in a memo by chance
_OPEN = [state.value for state in OPEN_CLAIMS]


class ClaimFilter(StrEnum):
    """Which claims the list shows."""

    OPEN = "open"
    LATE = "late"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ClaimCounts:
    """How many claims stand in each list."""

    open: int
    late: int
    closed: int


def claimed_invoices(school_id: int) -> set[int]:
    """Ids of invoices with an open claim; 1 query."""
    rows = PaymentClaim.objects.for_school(school_id).filter(state__in=_OPEN)
    return set(rows.values_list("invoice_id", flat=True))


def lines_by_reference(school_id: int, *, reference_key: str, amount: Dong, paid_on: dt.date) -> list[BankLine]:
    """Credits whose reference and amount both agree, within a week of the day; 1 query.

    The reference is the bank's own, or, from six symbols on, it stands in the memo: payers read the number of their
    own bank, which many banks carry there.
    """
    rows = BankLine.objects.for_school(school_id).filter(
        direction=Direction.IN.value, amount=amount, booked_on__range=(paid_on - _AROUND, paid_on + _AROUND)
    )
    return [
        row
        for row in rows.order_by("pk")
        if normalise(row.reference) == reference_key
        or (len(reference_key) >= _IN_MEMO and reference_key in normalise(row.memo))
    ]


def lines_by_amount(claim: PaymentClaim, limit: int = 5) -> list[BankLine]:
    """Credits of the claimed amount around the claimed day, for a person to look at; 1 query."""
    rows = BankLine.objects.for_school(claim.school_id).filter(
        direction=Direction.IN.value, amount=claim.amount,
        booked_on__range=(claim.paid_on - _AROUND, claim.paid_on + _AROUND),
    )  # fmt: skip
    return list(rows.order_by("booked_on", "pk")[:limit])


def claims(school_id: int, wanted: ClaimFilter) -> QuerySet[PaymentClaim]:
    """Claims of one list with their invoices: open ones by when they are due, closed ones newest first."""
    rows: QuerySet[PaymentClaim] = PaymentClaim.objects.for_school(school_id).select_related("invoice", "line")
    if wanted is ClaimFilter.CLOSED:
        return rows.exclude(state__in=_OPEN).order_by("-closed_at", "-pk")
    rows = rows.filter(state__in=_OPEN)
    if wanted is ClaimFilter.LATE:
        rows = rows.filter(due_at__lt=clock.now())
    return rows.order_by("due_at", "pk")


def claim_counts(school_id: int) -> ClaimCounts:
    """The numbers beside the lists; 1 query."""
    is_open = Q(state__in=_OPEN)
    n = PaymentClaim.objects.for_school(school_id).aggregate(
        open=Count("pk", filter=is_open), late=Count("pk", filter=is_open & Q(due_at__lt=clock.now())),
        closed=Count("pk", filter=~is_open),
    )  # fmt: skip
    return ClaimCounts(n["open"], n["late"], n["closed"])


def late_claims(school_ids: Collection[int]) -> dict[int, int]:
    """School id → claims of families that were to be answered by now; 1 query."""
    rows = PaymentClaim.objects.for_schools(school_ids).filter(state__in=_OPEN, due_at__lt=clock.now())
    return dict(rows.order_by().values_list("school_id").annotate(n=Count("pk")))


def open_claim_count(school_id: int) -> int:
    """How many claims wait for an answer; 1 query."""
    return PaymentClaim.objects.for_school(school_id).filter(state__in=_OPEN).count()


def claims_of_invoice(school_id: int, invoice_id: int) -> list[PaymentClaim]:
    """What a family claimed about an invoice, newest first, with the school's messages; 2 queries, 1 without any."""
    rows = PaymentClaim.objects.for_school(school_id).filter(invoice_id=invoice_id)
    return list(rows.prefetch_related(_messages(school_id)).order_by("-pk"))


def claim_by_public_id(school_id: int, public_id: str) -> PaymentClaim | None:
    """One claim with its invoice, line and messages; 2 queries."""
    rows = PaymentClaim.objects.for_school(school_id).select_related("invoice", "line")
    found: PaymentClaim | None = rows.prefetch_related(_messages(school_id)).filter(public_id=public_id).first()
    return found


def _messages(school_id: int) -> Prefetch[str]:
    return Prefetch("messages", ClaimMessage.objects.for_school(school_id).order_by("pk"))
