"""What a row for the provider is made of: the receipt, its shares by document type, and the rulings of the items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from truongso.kernel.money import Dong
from truongso.payments.einvoice.rules import Ruling
from truongso.payments.einvoice.types import DocumentType, RowKind, TaxCategory
from truongso.payments.models import Allocation, ItemDocument, Receipt
from truongso.payments.receipt_paper import receipt_number

_SUFFIX = {
    DocumentType.RECEIPT: "BL", DocumentType.CASH_VOUCHER: "PT", DocumentType.SALES_INVOICE: "HB",
    DocumentType.VAT_INVOICE: "HD",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """A row before it is written; the amount is never negative, the kind says whether it is taken back."""

    receipt_id: int
    code: str
    kind: RowKind
    document: DocumentType
    adjusts_id: int | None
    amount: Dong
    content: dict[str, Any]


def rulings(school_id: int) -> dict[int, list[Ruling]]:
    """The school's own decisions by item; 1 query."""
    found: dict[int, list[Ruling]] = defaultdict(list)
    for row in ItemDocument.objects.for_school(school_id):
        found[row.fee_item_id].append(
            Ruling(DocumentType(row.document), TaxCategory(row.tax_category), row.legal_basis, row.valid_from, own=True)
        )
    return found


def code_of(receipt: Receipt, document: DocumentType) -> str:
    """What names the row of a receipt to the provider."""
    return f"{receipt_number(receipt)}-{_SUFFIX[document]}"


def content_of(receipt: Receipt, found: Sequence[tuple[Allocation, Ruling]]) -> dict[str, Any]:
    """Buyer and items as the provider needs them; the pupil is named, as the reason names nothing else."""
    return {
        "buyer": receipt.payment.payer_name,
        "pupils": list(dict.fromkeys(share.invoice.student_name for share, _ in found)),
        "invoice_codes": list(dict.fromkeys(share.invoice.code for share, _ in found)),
        "receipt": receipt_number(receipt),
        "paid_on": receipt.payment.received_on.isoformat(),
        "method": receipt.payment.method,
        "items": [
            {
                "code": share.line.fee_item.code, "name": share.line.description, "amount": share.amount.value,
                "tax_category": ruling.tax_category.value, "legal_basis": ruling.legal_basis,
            }
            for share, ruling in found
        ],
    }  # fmt: skip
