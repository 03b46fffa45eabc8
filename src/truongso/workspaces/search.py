"""One box for everything: pupils, invoices, receipts of a school."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from truongso.accounts.types import Permission
from truongso.fees.public import Invoice, InvoiceFilter, invoices
from truongso.fees.types import is_valid, normalise
from truongso.organizations.public import School
from truongso.payments.public import Receipt, ReceiptFilter, receipts
from truongso.people.public import Student
from truongso.people.public import search as search_pupils

LIMIT = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What fits the words, in at most 20 rows of each kind; kinds the caller may not read stay empty."""

    pupils: Sequence[Student]
    invoices: Sequence[Invoice]
    receipts: Sequence[Receipt]

    @property
    def is_empty(self) -> bool:
        return not (self.pupils or self.invoices or self.receipts)


def find(school: School, words: str, may: Callable[[Permission], bool]) -> Found:
    """Search without accents: names, classes, codes of pupils and invoices, receipt numbers."""
    if not words.strip():
        return Found([], [], [])
    return Found(
        pupils=search_pupils(school, words, LIMIT) if may(Permission.SCHOOL_STUDENT_READ) else [],
        invoices=_invoices(school, words) if may(Permission.SCHOOL_INVOICE_READ) else [],
        receipts=_receipts(school, words) if may(Permission.SCHOOL_PAYMENT_READ) else [],
    )


def exact_invoice(school: School, words: str) -> Invoice | None:
    """The invoice of a code written out, with spaces, dots or small letters; None for anything else."""
    code = normalise(words)
    if not is_valid(code):
        return None
    return Invoice.objects.for_school(school).filter(code=code).first()


def _invoices(school: School, words: str) -> list[Invoice]:
    return list(invoices(school.pk, InvoiceFilter(words=words)).select_related("round")[:LIMIT])


def _receipts(school: School, words: str) -> list[Receipt]:
    """Receipts by their number alone: names lead to pupils and invoices already."""
    if not any(c.isdigit() for c in words):
        return []
    return list(receipts(school.pk, ReceiptFilter(words=words))[:LIMIT])
