"""What a refusal of accounts says to people."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from truongso.accounts.labels import role_name
from truongso.accounts.types import AccountRefusedError, Role
from truongso.kernel.sheets import SheetError
from truongso.kernel.ui.formatting import ngay, ngay_gio

_TEXTS: dict[str, str | Promise] = {
    "bad_username": _("Tên đăng nhập “%(name)s” chưa hợp lệ: chỉ dùng chữ thường không dấu, chữ số, dấu chấm."),
    "username_taken": _("Tên đăng nhập “%(name)s” đã có người dùng. Chọn tên khác."),
    "bad_email": _("Địa chỉ email “%(email)s” chưa đúng."),
    "email_taken": _("Email “%(email)s” đã thuộc một tài khoản. Mỗi người một tài khoản."),
    "bad_dates": _("Ngày kết thúc phải sau ngày bắt đầu."),
    "role_here": _("Người này đã có vai trò %(role)s trong thời gian đó."),
    "roles_conflict": _(
        "Một người không thể vừa là %(role)s vừa là %(other)s ở cùng trường: kế toán, thủ quỹ, hiệu trưởng và quản trị "
        "phải là những người khác nhau."
    ),
    "wrong_place": _("Vai trò %(role)s không thuộc về trường."),
    "has_other_places": _("Người này còn vai trò ở nơi khác. Nhờ cơ quan quản lý chung làm việc này."),
    "own_account": _("Không tự làm việc này với tài khoản của chính mình. Nhờ người khác có quyền."),
    "already_open": _("Đã có đề nghị như vậy đang chờ người thứ hai."),
    "already_decided": _("Đề nghị này đã được xử lý lúc %(at)s."),
    "same_person": _("Người đề nghị không tự duyệt. Nhờ người thứ hai."),
    "needs_approver": _("Cần hiệu trưởng hoặc cơ quan quản lý là một trong hai người."),
    "reason_missing": _("Ghi lý do."),
    "ended": _("Vai trò này đã kết thúc ngày %(day)s."),
    "last_day_past": _("Ngày cuối không thể trước hôm qua hoặc trước ngày bắt đầu."),
    "ends_earlier": _("Vai trò này đã hẹn hết ngày %(day)s. Muốn giữ lâu hơn, trao vai trò từ hôm sau ngày đó."),
    "nothing_to_reset": _("Người này chưa có lớp xác thực thứ hai."),
    "right_lost": _("Quyền của thầy/cô, anh/chị vừa bị dừng nên việc này không làm được nữa. Tải lại trang."),
    "no_change": _("Tài khoản đã ở trạng thái đó."),
    "list_applied": _("Danh sách này đã nhập lúc %(at)s."),
    "list_changed": _("Danh sách người dùng của trường vừa thay đổi. Xem lại rồi nhập."),
    "list_empty": _("Tệp không có dòng nào dưới tên cột."),
    "list_no_header": _("Chưa thấy cột “Họ và tên” và “Vai trò”. Tải tệp mẫu, chép dữ liệu vào rồi tải lên lại."),
    "list_too_long": _("Tệp có hơn %(most)s dòng. Chia thành nhiều tệp."),
    "review_open": _("Đang có một đợt rà soát, hạn %(day)s. Xong đợt đó rồi mở đợt mới."),
    "review_classes": _("Chọn ít nhất một loại tài khoản."),
    "review_nobody": _("Không có tài khoản nào thuộc loại đã chọn."),
    "review_closed": _("Đợt rà soát đã hết hạn ngày %(day)s. Tài khoản bị tạm khóa được mở lại ở trang Người dùng."),
    "review_signed": _("Kết quả đã ký lúc %(at)s, không sửa được nữa."),
    "review_waits": _("Còn %(count)s tài khoản chưa rà soát hoặc chờ người thứ hai. Xong hết rồi ký."),
    "already_reviewed": _("Tài khoản này đã có quyết định trong đợt. Mở lại ở trang Người dùng nếu cần."),
    "last_keeper": _(
        "Đây là %(role)s cuối cùng đăng nhập được ở đơn vị: tạm khóa thì không ai mở lại được cho người khác. "
        "Thêm người thay trước."
    ),
    "owner_unknown": _("Chọn người giữ là nhân sự đang làm việc ở trường."),
    "owner_personal": _(
        "Tài khoản cá nhân không chuyển cho người khác. Tạm khóa tài khoản này và thêm người mới ở trang Người dùng."
    ),
    "leak_empty": _("Tệp không có dòng nào là email, tên đăng nhập hoặc số điện thoại."),
    "leak_too_long": _("Tệp có hơn %(most)s dòng. Chia thành nhiều tệp."),
    "leak_handled": _("Danh sách này đã xử lý lúc %(at)s."),
    "leak_nobody": _("Không có tài khoản nào trong danh sách thuộc đơn vị."),
    "leak_bad_row": _("Không phải email, tên đăng nhập hay số điện thoại."),
    "leak_twice": _("Đã có ở dòng trên."),
    "policy_past": _("Ngày áp dụng từ hôm nay trở đi."),
    "policy_bounds": _("“%(field)s” phải từ %(least)s đến %(most)s."),
    "policy_roles": _("Người quản lý tiền, quyền hoặc hỗ trợ kỹ thuật luôn phải có lớp thứ hai."),
    "policy_weaker": _("Cấp trên đã quy định chặt hơn ở: %(fields)s. Ở đây chỉ được chặt hơn, không được lỏng hơn."),
    "support_not_here": _("Vai trò hỗ trợ hoặc vận hành của người này không gồm trường này."),
    "support_areas": _("Chọn ít nhất một phần cần xem."),
    "support_hours": _("Phép hỗ trợ từ 1 đến %(most)s giờ."),
    "support_over": _("Phép hỗ trợ này đã kết thúc. Gửi đề nghị mới nếu còn cần."),
    "support_school": _("Chưa có trường nào mang mã “%(code)s”. Xem lại mã trường."),
    "bad_name": _("Họ và tên “%(name)s” chưa đúng."),
    "bad_role": _("Vai trò “%(name)s” chưa có. Dùng: Hiệu trưởng, Kế toán, Thủ quỹ, Quản trị, Giáo viên chủ nhiệm, "
                  "Giáo viên bộ môn, Hỗ trợ kỹ thuật."),
    "bad_date": _("Ngày “%(name)s” chưa đúng. Ghi dạng 05/09/2026."),
    "unreadable": _("Không đọc được tệp này. Lưu lại thành XLSX hoặc CSV rồi tải lên."),
}  # fmt: skip


def refusal_text(refusal: AccountRefusedError) -> str:
    """The one sentence of a refusal."""
    return str(_TEXTS[refusal.code]) % {name: _shown(value) for name, value in refusal.params.items()}


def fault_text(code: str, value: str) -> str:
    """Why a row of a list cannot be taken."""
    return str(_TEXTS[code]) % {"name": value, "email": value, "day": value}


def sheet_text(refusal: SheetError) -> str:
    """Why a file cannot be read."""
    if refusal.code == "too_large":
        return str(_("Tệp lớn quá 2 MB. Xóa hình ảnh và các trang thừa rồi tải lại."))
    return str(_TEXTS["unreadable"])


def _shown(value: Any) -> Any:
    if isinstance(value, Role):
        return role_name(value)
    if hasattr(value, "hour"):
        return ngay_gio(value)
    return ngay(value) if hasattr(value, "year") else value
