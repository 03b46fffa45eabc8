"""What answers and pages say about the bill service."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from truongso.payments.bills.types import BillChannel, BillCode, BillState, DifferenceKind, ReconcileState

RESULTS: dict[BillCode, Promise] = {
    BillCode.OK: _("Thành công."),
    BillCode.NOT_AUTHENTIC: _("Không xác thực được bên gọi."),
    BillCode.TIMESTAMP_DRIFT: _("Giờ của yêu cầu lệch quá 5 phút. Chỉnh đồng hồ máy gọi rồi gửi lại."),
    BillCode.TOO_LARGE: _("Nội dung quá 64 KB hoặc không ghi độ dài."),
    BillCode.NOT_JSON: _("Nội dung phải là application/json."),
    BillCode.MALFORMED: _("Nội dung không đúng mẫu. Xem trường được nêu."),
    BillCode.SCHOOL_UNKNOWN: _("Không có trường này hoặc trường chưa mở dịch vụ."),
    BillCode.INVOICE_UNKNOWN: _("Không có mã hóa đơn này. Kiểm tra lại mã trên phiếu báo thu."),
    BillCode.PUPIL_UNKNOWN: _("Không có mã học sinh này ở trường."),
    BillCode.SCHOOL_NEEDED: _("Mã hóa đơn có ở nhiều trường. Gửi kèm mã trường."),
    BillCode.NONCE_REUSED: _("Mã chống lặp đã dùng cho yêu cầu khác."),
    BillCode.TRANSACTION_DIFFERS: _("Mã giao dịch đã có với nội dung khác."),
    BillCode.REVERSAL_DIFFERS: _("Số tiền hủy khác số tiền của giao dịch."),
    BillCode.TOTAL_DIFFERS: _("Tổng không bằng các phần cộng lại."),
    BillCode.ACCOUNT_DIFFERS: _("Tài khoản thụ hưởng không phải tài khoản thu của hóa đơn."),
    BillCode.TIME_IMPLAUSIBLE: _("Ngày giờ ở tương lai hoặc quá xa."),
    BillCode.REVERSAL_TOO_LATE: _("Đã qua ngày nộp tiền, không hủy được. Đề nghị trường hoàn tiền."),
    BillCode.ALREADY_SETTLED: _("Tiền đã quyết toán hoặc đã hoàn, không hủy được."),
    BillCode.TRY_AGAIN: _("Hệ thống đang bận, chưa ghi gì. Gửi lại đúng yêu cầu này."),
}

CHANNELS: dict[BillChannel, Promise] = {
    BillChannel.APP: _("Ứng dụng ngân hàng"),
    BillChannel.WEB: _("Ngân hàng trực tuyến"),
    BillChannel.COUNTER: _("Quầy giao dịch"),
    BillChannel.ATM: _("ATM"),
    BillChannel.AUTO_DEBIT: _("Trích nợ tự động"),
}

STATES: dict[BillState, Promise] = {
    BillState.RECEIVED: _("Đã nhận, chờ ghi sổ"),
    BillState.BOOKED: _("Đã ghi nhận"),
    BillState.REVERSED: _("Ngân hàng đã hủy"),
}

HELD = _("Chờ xác định có trùng tiền đã ghi")

RECONCILE_STATES: dict[ReconcileState, Promise] = {
    ReconcileState.INCOMPLETE: _("Chưa gửi hết"),
    ReconcileState.AGREES: _("Khớp"),
    ReconcileState.DIFFERS: _("Có chênh lệch"),
}

DIFFERENCES: dict[DifferenceKind, Promise] = {
    DifferenceKind.MISSING_HERE: _("Ngân hàng có, hệ thống không có"),
    DifferenceKind.MISSING_THERE: _("Hệ thống có, ngân hàng không có"),
    DifferenceKind.AMOUNT_DIFFERS: _("Khác số tiền"),
    DifferenceKind.STATE_DIFFERS: _("Một bên đã hủy"),
}

_PARTNER_PROBLEMS: dict[str, Promise] = {
    "name_missing": _("Ghi tên ngân hàng."),
    "unknown_bank": _("Chọn ngân hàng trong danh sách."),
    "network_malformed": _("“%(network)s” không phải địa chỉ mạng. Ghi như 203.0.113.10 hoặc 203.0.113.0/24."),
    "one_secret_left": _("Chỉ còn một khóa. Tạo khóa mới trước khi bỏ khóa cũ."),
}


def partner_text(code: str, params: dict[str, object]) -> str:
    """What to tell a person whose partner could not be set up."""
    return str(_PARTNER_PROBLEMS[code]) % params
