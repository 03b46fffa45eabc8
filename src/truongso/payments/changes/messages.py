"""Vietnamese texts of changes that take two people."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from truongso.payments.changes.types import Audience, ChangeKind, ChangeRefusedError, ChangeState

KINDS: dict[ChangeKind, str | Promise] = {
    ChangeKind.ACCOUNT_ADD: gettext_lazy("Thêm tài khoản nhận tiền"),
    ChangeKind.ACCOUNT_REPLACE: gettext_lazy("Đổi tài khoản nhận tiền"),
    ChangeKind.NUMBER_RULE: gettext_lazy("Đặt đầu số tài khoản riêng của học sinh"),
    ChangeKind.CHANNEL_OPEN: gettext_lazy("Mở cổng thanh toán cho phụ huynh"),
    ChangeKind.CHANNEL_KEYS: gettext_lazy("Thay khóa của cổng thanh toán"),
    ChangeKind.FEED_CONNECT: gettext_lazy("Nối dịch vụ báo có"),
    ChangeKind.FEED_KEYS: gettext_lazy("Thay khóa của dịch vụ báo có"),
    ChangeKind.BILL_OPEN: gettext_lazy("Mở ngân hàng thu hộ"),
    ChangeKind.BILL_KEYS: gettext_lazy("Tạo khóa mới cho ngân hàng thu hộ"),
    ChangeKind.GO_LIVE: gettext_lazy("Đưa đối tác vào vận hành"),
}

STATES: dict[ChangeState, tuple[str | Promise, str]] = {
    ChangeState.PROPOSED: (gettext_lazy("Chờ người thứ hai duyệt"), "warn"),
    ChangeState.APPROVED: (gettext_lazy("Đã duyệt, chờ đến giờ"), "info"),
    ChangeState.DONE: (gettext_lazy("Đã thực hiện"), "ok"),
    ChangeState.REJECTED: (gettext_lazy("Không duyệt"), "bad"),
    ChangeState.CANCELLED: (gettext_lazy("Đã hủy"), ""),
    ChangeState.FAILED: (gettext_lazy("Không thực hiện được"), "bad"),
}
"""What a state is called, and the kind of its mark."""

EVENTS: dict[ChangeState, str | Promise] = {
    ChangeState.PROPOSED: gettext_lazy("Có đề nghị đổi, chưa duyệt"),
    ChangeState.APPROVED: gettext_lazy("Đã duyệt, chưa dùng"),
    ChangeState.DONE: gettext_lazy("Đã bắt đầu dùng"),
    ChangeState.REJECTED: gettext_lazy("Không duyệt, giữ như cũ"),
    ChangeState.CANCELLED: gettext_lazy("Đã hủy, giữ như cũ"),
    ChangeState.FAILED: gettext_lazy("Không đổi được, giữ như cũ"),
}
"""What has just happened to a change of account, as notices say it."""

AUDIENCES: dict[Audience, str | Promise] = {
    Audience.PRINCIPAL: gettext_lazy("Hiệu trưởng"),
    Audience.ACCOUNTANT: gettext_lazy("Kế toán"),
    Audience.DEPARTMENT: gettext_lazy("Sở, phòng quản lý trường"),
}

_REFUSALS = {
    "needs_person": gettext_noop("Việc này phải do người đăng nhập làm."),
    "reason_missing": gettext_noop("Ghi lý do, để sau này ai xem cũng hiểu."),
    "already_open": gettext_noop("Đã có một đề nghị như vậy đang chờ. Duyệt hoặc hủy đề nghị đó trước."),
    "unknown_change": gettext_noop("Không có đề nghị này."),
    "already_decided": gettext_noop("Đề nghị này đã có người quyết định hoặc đã hủy. Tải lại trang để xem."),
    "own_change": gettext_noop("Người đề nghị không tự duyệt. Nhờ người có quyền duyệt khác."),
    "in_effect": gettext_noop("Đã đến giờ thực hiện, không hủy được nữa. Lập đề nghị đổi lại nếu cần."),
    "not_complete": gettext_noop("Danh mục kiểm tra của đối tác chưa đủ."),
    "no_such_account": gettext_noop("Tài khoản được thay không còn dùng. Tải lại trang rồi chọn lại."),
    "same_account": gettext_noop("Tài khoản mới trùng tài khoản được thay."),
    "account_replaced": gettext_noop(
        "Tài khoản %(number)s đã được thay bằng %(by)s. Muốn dùng lại, đề nghị thay tài khoản %(by)s."
    ),
    "account_taken": gettext_noop(
        "Tài khoản %(number)s đã thuộc một trường khác, một học sinh hoặc một phiếu trên hệ thống. Kiểm tra lại số."
    ),
    "account_known": gettext_noop("Trường đang dùng tài khoản %(number)s rồi."),
    "account_not_in_use": gettext_noop("Tài khoản %(number)s không còn dùng, không thay được."),
    "unknown_bank": gettext_noop("Ngân hàng này không nhận chuyển khoản nhanh. Chọn ngân hàng khác."),
    "bad_account_number": gettext_noop("Số tài khoản gồm 4 đến 19 chữ số hoặc chữ cái không dấu."),
    "holder_missing": gettext_noop("Ghi tên chủ tài khoản đúng như ngân hàng ghi."),
    "partner_off": gettext_noop("Hệ thống đã ngừng đối tác này."),
    "already_connected": gettext_noop("Tài khoản này đã có kết nối báo có. Ngừng kết nối cũ trước."),
    "account_inactive": gettext_noop("Tài khoản của kết nối đã ngừng dùng. Hủy đề nghị này."),
    "nothing_to_open": gettext_noop("Đang mở rồi, không cần đề nghị."),
}


def change_text(refusal: ChangeRefusedError) -> str:
    """A refusal as a person reads it."""
    return problem_text(refusal.code, refusal.params)


def problem_text(code: str, params: dict[str, object] | None = None) -> str:
    """A stable code as a person reads it."""
    return _(_REFUSALS[code]) % {"number": "", **(params or {})}
