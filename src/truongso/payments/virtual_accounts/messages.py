"""What people read about numbers that cannot be given as wished."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from truongso.payments.virtual_accounts.types import RuleKind

KINDS: dict[RuleKind, str | Promise] = {
    RuleKind.PUPIL_CODE: _("Mỗi học sinh một số: đầu số + mã học sinh"),
    RuleKind.SEQUENCE: _("Mỗi học sinh một số: đầu số + số thứ tự"),
    RuleKind.INVOICE_CODE: _("Mỗi phiếu một số: đầu số + mã hóa đơn"),
    RuleKind.INVOICE_SEQUENCE: _("Mỗi phiếu một số: đầu số + số thứ tự"),
}
_TEXTS: dict[str, str | Promise] = {
    "bad_number": _(
        "Số “%(number)s” không hợp lệ: cần 6 đến 19 chữ cái không dấu và chữ số. "
        "Số lấy từ Excel phải ở cột định dạng văn bản (Text), Excel chỉ giữ đúng 15 chữ số."
    ),
    "own_account": _("%(number)s là số tài khoản chính của trường, không cấp riêng cho học sinh được."),
    "number_taken": _("Số %(number)s đang cấp cho học sinh khác."),
    "not_of_rule": _(
        "Số %(number)s không đúng đầu số hoặc độ dài đã duyệt của ngân hàng. "
        "Kiểm tra lại số; muốn đổi đầu số thì lập đề nghị để người thứ hai duyệt."
    ),
    "number_was_others": _("Số %(number)s từng cấp cho học sinh khác, tiền nộp muộn sẽ nhầm người. Cấp số khác."),
    "pupil_has_one": _("Học sinh đã có số tài khoản riêng khác. Thu hồi hoặc thay số ở trang số đó."),
    "unknown_pupil": _("Không tìm thấy học sinh này trong trường. Kiểm tra mã, tên và lớp."),
    "unknown_account": _("Tài khoản nhận tiền này không còn dùng. Chọn tài khoản đang dùng."),
    "not_active": _("Số này đã được thu hồi trước đó. Tải lại trang."),
    "same_number": _("Số mới giống số đang dùng. Nhập số khác."),
    "reason_missing": _("Ghi lý do thu hồi hoặc thay số."),
    "bad_prefix": _("Đầu số cần 2 đến 12 chữ cái không dấu và chữ số, đúng như ngân hàng cấp."),
    "bad_digits": _("Số ký tự sau đầu số từ %(least)s đến %(most)s."),
    "code_digits": _("Đầu số + mã hóa đơn: số ký tự sau đầu số phải là %(length)s, đúng độ dài mã hóa đơn."),
    "number_of_invoice": _("Số %(number)s đã cấp cho một phiếu thu, không cấp lại được."),
    "rule_per_invoice": _("Tài khoản này cấp số theo từng phiếu, không cấp cho học sinh. Muốn đổi thì lập đề nghị."),
    "rule_per_pupil": _("Tài khoản này cấp số cho học sinh, không cấp theo phiếu. Muốn đổi thì lập đề nghị."),
    "no_rule": _(
        "Chưa có đầu số của ngân hàng được duyệt cho tài khoản này. Lập đề nghị đầu số để người thứ hai duyệt."
    ),
    "no_room": _("Đầu số và phần sau dài quá 19 ký tự. Giảm số ký tự sau đầu số."),
    "nothing_to_assign": _("Không còn học sinh nào cần cấp số theo quy tắc này."),
    "no_columns": _("Tệp cần một cột số tài khoản định danh và một cột mã học sinh hoặc họ tên. Xem lại dòng tiêu đề."),
    "no_rows": _("Dưới dòng tiêu đề không có học sinh nào."),
    "too_many_rows": _("Tệp có quá %(most)s dòng. Chia nhỏ rồi tải lên."),
    "already_applied": _("Danh sách này đã được cấp số trước đó."),
    "nothing_accepted": _("Không dòng nào cấp được số. Sửa tệp rồi tải lên lại."),
    "pupil_unclear": _("Có %(count)s học sinh cùng tên. Thêm mã học sinh hoặc lớp vào tệp."),
    "pupil_without_code": _("Học sinh chưa có mã. Ghi mã ở trang học sinh rồi cấp lại."),
    "row_twice": _("Trùng học sinh hoặc số với dòng %(first)s."),
}


def virtual_account_text(code: str, params: dict[str, Any]) -> str:
    """What a refusal means and what to do."""
    text = str(_TEXTS[code])
    return text % params if params else text
