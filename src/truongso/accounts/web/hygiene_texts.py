"""Words of account hygiene as people read them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from truongso.accounts.hygiene.types import AccountClass, AccountState, LeakOutcome, ReviewDecision

CLASSES: dict[AccountClass, Any] = {
    AccountClass.STAFF: _("Nhân sự"),
    AccountClass.SHARED: _("Dùng chung của đơn vị"),
    AccountClass.PARENT: _("Phụ huynh"),
    AccountClass.PUPIL: _("Học sinh"),
}
# State → (words, kind of the pill).
STATES: dict[AccountState, tuple[Any, str]] = {
    AccountState.ACTIVE: (_("Đang dùng"), "ok"),
    AccountState.NEW: (_("Chưa kích hoạt"), "warn"),
    AccountState.CHANGE: (_("Phải đổi mật khẩu"), "warn"),
    AccountState.RESET: (_("Cần phiếu kích hoạt"), "warn"),
    AccountState.SUSPENDED: (_("Tạm khóa"), "bad"),
    AccountState.LEFT: (_("Hết vai trò"), ""),
}
FACTORS = {"key": _("khóa, vân tay"), "app": _("ứng dụng"), "sheet": _("phiếu mã")}
GAPS: dict[str, Any] = {
    "factor": _("Thiếu lớp thứ hai"),
    "password": _("Mật khẩu quá hạn đổi"),
    "unused": _("Lâu không dùng"),
    "warned": _("Sắp bị tạm khóa"),
    "rules": _("Chưa đọc quy định email"),
    "left": _("Đã hết vai trò"),
}
DECISIONS: dict[ReviewDecision, tuple[Any, str]] = {
    ReviewDecision.CONFIRMED: (_("Xác nhận"), "ok"),
    ReviewDecision.DISABLED: (_("Tạm khóa"), "bad"),
    ReviewDecision.OWNER_CHANGED: (_("Đổi người giữ"), "info"),
    ReviewDecision.EXPIRED: (_("Quá hạn, tạm khóa"), "bad"),
    ReviewDecision.SPARED: (_("Giữ: người cuối cùng"), "warn"),
    ReviewDecision.ELSEWHERE: (_("Giữ: có nơi khác"), "warn"),
}
OUTCOMES: dict[LeakOutcome, tuple[Any, str]] = {
    LeakOutcome.LINK: (_("Cần phiếu kích hoạt"), "warn"),
    LeakOutcome.CHANGE: (_("Phải đổi mật khẩu"), "warn"),
    LeakOutcome.SIGNED_OUT: (_("Đã đăng xuất"), "ok"),
}
