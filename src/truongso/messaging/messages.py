"""What people read about messages that could not be set up or sent."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.messaging.types import MessagingRefusedError

_REFUSALS = {
    "unknown_template": gettext_lazy("Không có mẫu tin này. Tải lại trang rồi chọn lại."),
    "unknown_placeholder": gettext_lazy("Mẫu tin có chỗ điền {%(name)s} không dùng được. Chỉ dùng: %(allowed)s."),
    "bad_braces": gettext_lazy("Dấu { } chỉ dùng cho chỗ điền như {hoc_sinh}. Bỏ các dấu { } khác."),
    "control_characters": gettext_lazy("Có ký tự không in được hoặc xuống dòng ở chỗ chỉ được một dòng. Gõ lại."),
    "too_long": gettext_lazy("Nội dung dài quá %(limit)s ký tự. Viết ngắn lại."),
    "blank": gettext_lazy("Chưa có nội dung tin. Viết nội dung rồi lưu lại."),
    "bad_address": gettext_lazy("Địa chỉ “%(address)s” không phải e-mail hoặc số điện thoại Việt Nam. Kiểm tra lại."),
    "bad_endpoint": gettext_lazy("Địa chỉ kết nối phải bắt đầu bằng https:// và ở bên ngoài trường. Hỏi lại đối tác."),
    "bad_hours": gettext_lazy("Giờ yên lặng phải bao trùm ban đêm, ví dụ 21:00 đến 7:00."),
    "bad_limit": gettext_lazy("Số tin mỗi ngày phải từ %(least)s đến %(most)s."),
    "not_set_up": gettext_lazy("Chưa bật được kênh: điền đủ địa chỉ kết nối, người gửi và khóa bí mật trước."),
}
_PROBLEMS = {
    "opted_out": gettext_lazy("Người nhận đã từ chối tin không thiết yếu"),
    "erased": gettext_lazy("Dữ liệu của người nhận đã được xóa nên không gửi nữa"),
    "daily_limit": gettext_lazy("Người nhận đã đủ số tin trong ngày"),
    "channel_off": gettext_lazy("Kênh đang tắt; tin chờ bật lại"),
    "unreachable": gettext_lazy("Chưa kết nối được đối tác; sẽ thử lại"),
    "server": gettext_lazy("Đối tác đang lỗi; sẽ thử lại"),
    "bad_answer": gettext_lazy("Đối tác trả lời không hiểu được; sẽ thử lại"),
    "not_authorised": gettext_lazy("Khóa bí mật sai hoặc hết hạn; cập nhật ở thiết lập kênh"),
    "no_mail_server": gettext_lazy("Máy chủ chưa được cài máy chủ thư (TRUONGSO_SMTP); báo người vận hành"),
    "mail_server": gettext_lazy("Máy chủ thư chưa nhận; sẽ thử lại"),
    "recipient_refused": gettext_lazy("Địa chỉ thư không tồn tại"),
    "too_long": gettext_lazy("Tin quá dài cho SMS"),
}


def refusal_text(refusal: MessagingRefusedError) -> str:
    """What a refusal means and what to do."""
    text = _REFUSALS.get(refusal.code, gettext_lazy("Không làm được. Tải lại trang rồi thử lại."))
    return str(text) % refusal.params if refusal.params else str(text)


def problem_text(code: str) -> str:
    """Why a message was skipped, failed or waits."""
    if not code:
        return ""
    return str(_PROBLEMS[code]) if code in _PROBLEMS else _("Đối tác từ chối (%(code)s)") % {"code": code}
