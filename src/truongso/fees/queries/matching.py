"""Invoices as the matcher of bank transfers needs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Max, QuerySet, Sum

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
        _standing(school_id)
        .order_by("pk")
        .values_list("pk", "code", "bank_account_id", "student_id", "student_name", "class_name", "total", "paid")
    )
    return [
        InvoiceForMatching(pk, code, account, student, name, class_name, total - paid)
        for pk, code, account, student, name, class_name, total, paid in rows
    ]


class Mark(NamedTuple):
    """A mark of all standing invoices: it differs as soon as one was issued, cancelled, paid, changed or moved."""

    invoices: int
    latest: int
    owed: int
    accounts: int

    def after(self, paid: dict[int, Dong]) -> Mark:
        """The mark once these amounts were paid on these invoices (by id) and nothing else happened."""
        return self._replace(owed=self.owed - sum(amount.value * weight(pk) for pk, amount in paid.items()))


def weight(invoice_id: int) -> int:
    """What an invoice's debt counts in a mark, so that money moved between two of them shows."""
    return invoice_id % _WEIGHTS + 1


def mark_of_invoices(school_id: int) -> Mark:
    """The mark of what `invoices_for_matching` would give now; 1 query that hands over one row."""
    owed = (F("total") - F("paid")) * (F("pk") % _WEIGHTS + 1)
    found = _standing(school_id).aggregate(
        invoices=Count("pk"), latest=Max("pk"), accounts=Sum("bank_account_id"),
        owed=Sum(ExpressionWrapper(owed, output_field=BigIntegerField())),
    )  # fmt: skip
    return Mark(found["invoices"], found["latest"] or 0, int(found["owed"] or 0), int(found["accounts"] or 0))


def _standing(school_id: int) -> QuerySet[Invoice]:
    rows = Invoice.objects.for_school(school_id).filter(cancelled_at__isnull=True)
    return rows.exclude(round__state=RoundState.DRAFT.value)


_WEIGHTS = 1009
