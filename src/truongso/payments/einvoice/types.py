"""Document types per fee item and rows handed to an e-invoice provider."""

from __future__ import annotations

from enum import StrEnum


class DocumentType(StrEnum):
    """Which document a school owes for an item. The accountant decides; the product never issues tax invoices."""

    NONE = "none"
    RECEIPT = "receipt"  # biên lai thu tiền
    CASH_VOUCHER = "cash_voucher"  # phiếu thu
    SALES_INVOICE = "sales_invoice"  # hóa đơn bán hàng
    VAT_INVOICE = "vat_invoice"  # hóa đơn giá trị gia tăng


class TaxCategory(StrEnum):
    """How value-added tax stands to an item."""

    NOT_SUBJECT = "not_subject"  # không chịu thuế
    NOT_DECLARED = "not_declared"  # không kê khai, không tính thuế
    RATE_0 = "rate_0"
    RATE_5 = "rate_5"
    RATE_8 = "rate_8"
    RATE_10 = "rate_10"


class RowKind(StrEnum):
    """A row says what was paid, takes back of it (receipt cancelled, fee refunded), or adds to it (money moved)."""

    ORIGINAL = "original"
    ADJUSTMENT = "adjustment"
    ADDITION = "addition"

    @property
    def sign(self) -> int:
        return -1 if self is RowKind.ADJUSTMENT else 1


class EInvoiceRefusedError(Exception):
    """A request that cannot be done as asked; nothing was changed.

    Codes: `bad_period` · `period_open` (last) · `nothing_new` · `unknown_item` · `dates_taken` (day) ·
    `same_as_before` · `no_rows` · `no_header` (columns).
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
