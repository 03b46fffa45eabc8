"""What a voucher says of the thing it books: receipt, payer, invoice, line of the bank."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from truongso.banking.public import BankLine
from truongso.fees.public import Invoice
from truongso.kernel.among import among
from truongso.ledger.public import PostingRow
from truongso.ledger.types import EntryKind
from truongso.payments.public import Receipt, receipt_number


@dataclass(frozen=True, slots=True)
class Detail:
    """Number of the paper, who it is about, invoice codes; empty where there is none."""

    number: str = ""
    party: str = ""
    codes: str = ""


NOTHING = Detail()


def details(school_id: int, rows: Iterable[PostingRow]) -> dict[tuple[EntryKind, int], Detail]:
    """(kind, thing) → what is known of it; at most four queries."""
    ids: dict[EntryKind, set[int]] = {}
    for row in rows:
        ids.setdefault(row.kind, set()).add(row.source_id)
    found: dict[tuple[EntryKind, int], Detail] = {}
    if wanted := ids.get(EntryKind.PAYMENT):
        receipts = Receipt.objects.for_school(school_id).filter(among("payment_id", wanted)).select_related("payment")
        for r in receipts.order_by("pk"):
            p = r.payment
            found[EntryKind.PAYMENT, p.pk] = Detail(receipt_number(r), p.payer_name, p.invoice_code)
    if wanted := ids.get(EntryKind.INVOICE):
        invoices = Invoice.objects.for_school(school_id).filter(among("id", wanted))
        for pk, code, payer in invoices.values_list("pk", "code", "payer_name"):
            found[EntryKind.INVOICE, pk] = Detail(code, payer, code)
    if wanted := ids.get(EntryKind.BANK_LINE):
        lines = BankLine.objects.for_school(school_id).filter(among("id", wanted))
        for pk, reference, name in lines.values_list("pk", "reference", "counter_name"):
            found[EntryKind.BANK_LINE, pk] = Detail(reference, name)
    if wanted := ids.get(EntryKind.NO_FEE):
        rows = BankLine.objects.for_school(school_id).filter(among("asides__id", wanted))
        for pk, reference, name in rows.values_list("asides__id", "reference", "counter_name"):
            found[EntryKind.NO_FEE, pk] = Detail(reference, name)
    return found
