"""Fee notices as PDF: A4, four notices of 105 × 148.5 mm, black only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from truongso.fees.public import InfoField
from truongso.kernel.documents import compile_typst
from truongso.kernel.money import Dong, total
from truongso.kernel.qr_image import qr_svg
from truongso.kernel.ui.formatting import ngay
from truongso.organizations.public import FieldSource
from truongso.payments.contact import as_printed, support_text
from truongso.payments.fee_notices.imposition import sheets_of
from truongso.payments.fee_notices.types import FeeNotice, Letterhead, NoticeLine
from truongso.payments.invoice_picture import grouped

TEMPLATE = Path(__file__).parents[1] / "paper" / "fee_notices.typ"
_ITEMS_LENGTH = 170
"""Characters of the list of items that fit beside the other fields; a longer list is shortened with its sum."""
_VALUE_LENGTH = 110


def notices_pdf(head: Letterhead, groups: Sequence[Sequence[FeeNotice]], *, whole_pile: bool = False) -> bytes:
    """One PDF; every group (class) begins on a sheet of its own unless the whole pile is cut at once.

    Raises ValueError when there is no notice.
    """
    sheets = sheets_of(groups, whole_pile=whole_pile)
    if not sheets:
        raise ValueError("a PDF of notices needs a notice")
    data = {
        "title": _("Phiếu báo thu"),
        "labels": _labels(),
        "school": head.school_name,
        "help": support_text(head.support_phone, head.support_hours),
        "guide": _guide(head),
        "sheets": [[_slip(one) if one else None for one in sheet] for sheet in sheets],
    }
    return compile_typst(TEMPLATE, data)


def items_text(lines: Sequence[NoticeLine], length: int = _ITEMS_LENGTH) -> str:
    """The items with their amounts in đồng, parted by dots; of a long list the last ones become a count and a sum.

    The amounts shown always add up to the invoice's total. At least one item is named.
    """
    parts = [_item(line) for line in lines]
    if len(" · ".join(parts)) <= length:
        return " · ".join(parts)
    shown = 1
    while shown < len(parts) - 1 and len(" · ".join(parts[: shown + 1])) + len(_others(lines[shown + 1 :])) <= length:
        shown += 1
    return " · ".join([*parts[:shown], *([_others(lines[shown:])] if shown < len(parts) else [])])


def _item(line: NoticeLine) -> str:
    reduced = _(" (giảm %(percent)s%%)") % {"percent": line.reduction_percent} if line.reduction_percent else ""
    return f"{line.description} {_figures(line.amount)}{reduced}"


def _others(lines: Sequence[NoticeLine]) -> str:
    rest = _figures(total(line.amount for line in lines))
    return _("%(count)s khoản khác cộng %(sum)s") % {"count": len(lines), "sum": rest}


def _slip(notice: FeeNotice) -> dict[str, object]:
    return {
        "code": notice.code,
        "round": notice.round_name,
        "pupil": notice.student_name,
        "class": _("lớp %(class)s") % {"class": notice.class_name},
        "qr": qr_svg(notice.payload, title=notice.code) if notice.payload else "",
        "owed": str(notice.owed),
        "paid": _("đã nộp %(paid)s") % {"paid": notice.paid} if notice.paid else "",
        "due": ngay(notice.due_on),
        "fields": [
            *([one.label, _shortened(one.value, _VALUE_LENGTH), _kind(one)] for one in notice.info if one.is_mandatory),
            [_("Gồm"), items_text(notice.lines), "plain"],
            [_("Tài khoản"), f"{grouped(notice.account_number)} – {notice.bank_name}", "plain"],
            *([[_number_label(notice), grouped(notice.own_number), "plain"]] if notice.own_number else []),
        ],
        "extra": " · ".join(f"{one.label}: {one.value}" for one in notice.info if not one.is_mandatory),
        "check": as_printed(notice.check_url),
    }


def _number_label(notice: FeeNotice) -> str:
    return _("Số riêng phiếu") if notice.is_numbered else _("Số riêng của em")


def _kind(field: InfoField) -> str:
    return "code" if field.source is FieldSource.INVOICE_CODE else "plain"


def _labels() -> dict[str, object]:
    return {
        "title": _("PHIẾU BÁO THU"),
        "owed": _("Số tiền cần nộp"),
        "due": _("Hạn nộp"),
        "no_qr": _(
            "Số tiền quá lớn cho chuyển nhanh bằng mã QR. Chuyển khoản thường theo số tài khoản, ghi mã hóa đơn."
        ),
        "steps": [
            _("Mở app ngân hàng,\nquét mã QR"),
            _("Kiểm tra tên trường\nvà số tiền"),
            _("Xác nhận. Xem đã nộp\nở địa chỉ cuối phiếu"),
        ],
        "no_app": _("Không có app ngân hàng? Nộp tại trường, mang theo phiếu này."),
        "check": _("Kiểm tra phiếu thật, xem đã nộp:"),
    }


def _guide(head: Letterhead) -> str:
    address = as_printed(head.guide_url)
    return _("Hướng dẫn từng bước có hình: %(address)s") % {"address": address} if address else ""


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _figures(amount: Dong) -> str:
    return str(amount).removesuffix("\u00a0đ")
