"""The hand-off as files for a provider, and the file with numbers that comes back."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.kernel.money import Dong
from truongso.kernel.names import fold
from truongso.kernel.sheet_writer import ExportCell, SheetOut, share
from truongso.kernel.sheets import Cell, read_sheets
from truongso.payments.einvoice.services import Returned
from truongso.payments.einvoice.types import DocumentType, EInvoiceRefusedError, RowKind, TaxCategory
from truongso.payments.models import HandOff, HandOffRow
from truongso.payments.receipt_paper import METHODS
from truongso.payments.types import Method

FORMAT = "truongso.handoff.1"
DOCUMENTS = {
    DocumentType.NONE: gettext_lazy("Không lập chứng từ"),
    DocumentType.RECEIPT: gettext_lazy("Biên lai thu tiền"),
    DocumentType.CASH_VOUCHER: gettext_lazy("Phiếu thu"),
    DocumentType.SALES_INVOICE: gettext_lazy("Hóa đơn bán hàng"),
    DocumentType.VAT_INVOICE: gettext_lazy("Hóa đơn giá trị gia tăng"),
}
TAXES = {
    TaxCategory.NOT_SUBJECT: gettext_lazy("Không chịu thuế"),
    TaxCategory.NOT_DECLARED: gettext_lazy("Không kê khai, tính thuế"),
    TaxCategory.RATE_0: "0 %",
    TaxCategory.RATE_5: "5 %",
    TaxCategory.RATE_8: "8 %",
    TaxCategory.RATE_10: "10 %",
}
KINDS = {
    (RowKind.ORIGINAL, ""): gettext_lazy("Lập mới"),
    (RowKind.ADJUSTMENT, ""): gettext_lazy("Điều chỉnh giảm (biên lai đã huỷ)"),
    (RowKind.ADJUSTMENT, "cancelled"): gettext_lazy("Điều chỉnh giảm (biên lai đã huỷ)"),
    (RowKind.ADJUSTMENT, "lowered"): gettext_lazy("Điều chỉnh giảm (hoàn hoặc giảm khoản thu)"),
    (RowKind.ADDITION, "used_later"): gettext_lazy("Điều chỉnh tăng (dùng tiền còn lại của biên lai)"),
}
PERCENT = {TaxCategory.RATE_0: 0, TaxCategory.RATE_5: 5, TaxCategory.RATE_8: 8, TaxCategory.RATE_10: 10}
_MOST_LINES = 50_000
_COLUMNS = {
    "code": ("MA DONG", "MA", "CODE"),
    "number": ("SO", "SO HOA DON", "SO CHUNG TU", "NUMBER"),
    "series": ("KY HIEU", "SERIES"),
    "date": ("NGAY", "NGAY LAP", "NGAY PHAT HANH", "DATE"),
}
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})|(\d{4})-(\d{2})-(\d{2})")


def workbook(made: HandOff, rows: list[HandOffRow]) -> list[SheetOut]:
    """One sheet of documents, one of their items. An adjustment has a negative amount and names what it changes."""
    documents: list[list[ExportCell]] = []
    items: list[list[ExportCell]] = []
    for row in rows:
        said, sign = row.content, RowKind(row.kind).sign
        documents.append([
            row.code, str(DOCUMENTS[DocumentType(row.document)]), _kind(row), row.adjusts.code if row.adjusts else "",
            dt.date.fromisoformat(said["paid_on"]), said["buyer"], ", ".join(said["pupils"]),
            ", ".join(said["invoice_codes"]), said["receipt"], str(METHODS[Method(said["method"])]), row.amount * sign,
            "", "", "",
        ])  # fmt: skip
        items += [
            [row.code, one["code"], one["name"], Dong(one["amount"]) * sign,
             _rate(TaxCategory(one["tax_category"])), one["legal_basis"]]
            for one in said["items"]
        ]  # fmt: skip
    period = _("Kỳ %(first)s – %(last)s") % {"first": f"{made.first:%d/%m/%Y}", "last": f"{made.last:%d/%m/%Y}"}
    return [
        SheetOut(
            _("Chứng từ"),
            [_("Mã dòng"), _("Loại chứng từ"), _("Việc"), _("Điều chỉnh cho"), _("Ngày nộp"), _("Người mua/nộp"),
             _("Học sinh"), _("Mã hóa đơn thanh toán"), _("Biên lai"), _("Hình thức"), _("Số tiền"), _("Ký hiệu"),
             _("Số"), _("Ngày lập")],
            documents, banner=[[period], []],
        ),
        SheetOut(
            _("Hàng hóa, dịch vụ"),
            [_("Mã dòng"), _("Mã khoản"), _("Tên"), _("Thành tiền"), _("Thuế GTGT"), _("Căn cứ")], items,
        ),
    ]  # fmt: skip


def _rate(tax: TaxCategory) -> ExportCell:
    """A rate as a number in percent, so that spreadsheets can reckon with it; in words where there is none."""
    return share(PERCENT[tax], 100) if tax in PERCENT else str(TAXES[tax])


def as_json(made: HandOff, rows: list[HandOffRow]) -> bytes:
    """The same for programs; amounts are whole đồng, negative in adjustments."""
    whole = {
        "format": FORMAT, "id": made.public_id, "first": made.first.isoformat(), "last": made.last.isoformat(),
        "currency": "VND", "total": made.amount.value,
        "documents": [
            {
                "code": row.code, "type": row.document, "kind": row.kind,
                "adjusts": row.adjusts.code if row.adjusts else None,
                "amount": row.amount.value * RowKind(row.kind).sign, **row.content,
            }
            for row in rows
        ],
    }  # fmt: skip
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def read_numbers(content: bytes, file_name: str) -> list[Returned]:
    """Lines of the provider's file: XLSX, XLS or CSV with columns for our code, series, number and date.

    Raises SheetError for a file that is no table, EInvoiceRefusedError: no_header (columns), no_rows.
    """
    for sheet in read_sheets(content, file_name):
        found = _header(sheet.rows)
        if found is not None:
            at, columns = found
            lines = [_returned(n, row, columns) for n, row in enumerate(sheet.rows[at + 1 :], start=at + 2)]
            returned = [one for one in lines if one.code or one.number][:_MOST_LINES]
            if not returned:
                raise EInvoiceRefusedError("no_rows")
            return returned
    raise EInvoiceRefusedError("no_header", columns="Mã dòng, Ký hiệu, Số, Ngày lập")


def _header(rows: Any) -> tuple[int, dict[str, int]] | None:
    for at, row in enumerate(rows[:20]):
        names = [fold(str(cell)) if cell is not None else "" for cell in row]
        columns = {
            field: next(n for n, name in enumerate(names) if name in known)
            for field, known in _COLUMNS.items()
            if any(name in known for name in names)
        }
        if {"code", "number", "date"} <= columns.keys():
            return at, columns
    return None


def _returned(line: int, row: Any, columns: dict[str, int]) -> Returned:
    def cell(field: str) -> Cell:
        at = columns.get(field)
        return row[at] if at is not None and at < len(row) else None

    return Returned(line, _text(cell("code")), _text(cell("series")), _text(cell("number")), _day(cell("date")))


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def _day(cell: Cell) -> dt.date | None:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    found = _DAY.fullmatch(_text(cell))
    if found is None:
        return None
    day, month, year = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _kind(row: HandOffRow) -> str:
    return str(KINDS[RowKind(row.kind), row.content.get("why", "")])
