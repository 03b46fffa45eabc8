"""Names of fields and refusals as people read them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from truongso.organizations.payment_template.types import FieldSource, TemplateRefusedError

# The letter's own words for its four fields; no department rewords them, so that families learn one form.
FIELD_NAMES: dict[FieldSource, str | Promise] = {
    FieldSource.PAYER: _("Người nộp tiền"),
    FieldSource.BENEFICIARY: _("Người thụ hưởng"),
    FieldSource.REASON: _("Lý do"),
    FieldSource.INVOICE_CODE: _("Mã hóa đơn"),
    FieldSource.PUPIL: _("Học sinh"),
    FieldSource.PUPIL_CODE: _("Mã học sinh"),
    FieldSource.CLASS: _("Lớp"),
    FieldSource.SCHOOL_YEAR: _("Năm học"),
    FieldSource.ROUND: _("Đợt thu"),
    FieldSource.DUE_DAY: _("Hạn nộp"),
    FieldSource.SCHOOL: _("Trường"),
    FieldSource.SUPPORT_PHONE: _("Điện thoại hỗ trợ"),
    FieldSource.SUPPORT_HOURS: _("Giờ hỗ trợ"),
}

_REFUSALS: dict[str, str | Promise] = {
    "not_publisher": _("Mẫu do cấp quản lý cao nhất ban hành. %(unit)s chỉ xem, không sửa được."),
    "mandatory_missing": _("Bốn thông tin bắt buộc không bỏ được; đang thiếu: %(fields)s. Giữ đủ rồi lưu lại."),
    "unknown_field": _("Danh mục không có thông tin “%(source)s”. Chọn trong danh sách rồi lưu lại."),
    "field_twice": _("Thông tin “%(source)s” được chọn hai lần. Bỏ một dòng rồi lưu lại."),
    "label_missing": _("Ghi tên hiển thị cho thông tin “%(source)s”."),
    "label_too_long": _("Tên “%(label)s” dài quá %(most)s ký tự. Viết ngắn lại."),
    "note_too_long": _("Lời giải thích của “%(label)s” dài quá %(most)s ký tự. Viết ngắn lại."),
    "too_many": _("Nhiều nhất %(most)s thông tin thêm thì phiếu in mới đủ chỗ. Bỏ bớt rồi lưu lại."),
    "no_draft": _("Không còn bản nháp: có thể đã được ban hành hoặc bỏ. Tải lại trang."),
    "date_passed": _("Chọn ngày áp dụng từ %(first)s trở đi: phiếu đã phát hành không đổi mẫu."),
    "same_day": _("Đã có một phiên bản áp dụng từ ngày %(day)s. Chọn ngày khác."),
    "nothing_new": _("Bản nháp giống hệt phiên bản đang có. Sửa rồi mới ban hành."),
}


def refusal_text(refusal: TemplateRefusedError) -> str:
    """What a refusal means and what to do."""
    text = str(_REFUSALS[refusal.code])
    return text % {name: _shown(value) for name, value in refusal.params.items()} if refusal.params else text


def _shown(value: object) -> str:
    if isinstance(value, FieldSource):
        return str(FIELD_NAMES[value])
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(_shown(one) for one in value)
    return str(value)
