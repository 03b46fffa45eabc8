"""Class collection sheets as A4 pages and as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from truongso.kernel import clock
from truongso.kernel.documents import compile_typst
from truongso.kernel.money import Dong
from truongso.kernel.sheet_writer import SheetOut
from truongso.kernel.ui.formatting import dong, ngay, ti_le
from truongso.organizations.public import School
from truongso.payments.class_sheets.types import ClassSheet, SheetRow
from truongso.payments.contact import support_of
from truongso.payments.receipt_paper import SHORT_METHODS

TEMPLATE = Path(__file__).parents[1] / "paper" / "class_sheets.typ"


def class_sheets_pdf(school: School, unit_name: str, sheets: Sequence[ClassSheet]) -> bytes:
    """One PDF, every class beginning on a page of its own. `unit_name` is the supervising unit, "" when unknown.

    Raises ValueError when there is no sheet.
    """
    if not sheets:
        raise ValueError("a PDF of class sheets needs a class")
    data = {
        "title": _("Bảng kê thu lớp"),
        "unit": unit_name,
        "school": school.name,
        "support": support_of(school),
        "day": _("Tính đến ngày %(day)s") % {"day": ngay(clock.today())},
        "labels": {
            "state": _("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
            "motto": _("Độc lập - Tự do - Hạnh phúc"),
            "heads": [*_heads(), _("Ký nhận")],
            "signs": [_("Giáo viên chủ nhiệm"), _("Kế toán"), _("Hiệu trưởng")],
            "total": _("Cộng"),
            "page": _("trang"),
        },
        "sheets": [_page(sheet) for sheet in sheets],
    }
    return compile_typst(TEMPLATE, data)


def class_workbook(sheets: Sequence[ClassSheet]) -> list[SheetOut]:
    """One sheet per class, with the same columns as the paper."""
    return [
        SheetOut(
            _("Lớp %(name)s") % {"name": sheet.class_name},
            [_("TT"), _("Họ và tên"), _("Mã hóa đơn"), _("Phải nộp"), _("Đã nộp"), _("Còn thiếu"), _("Đã nộp qua"),
             _("Ngày"), _("Ký nhận")],
            [
                (n, row.student_name, row.code, row.total, row.paid, row.owed, _methods(row), row.paid_on, "")
                for n, row in enumerate(sheet.rows, start=1)
            ],
            banner=[[_heading(sheet)], [sheet.round_name, summary(sheet)], []],
        )
        for sheet in sheets
    ]  # fmt: skip


def summary(sheet: ClassSheet) -> str:
    """Đã nộp 29/38 · Còn thiếu 6.930.000 đ · Không tiền mặt 27/29 lượt (93,1 %)."""
    settled = _("Đã nộp đủ %(n)s/%(all)s") % {"n": sheet.settled, "all": len(sheet.rows)}
    owed = _("Còn thiếu %(owed)s") % {"owed": dong(sheet.owed)}
    if not sheet.payments:
        return f"{settled} · {owed}"
    share = _("Không tiền mặt %(n)s/%(all)s lượt (%(share)s)") % {
        "n": sheet.cashless, "all": sheet.payments, "share": ti_le(sheet.cashless, sheet.payments),
    }  # fmt: skip
    return f"{settled} · {owed} · {share}"


def _page(sheet: ClassSheet) -> dict[str, object]:
    return {
        "heading": _heading(sheet),
        "round": sheet.round_name,
        "rows": [_row(n, row) for n, row in enumerate(sheet.rows, start=1)],
        "total": _figures(sheet.total),
        "summary": summary(sheet),
    }


def _row(number: int, row: SheetRow) -> list[str]:
    day = f"{row.paid_on:%d/%m}" if row.paid_on else ""
    return [str(number), row.student_name, row.code, _figures(row.total), _methods(row), day]


def _methods(row: SheetRow) -> str:
    """VietQR; of a part payment what is still missing: VietQR, thiếu 200.000."""
    names = " + ".join(str(SHORT_METHODS[method]) for method in row.methods)
    if not row.paid:
        return _("Chưa nộp") if row.owed else _("Không phải nộp")
    if row.owed:
        return _("%(how)s, thiếu %(owed)s") % {"how": names, "owed": _figures(row.owed)}
    return names


def _heading(sheet: ClassSheet) -> str:
    return _("BẢNG KÊ THU LỚP %(name)s") % {"name": sheet.class_name}


def _heads() -> list[str]:
    return [_("TT"), _("Họ và tên"), _("Mã hóa đơn"), _("Phải nộp"), _("Đã nộp qua"), _("Ngày")]


def _figures(amount: Dong) -> str:
    return str(amount).removesuffix("\u00a0đ")
