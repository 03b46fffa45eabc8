"""What pages say about terminals and slips."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from truongso.payments.pos.types import CardBrand, SlipState

BRANDS: dict[CardBrand, Promise] = {
    CardBrand.NAPAS: _("Napas (thẻ nội địa)"),
    CardBrand.VISA: _("Visa"),
    CardBrand.MASTERCARD: _("Mastercard"),
    CardBrand.JCB: _("JCB"),
    CardBrand.AMEX: _("American Express"),
    CardBrand.UNIONPAY: _("UnionPay"),
    CardBrand.OTHER: _("Loại khác"),
}

STATES: dict[SlipState, tuple[Promise, str]] = {
    SlipState.WAITING: (_("Chờ quyết toán"), "info"),
    SlipState.OVERDUE: (_("Quá hạn quyết toán"), "bad"),
    SlipState.SETTLED: (_("Đã quyết toán"), "ok"),
    SlipState.UNDONE: (_("Đã hoàn tác"), ""),
}

FIELDS: dict[str, Any] = {
    "code": _("Mã máy (TID)"),
    "merchant_code": _("Mã đơn vị (MID)"),
    "acquirer": _("Ngân hàng cấp máy"),
    "label": _("Tên gọi"),
    "approval_code": _("Mã chuẩn chi"),
    "rrn": _("Số tham chiếu (RRN)"),
    "trace": _("Số truy vết (trace)"),
    "batch_no": _("Số lô"),
    "card_tail": _("4 số cuối thẻ"),
    "card_brand": _("Loại thẻ"),
    "payer_name": _("Người nộp tiền"),
}

_PROBLEMS: dict[str, Promise] = {
    "code_malformed": _("“%(field_name)s” chưa đúng. Chép lại đúng như in trên hóa đơn máy POS."),
    "card_number": _("“%(field_name)s” có số thẻ đầy đủ. Chỉ được ghi 4 số cuối; xóa số thẻ rồi ghi lại."),
    "terminal_known": _("Máy %(code)s đã có trong danh sách."),
    "terminal_inactive": _("Máy %(code)s đã ngừng dùng. Chọn máy khác."),
    "slip_known": _("Hóa đơn này đã ghi với số tiền %(amount)s. Nếu ghi nhầm, hoàn tác khoản thu đó trước."),
    "slip_settled": _("Giao dịch này đã ghi từ bảng quyết toán rồi. Không ghi lần thứ hai."),
    "time_implausible": _("Giờ giao dịch ở tương lai hoặc quá xa. Xem lại ngày giờ trên hóa đơn."),
    "period_closed": _("Sổ kế toán của tháng đó đã khóa nên chưa ghi được. Báo kế toán mở lại tháng."),
    "account_inactive": _("Tài khoản này đã ngừng dùng. Chọn tài khoản khác."),
    "fee_malformed": _("Phí từ 0 đến 100 %%, số ngày từ 0 đến 30."),
}


def pos_text(code: str, params: dict[str, object]) -> str:
    """What to tell a person whose slip or terminal was refused."""
    values = {**params, "field_name": FIELDS.get(str(params.get("field", "")), "")}
    return str(_PROBLEMS[code]) % values
