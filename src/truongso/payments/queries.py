"""Reads of payments, evidence and receipts."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Model, Q, QuerySet

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


def payers_of_students(school_id: int) -> Mapping[str, Collection[str]]:
    """Payer account → ids (as text) of the pupils it paid for, from payments that stand; one query."""
    rows = (
        Allocation.objects.for_school(school_id)
        .filter(payment__reversed_at__isnull=True, reverses__isnull=True)
        .exclude(payment__evidence__payer_account="")
        .values_list("payment__evidence__payer_account", "invoice__student_id")
        .distinct()
    )
    learnt: dict[str, list[str]] = {}
    for account, student_id in rows:
        learnt.setdefault(account, []).append(str(student_id))
    return learnt


def money_tables() -> tuple[type[Model], ...]:
    """The tables that bulk booking fills (for `kernel.db.refresh_statistics`)."""
    return Evidence, Payment, Allocation, Receipt


def _standing(school_id: int) -> QuerySet[Payment]:
    return Payment.objects.for_school(school_id).filter(reversed_at__isnull=True)
