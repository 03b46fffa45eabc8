"""Invoices as the matcher of bank transfers needs them."""

from __future__ import annotations

from dataclasses import dataclass

from truongso.fees.models import Invoice
from truongso.fees.types import RoundState
from truongso.kernel.money import Dong


@dataclass(frozen=True, slots=True)
class InvoiceForMatching:
    """A standing invoice; `outstanding` 0 đ keeps a paid one known, so that a second transfer is recognised."""

    id: int
    code: str
    bank_account_id: int
    student_id: int
    student_name: str
    class_name: str
    outstanding: Dong


def invoices_for_matching(school_id: int) -> list[InvoiceForMatching]:
    """Every invoice that money may still come for, oldest first: issued and not cancelled; 1 query."""
    rows = (
        Invoice.objects.for_school(school_id)
        .filter(cancelled_at__isnull=True)
        .exclude(round__state=RoundState.DRAFT.value)
        .order_by("pk")
        .values_list("pk", "code", "bank_account_id", "student_id", "student_name", "class_name", "total", "paid")
    )
    return [
        InvoiceForMatching(pk, code, account, student, name, class_name, total - paid)
        for pk, code, account, student, name, class_name, total, paid in rows
    ]
