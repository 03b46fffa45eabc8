"""What people read about reminders that cannot be asked for as wished."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from truongso.payments.reminders.types import ReminderRefusedError, ReminderState, Way

_REFUSALS = {
    "unknown_round": gettext_lazy("Chọn một đợt thu đã phát hành."),
    "unknown_class": gettext_lazy("Đợt thu này không có lớp %(name)s. Tải lại trang rồi chọn lại."),
    "no_channel": gettext_lazy("Chọn ít nhất một kênh đang bật. Kênh được bật ở trang Kênh gửi tin nhắn."),
    "nobody_owes": gettext_lazy("Không còn gia đình nào nợ khoản bắt buộc trong phạm vi này: không có gì để nhắc."),
    "changed": gettext_lazy(
        "Số tin vừa thay đổi từ %(seen)s thành %(now)s (có gia đình mới nộp hoặc đổi số). Xem lại rồi gửi."
    ),
    "too_far": gettext_lazy("Chỉ hẹn được trong %(days)s ngày tới."),
    "own_reminder": gettext_lazy("Người lập không tự duyệt được. Nhờ người khác có quyền duyệt."),
    "not_waiting": gettext_lazy("Lời nhắc này không còn chờ duyệt."),
    "already_sent": gettext_lazy("Lời nhắc đã gửi hoặc đã bỏ, không bỏ được nữa."),
}
STATES = {
    ReminderState.WAITING: (gettext_lazy("Chờ người thứ hai duyệt"), "warn"),
    ReminderState.APPROVED: (gettext_lazy("Chờ đến giờ gửi"), "info"),
    ReminderState.SENT: (gettext_lazy("Đã gửi"), "ok"),
    ReminderState.CANCELLED: (gettext_lazy("Đã bỏ"), ""),
}
WAYS = {
    Way.EMAIL: gettext_lazy("E-mail"),
    Way.ZALO: gettext_lazy("Zalo"),
    Way.SMS: gettext_lazy("Tin nhắn SMS"),
    Way.FILE: gettext_lazy("Tệp gửi tay"),
    Way.PAPER: gettext_lazy("Phiếu giấy"),
}


def refusal_text(refusal: ReminderRefusedError) -> str:
    """What a refusal means and what to do."""
    text = str(_REFUSALS.get(refusal.code, gettext_lazy("Không làm được. Tải lại trang rồi thử lại.")))
    return text % refusal.params if refusal.params else text
