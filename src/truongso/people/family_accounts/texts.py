"""What is said when something about an account of a family is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from truongso.people.family_accounts.types import FamilyAccountRefusedError

_REFUSALS = {
    "not_a_guardian": _("Người này không phải người giám hộ của em trong hồ sơ. Sửa hồ sơ trước."),
    "no_contact": _("Trường chưa có số điện thoại hay email để gửi. Đến trường nhận phiếu tạo tài khoản."),
    "not_studying": _("Em không còn học ở trường nên không tạo tài khoản được nữa."),
    "too_young": _("Em chưa đến năm tròn %(least)s tuổi, hoặc hồ sơ chưa có ngày sinh."),
    "no_consent": _("Chưa có sự đồng ý của người giám hộ cho tài khoản riêng của con. Ghi sự đồng ý trước."),
    "has_account": _("Đã có tài khoản. Đăng nhập bằng tài khoản đó; quên mật khẩu thì nhờ trường in phiếu mới."),
    "offer_over": _("Đường dẫn đã dùng, đã quá 72 giờ hoặc gửi tới liên hệ cũ. Nhờ trường gửi hoặc in lại."),
    "slip_alone": _("Trường không gửi đường dẫn cho người này qua tin nhắn. Đến trường nhận phiếu tạo tài khoản."),
    "own_child": _("Con và người giám hộ không dùng chung tài khoản. Đăng xuất rồi mở lại đường dẫn."),
    "not_open": _("Tài khoản này đã ngừng từ trước."),
}


def refusal(error: FamilyAccountRefusedError) -> str:
    """One sentence that says what to do."""
    return str(_REFUSALS[error.code]) % error.params
