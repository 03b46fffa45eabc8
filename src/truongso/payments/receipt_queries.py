"""Reads of receipts: lists for the school, the receipts of an invoice, one by its public id."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from truongso.kernel import clock
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.names import fold
from truongso.payments.models import Allocation, CreditEntry, Receipt

_NUMBER = re.compile(r"(?:(BL)-?)?(?:(20\d\d)-)?0*(\d{1,9})")


class ReceiptState(StrEnum):
    """Whether a receipt counts."""

    VALID = "valid"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ReceiptFilter:
    """What a list is narrowed to; everything empty: all receipts. Days are school days of issue, both included."""

    first: dt.date | None = None
    last: dt.date | None = None
    class_name: str = ""
    round_id: int | None = None
    state: ReceiptState | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptSums:
    """How many receipts of a list count, for how much, and how many were cancelled."""

    valid: int
    amount: Dong
    cancelled: int


def receipts(school_id: int, wanted: ReceiptFilter) -> QuerySet[Receipt]:
    """Receipts with payment and cancellation, newest first.

    `words` are searched without accents in number, code, pupil, class and payer; every word must occur.
    """
    rows = Receipt.objects.for_school(school_id)
    if wanted.first is not None:
        rows = rows.filter(issued_at__gte=_midnight(wanted.first))
    if wanted.last is not None:
        rows = rows.filter(issued_at__lt=_midnight(wanted.last + dt.timedelta(days=1)))
    if wanted.class_name:
        rows = rows.filter(_touches(school_id, Q(invoice__class_name=wanted.class_name)))
    if wanted.round_id is not None:
        rows = rows.filter(_touches(school_id, Q(invoice__round_id=wanted.round_id)))
    if wanted.state is not None:
        rows = rows.filter(payment__reversed_at__isnull=wanted.state is ReceiptState.VALID)
    for word in fold(wanted.words).split():
        found = _touches(school_id, Q(invoice__search_fold__contains=word)) | Q(payment__payer_name__icontains=word)
        number = _NUMBER.fullmatch(word)
        rows = rows.filter(found | _numbered(number) if number else found)
    return rows.select_related("payment", "school").prefetch_related("cancellations").order_by("-pk")


def sums(rows: QuerySet[Receipt]) -> ReceiptSums:
    """The figures of a list; 1 query."""
    valid = Q(payment__reversed_at__isnull=True)
    found = rows.order_by().aggregate(
        valid=Count("pk", filter=valid),
        amount=Sum("payment__amount", filter=valid),
        cancelled=Count("pk", filter=~valid),
    )
    return ReceiptSums(found["valid"], found["amount"] or ZERO, found["cancelled"])


def receipts_of_invoice(school_id: int, invoice_id: int) -> list[Receipt]:
    """Receipts of every payment that touched the invoice, newest first, cancelled ones too; 2 queries."""
    rows = Receipt.objects.for_school(school_id).filter(_touches(school_id, Q(invoice_id=invoice_id)))
    return list(rows.select_related("payment", "school").prefetch_related("cancellations").order_by("-pk"))


def receipts_of_invoices(school_id: int, invoice_ids: Collection[int]) -> dict[int, list[Receipt]]:
    """The same for many invoices: invoice id → its receipts, newest first; 4 queries."""
    pairs = {
        pair
        for rows in (Allocation.objects.for_school(school_id), CreditEntry.objects.for_school(school_id))
        for pair in rows.filter(invoice_id__in=invoice_ids).values_list("invoice_id", "payment_id").distinct()
    }
    rows = Receipt.objects.for_school(school_id).filter(payment_id__in={payment for _, payment in pairs})
    by_payment = {
        row.payment_id: row for row in rows.select_related("payment", "school").prefetch_related("cancellations")
    }
    found: dict[int, list[Receipt]] = {}
    for invoice_id, payment_id in sorted(pairs, key=lambda pair: -pair[1]):
        if payment_id in by_payment:
            found.setdefault(invoice_id, []).append(by_payment[payment_id])
    return found


def receipt_by_short_id(short: str) -> Receipt | None:
    """The receipt whose public id begins so, with its school and cancellation; None when two do; 2 queries."""
    across = Receipt.objects.across_schools("the address on a receipt names the receipt, not the school")
    rows = across.select_related("payment", "school").prefetch_related("cancellations")
    found = list(rows.filter(public_id__gte=short, public_id__lte=short.ljust(26, "z"))[:2])
    return found[0] if len(found) == 1 else None


def receipt_by_public_id(public_id: str) -> Receipt | None:
    """The receipt behind a check address, with its school and cancellation; 2 queries."""
    across = Receipt.objects.across_schools("the address on a receipt names the receipt, not the school")
    rows = across.select_related("payment", "school").prefetch_related("cancellations")
    return rows.filter(public_id=public_id).first()


def _touches(school_id: int, condition: Q) -> Q:
    """The receipt's payment settled, or left credit on, an invoice of the condition."""
    allocated = Allocation.objects.for_school(school_id).filter(condition, payment_id=OuterRef("payment_id"))
    credited = CreditEntry.objects.for_school(school_id).filter(condition, payment_id=OuterRef("payment_id"))
    return Q(Exists(allocated)) | Q(Exists(credited))


def _numbered(match: re.Match[str]) -> Q:
    """BL-2026-000123, 2026-123 or 123."""
    _book, year, number = match.groups()
    return Q(number=int(number), year=int(year)) if year else Q(number=int(number))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=clock.SCHOOL_TIME)
