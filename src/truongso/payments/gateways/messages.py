"""What people read about gateways: refusals, problems of channels, names. Codes in, Vietnamese out."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from truongso.kernel.money import Dong
from truongso.payments.gateways.types import GatewayRefusedError

PROVIDER_NAMES = {"vnpay": "VNPAY", "momo": "MoMo", "zalopay": "ZaloPay", "payos": "payOS"}

METHODS = {"web": gettext_lazy("Thanh toán trực tuyến"), "mobile_money": gettext_lazy("Mobile Money")}

FIELDS = {
    "tmn_code": gettext_lazy("Mã website (vnp_TmnCode)"),
    "hash_secret": gettext_lazy("Chuỗi bí mật (vnp_HashSecret)"),
    "partner_code": gettext_lazy("Partner Code"),
    "access_key": gettext_lazy("Access Key"),
    "secret_key": gettext_lazy("Secret Key"),
    "app_id": gettext_lazy("App ID"),
    "key1": gettext_lazy("Key 1"),
    "key2": gettext_lazy("Key 2"),
    "client_id": gettext_lazy("Client ID"),
    "api_key": gettext_lazy("API Key"),
    "checksum_key": gettext_lazy("Checksum Key"),
    "description_length": gettext_lazy("Độ dài nội dung chuyển khoản (25, hoặc 9 nếu tài khoản không mở qua payOS)"),
}

REFUSALS: Mapping[str, str] = {
    "channel_inactive": gettext_noop("Cổng thanh toán này đang tạm dừng. Chọn cách nộp khác."),
    "no_invoice": gettext_noop("Chưa chọn phiếu nào để nộp."),
    "unknown_invoice": gettext_noop("Không tìm thấy phiếu thu. Mở lại đường dẫn của nhà trường."),
    "invoice_cancelled": gettext_noop("Phiếu %(code)s đã hủy nên không nhận tiền nữa."),
    "amount_not_positive": gettext_noop("Số tiền phải lớn hơn 0."),
    "amount_exceeds_debt": gettext_noop("Phiếu %(code)s chỉ còn nợ %(owed)s. Tải lại trang rồi nộp đúng số còn nợ."),
    "too_many_invoices": gettext_noop("Một lần nộp được nhiều nhất %(most)s phiếu, mỗi phiếu một lần."),
    "several_families": gettext_noop("Một lần chỉ nộp cho các con trong cùng gia đình."),
    "amount_outside_limits": gettext_noop("Cổng này nhận mỗi lần từ %(least)s đến %(most)s. Chọn cách nộp khác."),
    "bad_return_url": gettext_noop("Đường dẫn quay về không hợp lệ. Mở lại trang nộp tiền."),
    "gateway_unreachable": gettext_noop("Chưa kết nối được cổng thanh toán. Tiền chưa bị trừ; chọn cách nộp khác."),
    "gateway_refused": gettext_noop("Cổng thanh toán từ chối mở giao dịch (%(problem)s). Tiền chưa bị trừ."),
    "unknown_provider": gettext_noop("Cổng thanh toán này không được hỗ trợ."),
    "credential_missing": gettext_noop("Chưa ghi %(field)s."),
    "credential_malformed": gettext_noop("%(field)s không đúng dạng. Chép lại từ trang quản trị của cổng."),
    "other_merchant": gettext_noop("Khóa này của mã đơn vị khác. Muốn dùng đơn vị khác thì thêm kênh mới."),
    "bad_api_base": gettext_noop("Địa chỉ máy chủ không phải của cổng thanh toán này."),
    "bad_label": gettext_noop("Ghi tên hiển thị của kênh, không quá 80 ký tự."),
    "bad_fee": gettext_noop("Phí không hợp lý: tỷ lệ từ 0 đến 10 %%, phí cố định không âm."),
    "not_by_gateway": gettext_noop("Khoản này không thu qua cổng thanh toán. Hoàn bằng chuyển khoản."),
    "refund_exceeds_payment": gettext_noop("Số hoàn vượt quá số đã thu %(paid)s."),
    "bad_reference": gettext_noop("Mã hoàn tiền chỉ gồm chữ và số không dấu, tối đa 20 ký tự."),
}

PROBLEMS: Mapping[str, str] = {
    "timeout": gettext_noop("Cổng không trả lời kịp."),
    "unreachable": gettext_noop("Không kết nối được máy chủ của cổng."),
    "unresolvable": gettext_noop("Không tìm thấy máy chủ của cổng. Kiểm tra mạng và DNS."),
    "bad_certificate": gettext_noop("Chứng chỉ bảo mật của máy chủ không hợp lệ nên không gửi gì."),
    "private_address": gettext_noop("Tên máy chủ trỏ vào mạng nội bộ nên không gửi gì."),
    "not_allowed": gettext_noop("Địa chỉ máy chủ không nằm trong danh sách được phép."),
    "bad_address": gettext_noop("Địa chỉ máy chủ sai dạng."),
    "redirect": gettext_noop("Máy chủ chuyển hướng sang nơi khác nên không theo."),
    "too_large": gettext_noop("Cổng trả lời quá dài."),
    "http_status": gettext_noop("Cổng báo lỗi máy chủ."),
    "answer_unsigned": gettext_noop("Câu trả lời không có chữ ký đúng. Kiểm tra lại các khóa."),
    "answer_of_another_order": gettext_noop("Cổng trả lời về giao dịch khác."),
    "foreign_pay_url": gettext_noop("Cổng đưa tới trang lạ nên không chuyển phụ huynh đi."),
}


def gateway_text(refusal: GatewayRefusedError) -> str:
    """A refusal in one sentence that says what to do."""
    return _(REFUSALS[refusal.code]) % {name: _shown(name, value) for name, value in refusal.params.items()}


def problem_text(code: str) -> str:
    """Why a channel fails."""
    if code in PROBLEMS:
        return _(PROBLEMS[code])
    return _("Cổng báo mã %(code)s. Kiểm tra mã đơn vị và các khóa.") % {"code": code.removeprefix("refused_")}


def _shown(name: str, value: object) -> object:
    if name == "field":
        return FIELDS.get(str(value), value)
    if name in {"owed", "paid", "least"} or (name == "most" and isinstance(value, int) and value > 100):
        return Dong(int(str(value)))
    return value
