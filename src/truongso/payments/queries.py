"""Reads of payments, evidence and receipts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Model, Q, QuerySet

from truongso.payments.models import Allocation, CreditEntry, Evidence, Payment, Receipt
from truongso.payments.types import EvidenceKind


def standing_payments_of(school_id: int, *, kind: EvidenceKind, reference: str) -> list[int]:
    """Ids of payments that rest on a piece of evidence and have not been undone; one query."""
    rows = _standing(school_id).filter(evidence__kind=kind.value, evidence__reference=reference)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def payments_of_evidence(school_id: int, *, kind: EvidenceKind, reference: str) -> list[Payment]:
    """Payments that rest on a piece of evidence, undone ones too, with what hangs on them; 5 queries."""
    rows = Payment.objects.for_school(school_id).filter(evidence__kind=kind.value, evidence__reference=reference)
    related = ("allocations__invoice", "receipts__cancellations", "reversals", "credits")
    return list(rows.prefetch_related(*related).order_by("pk"))


def payments_of_invoice(school_id: int, invoice_id: int) -> list[Payment]:
    """Payments that settled, or left credit on, an invoice, undone ones too, oldest first; 5 queries."""
    settled = Allocation.objects.for_school(school_id).filter(invoice_id=invoice_id).values("payment_id")
    credited = CreditEntry.objects.for_school(school_id).filter(invoice_id=invoice_id).values("payment_id")
    rows = Payment.objects.for_school(school_id).filter(Q(pk__in=settled) | Q(pk__in=credited))
    related = ("receipts__cancellations", "reversals")
    return list(rows.select_related("evidence").prefetch_related(*related).order_by("pk"))


@dataclass(frozen=True, slots=True)
class PayerOfStudent:
    """A payer, as the bank reported account and name, who paid for a pupil: how often and when last booked."""

    account: str
    name: str
    student_id: int
    student_name: str
    class_name: str
    payments: int
    latest: dt.datetime


def payers_of_students(school_id: int) -> list[PayerOfStudent]:
    """Who paid for whom, from payments that stand and whose money has not been moved away; one query.

    The name counts where money came through the bank: at the counter anybody may bring it.
    """
    rows = (
        Allocation.objects.for_school(school_id)
        .filter(payment__reversed_at__isnull=True, reverses__isnull=True, reversed_by__isnull=True)
        .filter(~Q(payment__evidence__payer_account="") | Q(payment__evidence__kind=EvidenceKind.BANK_LINE.value))
        .exclude(payment__evidence__payer_account="", payment__evidence__payer_name="")
        .order_by()
        .values_list("payment__evidence__payer_account", "payment__evidence__payer_name", "invoice__student_id")
        .annotate(
            Max("invoice__student_name"), Max("invoice__class_name"), Count("payment_id", distinct=True),
            Max("payment__created_at"),
        )
    )  # fmt: skip
    return [PayerOfStudent(*row) for row in rows]


def money_tables() -> tuple[type[Model], ...]:
    """The tables that bulk booking fills (for `kernel.db.refresh_statistics`)."""
    return Evidence, Payment, Allocation, Receipt


def _standing(school_id: int) -> QuerySet[Payment]:
    return Payment.objects.for_school(school_id).filter(reversed_at__isnull=True)
