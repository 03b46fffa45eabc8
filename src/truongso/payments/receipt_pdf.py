"""Receipts as PDF, A5, one or many in one file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from truongso.kernel.documents import compile_typst
from truongso.kernel.money import Dong
from truongso.kernel.qr_image import qr_svg
from truongso.kernel.ui.formatting import ngay_gio
from truongso.payments.receipt_paper import ReceiptPaper

TEMPLATE = Path(__file__).parent / "paper" / "receipt.typ"


def receipts_pdf(papers: Sequence[ReceiptPaper]) -> bytes:
    """One PDF, each receipt beginning on a page of its own, in the order given.

    Raises ValueError when there are none.
    """
    if not papers:
        raise ValueError("a PDF of receipts needs a receipt")
    title = papers[0].number if len(papers) == 1 else _("Biên lai thu tiền")
    return compile_typst(TEMPLATE, {"title": title, "labels": _labels(), "receipts": [_data(p) for p in papers]})


def _labels() -> dict[str, str]:
    return {
        "title": _("BIÊN LAI THU TIỀN"),
        "number": _("Số:"),
        "cancelled": _("ĐÃ HUỶ"),
        "copy": _("BẢN SAO"),
        "check": _("Quét để kiểm tra\nbiên lai thật"),
        "payer_sign": _("Người nộp tiền"),
        "collector_sign": _("Người thu tiền"),
        "lines": _("Nội dung thu"),
        "amount": _("Số tiền"),
    }


def _data(paper: ReceiptPaper) -> dict[str, object]:
    return {
        "number": paper.number,
        "school": paper.school_name,
        "school_lines": [line for line in (paper.school_address, paper.school_codes) if line],
        "date": paper.date_text,
        "edition": paper.edition_text,
        "copy": paper.is_copy,
        "cancelled": _cancelled(paper),
        "fields": [[label, value, kind] for label, value, kind in _fields(paper)],
        "lines": [[what, _figures(amount)] for what, amount in paper.lines],
        "total": str(paper.amount),
        "surplus": _surplus(paper),
        "qr": qr_svg(paper.check_url, title=paper.number),
        "issued": _("Phát hành điện tử %(moment)s") % {"moment": ngay_gio(paper.issued_at)},
        "foot": _("Kiểm tra biên lai thật: %(address)s · %(support)s")
        % {"address": paper.short_check, "support": paper.support},
        "mark": _("Ký số: %(mark)s") % {"mark": paper.fingerprint},
    }


def _fields(paper: ReceiptPaper) -> list[tuple[str, str, str]]:
    """Label, value and how it is set: plain, code, amount."""
    method = paper.method_text
    if paper.reference:
        method = _("%(method)s – mã giao dịch %(reference)s") % {"method": method, "reference": paper.reference}
    return [
        (_("Họ tên người nộp tiền"), paper.payer_name, "plain"),
        (_("Học sinh"), paper.pupils_text, "plain"),
        (_("Người thụ hưởng"), paper.beneficiary_name, "plain"),
        (_("Lý do thanh toán"), paper.reason, "plain"),
        (_("Mã hóa đơn"), paper.invoice_code, "code"),
        *([(_("Thông tin khác"), paper.extras_text, "plain")] if paper.extras else []),
        (_("Hình thức"), method, "plain"),
        (_("Ngày nhận tiền"), ngay_gio(paper.received_at), "plain"),
        (_("Số tiền"), str(paper.amount), "amount"),
        (_("Bằng chữ"), paper.words, "plain"),
    ]


def _cancelled(paper: ReceiptPaper) -> str:
    if paper.cancelled_at is None:
        return ""
    return _("Huỷ lúc %(moment)s. Lý do: %(reason)s") % {
        "moment": ngay_gio(paper.cancelled_at),
        "reason": paper.cancel_reason,
    }


def _surplus(paper: ReceiptPaper) -> str:
    if not paper.surplus:
        return ""
    return _("Nộp thừa, ghi có cho gia đình: %(amount)s") % {"amount": paper.surplus}


def _figures(amount: Dong) -> str:
    return str(amount).removesuffix("\u00a0đ")
