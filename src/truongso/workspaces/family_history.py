"""Everything a household was asked to pay at one school, and every receipt it got."""

from __future__ import annotations

from dataclasses import dataclass

from truongso.fees.public import Invoice, invoices_of_family
from truongso.kernel.money import Dong, total
from truongso.payments.public import ReceiptPaper, papers_of, receipts_of_invoices
from truongso.workspaces.payment_page import PageState, state_on_page


@dataclass(frozen=True, slots=True)
class PastInvoice:
    """One invoice with its receipts, cancelled ones too."""

    invoice: Invoice
    state: PageState
    papers: list[ReceiptPaper]


@dataclass(frozen=True, slots=True)
class PastYear:
    """The invoices issued in one calendar year, newest first, and what was paid of them."""

    year: int
    invoices: list[PastInvoice]
    paid: Dong


def history_of(invoice: Invoice) -> list[PastYear]:
    """The household's invoices at the invoice's school by year, newest first; 5 queries."""
    rows = sorted(invoices_of_family(invoice.school_id, invoice.family_id), key=lambda i: i.issued_at, reverse=True)
    receipts = receipts_of_invoices(invoice.school_id, [row.pk for row in rows])
    past = [PastInvoice(row, state_on_page(row), papers_of(receipts.get(row.pk, []))) for row in rows]
    years: dict[int, list[PastInvoice]] = {}
    for one in past:
        years.setdefault(one.invoice.issued_at.year, []).append(one)
    return [PastYear(year, found, total(p.invoice.paid for p in found)) for year, found in years.items()]
