"""How vouchers look in a file: columns, words, numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.ledger.types import EntryKind
from truongso.organizations.public import School
from truongso.reporting.posting.types import Voucher

KINDS = {
    EntryKind.INVOICE: gettext_lazy("Phải thu theo phiếu báo thu"),
    EntryKind.ADJUSTMENT: gettext_lazy("Điều chỉnh phiếu báo thu"),
    EntryKind.BANK_LINE: gettext_lazy("Giao dịch ngân hàng"),
    EntryKind.PAYMENT: gettext_lazy("Thu của người học, biên lai"),
    EntryKind.SETTLEMENT: gettext_lazy("Quyết toán của đơn vị trung gian"),
    EntryKind.CASH_DAY: gettext_lazy("Chênh lệch kiểm quỹ"),
    EntryKind.DEPOSIT: gettext_lazy("Nộp tiền mặt vào ngân hàng"),
    EntryKind.DEPOSIT_LINK: gettext_lazy("Tiền mặt nộp ngân hàng đã về tài khoản"),
    EntryKind.CREDIT_USE: gettext_lazy("Trừ tiền gia đình nộp thừa vào khoản phải thu"),
    EntryKind.REFUND: gettext_lazy("Duyệt hoàn tiền cho gia đình"),
    EntryKind.REFUND_PAID: gettext_lazy("Chi hoàn tiền cho gia đình"),
    EntryKind.NO_FEE: gettext_lazy("Tiền vào không phải thu của người học"),
    EntryKind.REVERSAL: gettext_lazy("Bút toán đảo"),
}


def wording(kind: EntryKind, is_reversal: bool) -> str:
    """What a voucher books."""
    name = str(KINDS[kind])
    return _("Đảo: %(name)s") % {"name": name} if is_reversal else name


def voucher_number(number: int) -> str:
    """TS000123."""
    return f"TS{number:06}"


def header() -> list[str]:
    """Column titles."""
    return [
        _("Số chứng từ"), _("Ngày chứng từ"), _("Ngày hạch toán"), _("Diễn giải"), _("TK Nợ"), _("TK Có"),
        _("Số tiền"), _("Đối tượng"), _("Mã hóa đơn"),
    ]  # fmt: skip


def table(made: Iterable[Voucher]) -> Iterator[list[ExportCell]]:
    """One row for each line of each voucher."""
    for v in made:
        for line in v.lines:
            yield [v.number, v.day, v.day, v.text, line.debit, line.credit, line.amount, v.party, v.reference]


def sheet(school: School, year: int, month: int, made: Sequence[Voucher]) -> SheetOut:
    """The same as a sheet under the school's name."""
    title = _("Bút toán tháng %(month)s, đơn vị: đồng") % {"month": f"{month:02}/{year}"}
    return SheetOut(
        _("Bút toán"), header(), table(made), banner=[[school.name], [title]],
        widths=(14, 13, 13, 50, 10, 10, 16, 30, 24),
    )  # fmt: skip
