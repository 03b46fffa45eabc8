"""Which data leaves the system, to whom and what for, field by field as the programs send it.

A test holds this list to the programs: it builds every message as it is sent and compares the names of its fields, and
knows every place that can call out. Source: R15; letter Lào Cai 2.4 (privacy of families).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Flow:
    """One kind of message to one kind of partner: its fields with what stands in them; `personal` names people."""

    code: str
    partner: Text
    what_for: Text
    when: Text
    fields: Mapping[str, Text]
    personal: frozenset[str] = frozenset()


_AMOUNT, _ADDRESS, _KEY = _("số tiền"), _("địa chỉ trang quay về hoặc nhận báo của hệ thống"), _("mã của trường ở cổng")
_ORDER, _CODES = _("số giao dịch của hệ thống"), _("chữ “Hoc phi” và mã hóa đơn, không có tên người")
_FIXED, _SIGN = _("hằng số của giao thức"), _("chữ ký số")
_PAY, _PAYING = _("Thu tiền trực tuyến"), _("Khi gia đình chọn nộp qua cổng này")
_SENDING = _("Khi trường gửi tin cho gia đình hoặc cán bộ")

FLOWS: tuple[Flow, ...] = (
    Flow(
        "vnpay", "VNPAY", _PAY, _PAYING,
        {
            "vnp_Version": _FIXED, "vnp_Command": _FIXED, "vnp_TmnCode": _KEY, "vnp_Amount": _AMOUNT,
            "vnp_CreateDate": _("lúc tạo"), "vnp_ExpireDate": _("lúc hết hạn"), "vnp_CurrCode": _FIXED,
            "vnp_IpAddr": _("địa chỉ mạng của máy người nộp"), "vnp_Locale": _FIXED, "vnp_OrderInfo": _CODES,
            "vnp_OrderType": _FIXED, "vnp_ReturnUrl": _ADDRESS, "vnp_TxnRef": _ORDER, "vnp_SecureHash": _SIGN,
        },
        frozenset({"vnp_IpAddr"}),
    ),
    Flow(
        "momo", "MoMo", _PAY, _PAYING,
        {
            "partnerCode": _KEY, "requestId": _ORDER, "amount": _AMOUNT, "orderId": _ORDER, "orderInfo": _CODES,
            "redirectUrl": _ADDRESS, "ipnUrl": _ADDRESS, "requestType": _FIXED, "extraData": _("để trống"),
            "lang": _FIXED, "signature": _SIGN,
        },
    ),
    Flow(
        "zalopay", "ZaloPay", _PAY, _PAYING,
        {
            "app_id": _KEY, "app_user": _FIXED, "app_trans_id": _ORDER, "app_time": _("lúc tạo"), "amount": _AMOUNT,
            "item": _("để trống"), "embed_data": _ADDRESS, "description": _CODES, "bank_code": _("để trống"),
            "callback_url": _ADDRESS, "expire_duration_seconds": _("thời gian còn lại"), "mac": _SIGN,
        },
    ),
    Flow(
        "payos", "payOS", _PAY, _PAYING,
        {
            "orderCode": _ORDER, "amount": _AMOUNT, "description": _("số giao dịch của hệ thống, rút ngắn"),
            "cancelUrl": _ADDRESS, "returnUrl": _ADDRESS, "expiredAt": _("lúc hết hạn"), "signature": _SIGN,
        },
    ),
    Flow(
        "sms", _("Nhà mạng hoặc đại lý SMS của trường"), _("Gửi tin"), _SENDING,
        {
            "brand": _("tên thương hiệu của trường"), "to": _("số điện thoại người nhận"),
            "text": _("lời tin: tên con, tên đợt thu, số tiền, đường dẫn"), "reference": _("mã tin của hệ thống"),
        },
        frozenset({"to", "text"}),
    ),
    Flow(
        "zalo", "Zalo ZNS", _("Gửi tin"), _SENDING,
        {
            "phone": _("số điện thoại người nhận"), "template_id": _("mẫu tin của trường"),
            "template_data": _("lời tin: tên con, tên đợt thu, số tiền, đường dẫn"),
            "tracking_id": _("mã tin của hệ thống"),
        },
        frozenset({"phone", "template_data"}),
    ),
    Flow(
        "email", _("Máy chủ thư của trường"), _("Gửi thư"), _SENDING,
        {
            "to": _("địa chỉ thư người nhận"), "from": _("địa chỉ thư của trường"), "subject": _("tiêu đề"),
            "body": _("lời thư"), "X-Message-Reference": _("mã thư của hệ thống"), "Auto-Submitted": _FIXED,
        },
        frozenset({"to", "subject", "body"}),
    ),
    Flow(
        "bill_service", _("Ngân hàng thu hộ"), _("Tra cứu khoản phải nộp"),
        _("Khi gia đình nhập mã hóa đơn hoặc mã học sinh trong ứng dụng ngân hàng"),
        {
            "school": _("mã và tên trường"), "pupil": _("tên học sinh đã che"), "outstanding": _("tổng còn phải nộp"),
            "invoice_code": _("mã hóa đơn"), "state": _("trạng thái"), "payer": _("tên người nộp đã che"),
            "reason": _("tên đợt thu, lớp"), "due_on": _("hạn nộp"), "total": _AMOUNT, "paid": _("đã nộp"),
            "partial_allowed": _("được nộp nhiều lần hay không"), "items": _("tên khoản và số tiền"),
            "beneficiary": _("tài khoản nhận tiền của trường"), "invoices": _("danh sách phiếu"),
        },
        frozenset({"pupil", "payer"}),
    ),
    Flow(
        "einvoice", _("Nhà cung cấp hóa đơn điện tử"), _("Lập hóa đơn, biên lai"),
        _("Khi kế toán tải tệp bàn giao và gửi đi"),
        {
            "code": _("mã dòng"), "type": _("loại chứng từ"), "kind": _("lập mới hay điều chỉnh"),
            "adjusts": _("điều chỉnh cho"), "amount": _AMOUNT, "buyer": _("tên người nộp tiền"),
            "pupils": _("tên học sinh"), "invoice_codes": _("mã hóa đơn thanh toán"), "receipt": _("số biên lai"),
            "paid_on": _("ngày nộp"), "method": _("hình thức"), "items": _("tên khoản, số tiền, thuế"),
        },
        frozenset({"buyer", "pupils"}),
    ),
    Flow(
        "refund_file", _("Ngân hàng của trường"), _("Chi hoàn tiền theo danh sách"),
        _("Khi kế toán tải tệp chi và nộp vào ngân hàng"),
        {
            "row": _("số thứ tự"), "number": _("số tài khoản của gia đình"), "holder": _("chủ tài khoản"),
            "bank": _("ngân hàng"), "bin": _("mã ngân hàng"), "amount": _AMOUNT, "memo": _("mã hoàn tiền"),
        },
        frozenset({"number", "holder"}),
    ),
    Flow(
        "vietqr", _("Ngân hàng của người nộp, qua mã QR"), _PAY, _("Khi gia đình quét mã QR trên phiếu"),
        {
            "bank_bin": _("ngân hàng của trường"), "account": _("tài khoản của trường hoặc số riêng của em"),
            "amount": _AMOUNT, "memo": _("mã hóa đơn, không có tên người"), "bill_number": _("mã hóa đơn"),
        },
    ),
)  # fmt: skip


def flow(code: str) -> Flow:
    """One flow by its code."""
    return next(one for one in FLOWS if one.code == code)
