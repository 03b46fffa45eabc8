"""What the bank says: its refusals, its channels, its states."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.kernel.ui.formatting import dong
from truongso.sandbox.bank.bills import BillState
from truongso.sandbox.bank.types import DeliveryState
from truongso.sandbox.errors import SandboxError

_REFUSALS: dict[str, Promise] = {
    "account_unknown": gettext_lazy(
        "Không tìm thấy tài khoản %(account)s. Ngân hàng thử chỉ chuyển đến tài khoản trường đã đăng ký."
    ),
    "payer_unknown": gettext_lazy("Không có người trả nào có tài khoản %(account)s."),
    "number_taken": gettext_lazy("Số tài khoản %(account)s đã thuộc về người khác."),
    "amount_missing": gettext_lazy("Mã này không ghi số tiền. Hãy nhập số tiền cần chuyển."),
    "amount_positive": gettext_lazy("Số tiền phải lớn hơn 0."),
    "amount_large": gettext_lazy("Mỗi lần chuyển nhanh phải dưới %(limit)s. Hãy chia thành nhiều lần."),
    "balance_low": gettext_lazy(
        "Số dư %(balance)s không đủ để chuyển %(amount)s. Hãy chọn người trả khác hoặc số tiền khác."
    ),
    "channel_unknown": gettext_lazy("Không có cách chuyển nội dung “%(channel)s”."),
    "webhook_not_local": gettext_lazy(
        "Địa chỉ nhận thông báo %(url)s không nằm trên máy này. Chỉ gửi đến http://127.0.0.1 hoặc http://localhost."
    ),
    "webhook_incomplete": gettext_lazy("Địa chỉ nhận thông báo và khóa ký phải đi cùng nhau."),
    "key_used": gettext_lazy("Khóa chống trùng “%(key)s” đã dùng cho một lệnh chuyển khác."),
    "transfer_unknown": gettext_lazy("Không có lệnh chuyển số %(id)s."),
    "line_unknown": gettext_lazy("Không có giao dịch số %(id)s."),
    "delivery_unknown": gettext_lazy("Không có thông báo số %(id)s đang chờ gửi."),
    "no_webhook": gettext_lazy("Tài khoản %(account)s chưa đăng ký địa chỉ nhận thông báo."),
    "feed_unknown": gettext_lazy("Không có dịch vụ báo giao dịch “%(feed)s”."),
    "layout_needed": gettext_lazy("Ngân hàng này chưa có mẫu sao kê riêng. Hãy chọn một mẫu."),
    "layout_unknown": gettext_lazy("Không có mẫu sao kê “%(layout)s”."),
    "biller_unknown": gettext_lazy("Không có trường này trong danh sách thu hộ."),
    "bill_unknown": gettext_lazy(
        "Trường không có mã “%(number)s”. Xem lại mã hóa đơn hoặc mã học sinh trên phiếu thu."
    ),
    "bill_nothing_owed": gettext_lazy("Mã “%(number)s” không còn khoản nào phải nộp."),
    "bill_no_answer": gettext_lazy("Trường chưa trả lời, chưa trừ tiền. Hãy thử lại sau ít phút."),
    "bill_refused": gettext_lazy("Trường không cho tra cứu: %(told)s"),
    "bill_payment_unknown": gettext_lazy("Không có lần nộp hóa đơn này."),
    "bill_nothing_held": gettext_lazy("Không còn tiền thu hộ nào chờ trả cho tài khoản này."),
    "period_reversed": gettext_lazy("Ngày đầu phải trước ngày cuối."),
    "field_missing": gettext_lazy("Thiếu trường “%(field)s”."),
    "field_wrong": gettext_lazy("Trường “%(field)s” không đúng dạng."),
    "not_json": gettext_lazy("Thân yêu cầu phải là một đối tượng JSON, Content-Type: application/json."),
    "qr_empty": gettext_lazy("Chưa có mã. Hãy dán chuỗi mã hoặc chọn ảnh mã QR."),
    "qr_too_long": gettext_lazy("Mã dài %(length)s ký tự, quá %(limit)s ký tự cho phép."),
    "qr_crc_missing": gettext_lazy("Đây không phải mã VietQR, hoặc mã bị cắt cụt."),
    "qr_crc": gettext_lazy("Mã kiểm tra của mã QR sai. Mã đã bị sửa hoặc chép thiếu, hãy quét lại."),
    "qr_length": gettext_lazy("Mã QR hỏng: độ dài ghi trong mã không khớp với nội dung."),
    "qr_duplicate": gettext_lazy("Mã QR hỏng: trường %(path)s lặp lại."),
    "qr_order": gettext_lazy("Mã QR hỏng: thứ tự các trường sai."),
    "qr_payload_format": gettext_lazy("Phiên bản mã QR “%(value)s” không được hỗ trợ."),
    "qr_initiation": gettext_lazy("Kiểu mã QR “%(value)s” không hợp lệ."),
    "qr_guid": gettext_lazy("Mã QR không phải của NAPAS."),
    "qr_bank_bin": gettext_lazy("Mã ngân hàng “%(value)s” trong mã QR không hợp lệ."),
    "qr_account": gettext_lazy("Số tài khoản “%(value)s” trong mã QR không hợp lệ."),
    "qr_amount": gettext_lazy("Số tiền “%(value)s” trong mã QR không hợp lệ."),
    "qr_amount_too_large": gettext_lazy("Số tiền %(amount)s trong mã QR phải dưới %(limit)s."),
    "qr_currency": gettext_lazy("Mã QR không dùng đồng Việt Nam."),
    "qr_country": gettext_lazy("Mã QR không phải của Việt Nam."),
    "qr_not_transfer": gettext_lazy("Mã QR không phải lệnh chuyển khoản đầy đủ (thiếu %(missing)s)."),
    "image_not_png_or_jpeg": gettext_lazy("Ảnh phải là PNG hoặc JPEG."),
    "image_damaged": gettext_lazy("Ảnh hỏng hoặc bị cắt cụt. Hãy lưu lại ảnh mã QR."),
    "image_too_many_pixels": gettext_lazy("Ảnh quá lớn. Hãy thu nhỏ lại."),
    "image_without_code": gettext_lazy("Không thấy mã QR nào trong ảnh."),
    "image_with_several": gettext_lazy("Ảnh có nhiều mã QR. Hãy chọn ảnh chỉ có một mã."),
}
_MONEY_PARAMS = frozenset({"amount", "balance", "limit"})
_MONEY_CODES = frozenset({"balance_low", "amount_large", "qr_amount_too_large"})

CHANNELS: dict[str, Promise] = {
    "intact": gettext_lazy("Nguyên vẹn"),
    "upper": gettext_lazy("Viết hoa hết"),
    "mbvcb": gettext_lazy("Khung Vietcombank (MBVCB…)"),
    "mbvcb+wrap35": gettext_lazy("Khung Vietcombank, MB ngắt mỗi 35 ký tự"),
    "momo": gettext_lazy("Khung MoMo"),
    "old_momo": gettext_lazy("Khung MoMo cũ (dính chữ T)"),
    "acsp": gettext_lazy("Đuôi “Ma GD ACSP”"),
    "upper+acsp": gettext_lazy("Viết hoa, đuôi “Ma GD ACSP”"),
    "trace": gettext_lazy("Đuôi “Trace”"),
    "ibft": gettext_lazy("Đầu “IBFT”"),
    "fast247": gettext_lazy("Đầu “CT nhanh 247 den”"),
    "card_account": gettext_lazy("Khung Techcombank (TKThe…)"),
    "bidv": gettext_lazy("Khung BIDV (thoi gian GD)"),
    "agribank+wrap35": gettext_lazy("Khung Agribank, MB ngắt mỗi 35 ký tự"),
    "from_payer": gettext_lazy("Đuôi “TU: người trả”"),
    "mobile_money": gettext_lazy("Khung ví Mobile Money"),
    "spaced": gettext_lazy("Thêm dấu cách trong mã"),
    "dotted": gettext_lazy("Thêm dấu chấm trong mã"),
    "mistyped": gettext_lazy("Gõ sai một ký tự"),
    "missing": gettext_lazy("Thiếu một ký tự"),
    "doubled": gettext_lazy("Thừa một ký tự"),
    "swapped": gettext_lazy("Đảo hai ký tự"),
    "truncated": gettext_lazy("Cắt sau 12 ký tự"),
    "cut_in_code": gettext_lazy("Cắt giữa mã"),
    "removed": gettext_lazy("Xóa nội dung (“… chuyen tien”)"),
}
"""Channels offered on the page; the API takes any joined steps."""

LAYOUTS: dict[str, Promise] = {
    "vietcombank_simple": gettext_lazy("Vietcombank"),
    "bidv_ibank": gettext_lazy("BIDV iBank"),
    "bidv_detail": gettext_lazy("BIDV chi tiết số dư"),
    "mb_detail": gettext_lazy("MB (ngắt mỗi 35 ký tự)"),
}

_STATES = {
    DeliveryState.WAITING: (gettext_lazy("Chờ gửi"), "warn"),
    DeliveryState.DELIVERED: (gettext_lazy("Đã nhận"), "ok"),
    DeliveryState.GAVE_UP: (gettext_lazy("Thôi gửi"), "bad"),
}
_NO_ANSWERS = {
    "refused": gettext_lazy("không kết nối được"),
    "timeout": gettext_lazy("quá thời gian chờ"),
    "broken": gettext_lazy("kết nối bị ngắt"),
    "no_webhook": gettext_lazy("trường đã bỏ địa chỉ nhận"),
}


_BILL_STATES = {
    BillState.SENT: (gettext_lazy("Chờ trường trả lời"), "warn"),
    BillState.POSTED: (gettext_lazy("Trường đã nhận"), "ok"),
    BillState.REFUSED: (gettext_lazy("Trường từ chối, đã trả lại tiền"), "bad"),
}


def bill_state_name(state: BillState) -> tuple[str, str]:
    """Words and status class of a bill payment's state."""
    words, kind = _BILL_STATES[state]
    return str(words), kind


def refusal(error: SandboxError) -> str:
    """One sentence on what was refused and what to do."""
    return _filled(error.code, error.params)


def _filled(code: str, params: dict[str, object]) -> str:
    money = code in _MONEY_CODES
    shown = {
        name: dong(value) if money and name in _MONEY_PARAMS and isinstance(value, int) else value
        for name, value in params.items()
    }
    text = _REFUSALS.get(code)
    return code if text is None else str(text) % shown


def channel_name(channel: str) -> str:
    """The channel in words; one put together through the API by its own name."""
    return str(CHANNELS.get(channel, channel))


def state_name(state: DeliveryState) -> tuple[str, str]:
    """Words and status class of a delivery's state."""
    words, kind = _STATES[state]
    return str(words), kind


def answer_text(status: int | None, error: str) -> str:
    """What the school's server said at the last attempt; "" before the first one."""
    if status is not None:
        return _("HTTP %(status)d") % {"status": status}
    return str(_NO_ANSWERS[error]) if error else ""
