"""What the gateways say to people: refusals, outcomes, states."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.kernel.ui.formatting import dong
from truongso.sandbox.errors import SandboxError
from truongso.sandbox.gateways.types import DeliveryState, OrderState

_REFUSALS: dict[str, Promise] = {
    "provider_unknown": gettext_lazy("Không có cổng thanh toán “%(provider)s”."),
    "merchant_unknown": gettext_lazy("Không có đơn vị chấp nhận thanh toán “%(merchant)s”."),
    "order_unknown": gettext_lazy("Không có giao dịch “%(order)s”."),
    "order_ended": gettext_lazy("Giao dịch %(order)s đã kết thúc. Hãy quay lại trang của trường."),
    "outcome_unknown": gettext_lazy("Cổng này không có kết quả “%(outcome)s”."),
    "notice_unknown": gettext_lazy("Cổng không gửi thông báo cho giao dịch %(order)s ở trạng thái này."),
    "delivery_unknown": gettext_lazy("Không có thông báo số %(id)s đang chờ gửi."),
    "address_not_local": gettext_lazy(
        "Địa chỉ %(url)s không nằm trên máy này. Chỉ dùng http://127.0.0.1 hoặc http://localhost."
    ),
    "bank_missing": gettext_lazy("Các cổng thử đang chạy mà không có ngân hàng thử. Hãy khởi động với --bank."),
    "bank_refused": gettext_lazy("Ngân hàng thử từ chối: %(message)s"),
    "account_missing": gettext_lazy("“%(merchant)s” chưa khai tài khoản nhận tiền."),
    "nothing_to_settle": gettext_lazy("Không có giao dịch nào chờ quyết toán."),
    "terminal_unknown": gettext_lazy("Không có máy POS %(tid)s."),
    "terminal_taken": gettext_lazy("Máy POS %(tid)s thuộc đơn vị khác."),
    "sale_unknown": gettext_lazy("Lô đang mở không có giao dịch số %(trace)s."),
    "batch_empty": gettext_lazy("Lô đang mở của máy %(tid)s chưa có giao dịch nào."),
    "batch_unknown": gettext_lazy("Không có lô số %(batch)s đã chốt."),
    "batch_settled": gettext_lazy("Lô số %(batch)s đã được ngân hàng thanh toán."),
    "card_refused": gettext_lazy("Thẻ bị từ chối (mã %(reason)s). Không có tiền nào được trừ."),
    "amount_positive": gettext_lazy("Số tiền phải lớn hơn 0."),
    "wallet_limit": gettext_lazy("Vượt hạn mức tháng %(limit)s của ví. Còn có thể chuyển %(left)s."),
    "field_missing": gettext_lazy("Thiếu trường “%(field)s”."),
    "field_wrong": gettext_lazy("Trường “%(field)s” không đúng dạng."),
    "not_json": gettext_lazy("Thân yêu cầu phải là một đối tượng JSON, Content-Type: application/json."),
}
_MONEY_PARAMS = frozenset({"limit", "left"})

OUTCOMES: dict[str, Promise] = {
    "paid": gettext_lazy("Thanh toán"),
    "cancelled": gettext_lazy("Hủy giao dịch"),
    "no_funds": gettext_lazy("Thử: tài khoản không đủ số dư"),
    "over_limit": gettext_lazy("Thử: vượt hạn mức"),
    "bank_down": gettext_lazy("Thử: ngân hàng bảo trì"),
    "expired": gettext_lazy("Thử: hết thời gian chờ"),
    "suspicious": gettext_lazy("Thử: đã trừ tiền nhưng nghi ngờ (07)"),
    "processing": gettext_lazy("Thử: đang xử lý, chưa có kết quả"),
    "failed": gettext_lazy("Thử: lỗi khác"),
}

_STATES = {
    OrderState.PENDING: (gettext_lazy("Chờ trả"), "warn"),
    OrderState.PROCESSING: (gettext_lazy("Đang xử lý"), "info"),
    OrderState.PAID: (gettext_lazy("Đã trả"), "ok"),
    OrderState.FAILED: (gettext_lazy("Không thành công"), "bad"),
    OrderState.CANCELLED: (gettext_lazy("Đã hủy"), ""),
    OrderState.EXPIRED: (gettext_lazy("Hết hạn"), ""),
}
_DELIVERY_STATES = {
    DeliveryState.WAITING: (gettext_lazy("Chờ gửi"), "warn"),
    DeliveryState.DELIVERED: (gettext_lazy("Đã nhận"), "ok"),
    DeliveryState.GAVE_UP: (gettext_lazy("Thôi gửi"), "bad"),
}
_NO_ANSWERS = {
    "refused": gettext_lazy("không kết nối được"),
    "timeout": gettext_lazy("quá thời gian chờ"),
    "broken": gettext_lazy("kết nối bị ngắt"),
}
_VNPAY_ERRORS = {
    "70": gettext_lazy("Sai chữ ký."),
    "72": gettext_lazy("Không tìm thấy website."),
    "03": gettext_lazy("Dữ liệu gửi sang không đúng định dạng."),
    "15": gettext_lazy("Giao dịch đã quá thời gian chờ thanh toán."),
    "02": gettext_lazy("Mã đơn hàng này đã được dùng."),
}


def refusal(error: SandboxError) -> str:
    """One sentence on what was refused and what to do."""
    text = _REFUSALS.get(error.code)
    shown = {
        name: dong(value) if name in _MONEY_PARAMS and isinstance(value, int) else value
        for name, value in error.params.items()
    }
    return error.code if text is None else str(text) % shown


def state_name(state: OrderState) -> tuple[str, str]:
    """Words and status class of an order's state."""
    words, kind = _STATES[state]
    return str(words), kind


def delivery_name(state: DeliveryState) -> tuple[str, str]:
    """Words and status class of a notice's state."""
    words, kind = _DELIVERY_STATES[state]
    return str(words), kind


def answer_text(status: int | None, error: str) -> str:
    """What the school's server said at the last attempt; "" before the first one."""
    if status is not None:
        return _("HTTP %(status)d") % {"status": status}
    return str(_NO_ANSWERS[error]) if error else ""


def vnpay_error(code: str) -> str:
    """The sentence of VNPAY's error page."""
    return str(_VNPAY_ERRORS[code])
