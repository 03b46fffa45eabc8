"""What other rooms may do with fees."""

from truongso.fees.locks import LockedInvoice, LockedLine, lock_invoices
from truongso.fees.queries.matching import InvoiceForMatching, invoices_for_matching

__all__ = [
    "InvoiceForMatching",
    "LockedInvoice",
    "LockedLine",
    "invoices_for_matching",
    "lock_invoices",
]
