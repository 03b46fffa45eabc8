"""Invoices as the matcher of bank transfers needs them."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Max, QuerySet, Sum

from truongso.fees.models import Invoice
from truongso.fees.types import RoundState
from truongso.kernel.money import Dong


class InvoiceForMatching(NamedTuple):
    """A standing invoice; `outstanding` 0 đ keeps a paid one known, so that a second transfer is recognised."""

    id: int
    code: str
    bank_account_id: int
    student_id: int
    student_name: str
    class_name: str
    outstanding: Dong
    payer_name: str


def invoices_for_matching(school_id: int) -> list[InvoiceForMatching]:
    """Every invoice that money may still come for, oldest first: issued and not cancelled; 1 query."""
    rows = (
        _standing(school_id)
        .order_by("pk")
        .values_list(
            "pk", "code", "bank_account_id", "student_id", "student_name", "class_name", "total", "paid", "payer_name"
        )
    )
    return [
        InvoiceForMatching(pk, code, account, student, name, class_name, total - paid, payer)
        for pk, code, account, student, name, class_name, total, paid, payer in rows
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


def latest_invoice(school_id: int) -> int:
    """The highest id of an invoice of the school, 0 without any; 1 query that reads one row of an index.

    The school is a range, not a value: with a value PostgreSQL may walk the ids of all schools backwards until it meets
    the first of this one (600,000 invoices of two schools, the other's last: 162 ms against 0.05 ms).
    """
    rows = Invoice.objects.for_schools([school_id]).filter(school_id__gte=school_id, school_id__lte=school_id)
    return rows.order_by("-school_id", "-pk").values_list("pk", flat=True).first() or 0


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
