"""Reads of family credit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import BigIntegerField, Case, F, Q, Sum, When

from truongso.kernel.money import ZERO, Dong
from truongso.payments.models import CreditEntry
from truongso.payments.types import CreditKind

_GOES_OUT = [CreditKind.REVERSAL.value, CreditKind.USED.value, CreditKind.REFUNDED.value]
SIGNED = Case(When(kind__in=_GOES_OUT, then=-F("amount")), default=F("amount"), output_field=BigIntegerField())
"""An entry's effect on the family's credit."""


@dataclass(frozen=True, slots=True)
class Pot:
    """Credit of a family that came from one payment, above one invoice; `amount` > 0."""

    family_id: int
    payment_id: int
    invoice_id: int | None
    amount: Dong


def pots(school_id: int, family_ids: Collection[int]) -> list[Pot]:
    """What families have as credit, the oldest payment first; 1 query."""
    rows = (
        CreditEntry.objects.for_school(school_id)
        .filter(family_id__in=family_ids)
        .values_list("family_id", "payment_id", "invoice_id")
        .annotate(left=Sum(SIGNED))
        .order_by("family_id", "payment_id", "invoice_id")
    )
    return [Pot(family, payment, invoice, _dong(left)) for family, payment, invoice, left in rows if int(left) > 0]


def credit_of_families(school_id: int, family_ids: Collection[int] | None = None) -> Mapping[int, Dong]:
    """Family id → its credit, families with none left out; all families of the school without ids; 1 query."""
    rows = CreditEntry.objects.for_school(school_id)
    if family_ids is not None:
        rows = rows.filter(family_id__in=family_ids)
    sums = rows.order_by().values_list("family_id").annotate(left=Sum(SIGNED))
    return {family: _dong(left) for family, left in sums if int(left) > 0}


def credit_of_invoice(school_id: int, invoice_id: int) -> Dong:
    """What was paid above the invoice and still stands as the family's credit; 1 query."""
    entries = CreditEntry.objects.for_school(school_id).filter(invoice_id=invoice_id)
    left = entries.aggregate(s=Sum(SIGNED))["s"]
    return ZERO if left is None else _dong(left)


def comes_in() -> Q:
    """Entries by which credit came to be."""
    return Q(kind__in=[CreditKind.OVERPAYMENT.value, CreditKind.CREDIT_NOTE.value])


def _dong(value: object) -> Dong:
    return Dong(int(value))  # type: ignore[call-overload]
