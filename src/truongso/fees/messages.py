"""What people read when a request of this room is refused or a draft has problems: what happened and what to do."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from truongso.fees.types import FeesRefusedError, Problem
from truongso.kernel.ui.formatting import ngay

_REFUSALS = {
    "item_unnamed": gettext_noop("Nhập tên khoản thu, tối đa %(most)s ký tự."),
    "item_uncoded": gettext_noop("Mã khoản thu gồm chữ không dấu, số, dấu _ . -, tối đa %(most)s ký tự."),
    "item_code_taken": gettext_noop("Mã %(code)s đã có trong danh mục. Chọn mã khác."),
    "not_school_money": gettext_noop(
        "“%(name)s” là tiền của Ban đại diện cha mẹ học sinh, không phải khoản thu của nhà trường (Thông tư "
        "55/2011/TT-BGDĐT, điều 10), nên không lập được khoản thu này."
    ),
    "donation_is_voluntary": gettext_noop("Tài trợ phải là khoản tự nguyện. Đánh dấu “Tự nguyện” cho “%(name)s”."),
    "item_used": gettext_noop(
        "“%(name)s” đã có trên phiếu báo thu nên không đổi được loại khoản và đơn vị tính. Lập khoản thu mới."
    ),
    "no_such_item": gettext_noop("Không có khoản thu này, hoặc khoản thu đã ngừng dùng."),
    "no_such_rate": gettext_noop("Không có mức thu này."),
    "rate_not_positive": gettext_noop("Mức thu phải lớn hơn 0 đ."),
    "rate_above_cap": gettext_noop("Mức thu %(amount)s cao hơn mức trần %(cap)s. Sửa mức thu hoặc mức trần."),
    "rate_dates": gettext_noop("Ngày kết thúc phải từ ngày bắt đầu trở đi."),
    "rate_overlaps": gettext_noop(
        "Đã có mức %(amount)s cho khối này từ ngày %(day)s. Kết thúc mức đó trước, hoặc chọn khoảng ngày khác."
    ),
    "rate_used": gettext_noop(
        "Mức thu của “%(name)s” đã dùng để phát hành phiếu nên không sửa được. Kết thúc mức này và thêm mức mới."
    ),
    "rate_used_later": gettext_noop(
        "Mức này đã dùng cho đợt thu tính theo ngày %(day)s. Chọn ngày kết thúc từ đó trở đi."
    ),
    "no_such_rule": gettext_noop("Chọn đối tượng miễn giảm trong danh sách."),
    "no_such_exemption": gettext_noop("Không có hồ sơ miễn giảm này."),
    "no_such_student": gettext_noop("Không có học sinh này trong trường."),
    "dates_reversed": gettext_noop("Ngày kết thúc phải từ ngày bắt đầu trở đi."),
    "exemption_overlaps": gettext_noop("Học sinh đã có đối tượng này trong khoảng ngày đó. Kết thúc hồ sơ cũ trước."),
    "item_not_voluntary": gettext_noop("“%(name)s” không phải khoản tự nguyện, không cần đăng ký."),
    "round_unnamed": gettext_noop("Nhập tên đợt thu, tối đa %(most)s ký tự."),
    "due_before_priced": gettext_noop("Hạn nộp phải từ ngày tính mức thu trở đi."),
    "no_such_account": gettext_noop("Chọn tài khoản nhận tiền của trường."),
    "no_such_class": gettext_noop("Có lớp không thuộc trường hoặc năm học của đợt thu. Chọn lại lớp."),
    "no_such_round": gettext_noop("Không có đợt thu này."),
    "quantity_out_of_range": gettext_noop("Số lượng phải từ 1 đến %(most)s."),
    "round_not_draft": gettext_noop("Đợt thu “%(name)s” đã phát hành nên không sửa được nữa."),
    "round_not_issued": gettext_noop("Đợt thu “%(name)s” không ở trạng thái đã phát hành."),
    "already_issued": gettext_noop("Đợt thu “%(name)s” đã được phát hành. Không có phiếu nào được lập thêm."),
    "blocked": gettext_noop("Chưa phát hành được: %(problems)s"),
    "nothing_to_issue": gettext_noop("Đợt thu “%(name)s” không có học sinh nào phải nộp tiền."),
    "plan_changed": gettext_noop(
        "Dữ liệu đã thay đổi từ lúc xem trước: nay là %(invoices)s phiếu, %(amount)s. Xem lại rồi phát hành."
    ),
    "issue_unfinished": gettext_noop("Còn %(count)s phiếu chưa phát hành xong. Chờ phát hành xong rồi đóng đợt thu."),
    "period_closed": gettext_noop("Sổ kế toán của tháng này đã khóa nên không phát hành được phiếu."),
    "reason_missing": gettext_noop("Nhập lý do."),
    "amount_not_positive": gettext_noop("Số tiền phải lớn hơn 0 đ."),
    "amount_too_large": gettext_noop("Số tiền phải nhỏ hơn %(most)s. Kiểm tra lại số chữ số đã gõ."),
    "no_such_invoice": gettext_noop("Không có phiếu báo thu này."),
    "no_such_line": gettext_noop("Không có dòng này trên phiếu."),
    "invoice_cancelled": gettext_noop("Phiếu %(code)s đã hủy, không thay đổi được nữa."),
    "invoice_has_payments": gettext_noop(
        "Phiếu %(code)s đã nhận %(paid)s nên không hủy được. Hoàn tác khoản nộp trước, rồi hủy phiếu."
    ),
    "credit_above_unpaid": gettext_noop(
        "Dòng này chỉ còn %(unpaid)s chưa nộp (đã nộp %(paid)s). Muốn giảm phần đã nộp, lập đề nghị ở trang Hoàn tiền."
    ),
}

_PROBLEMS = {
    "no_items": gettext_noop("Chưa chọn khoản thu nào."),
    "no_classes": gettext_noop("Chưa chọn lớp nào."),
    "account_inactive": gettext_noop("Tài khoản nhận %(account)s đã ngừng dùng. Chọn tài khoản khác."),
    "due_past": gettext_noop("Hạn nộp %(day)s đã qua. Chọn ngày khác."),
    "item_inactive": gettext_noop("“%(item)s” đã ngừng dùng. Bỏ khoản này khỏi đợt thu."),
    "no_legal_basis": gettext_noop("“%(item)s” chưa có căn cứ thu. Bổ sung căn cứ trong danh mục khoản thu."),
    "class_empty": gettext_noop("Lớp %(class_name)s không có học sinh vào ngày tính mức thu. Bỏ lớp này hoặc xếp lớp."),
    "no_rate": gettext_noop("“%(item)s” chưa có mức thu cho khối %(grade)s vào ngày %(day)s. Thêm mức thu."),
    "nobody_chose": gettext_noop("“%(item)s” là khoản tự nguyện nhưng chưa có học sinh nào đăng ký."),
    "exemption_unproved": gettext_noop("%(count)s hồ sơ miễn giảm chưa có minh chứng."),
    "exemption_lapsed": gettext_noop("%(count)s học sinh có hồ sơ miễn giảm vừa hết hạn, sẽ tính đủ tiền."),
    "charged_this_month": gettext_noop("“%(item)s” đã thu trong tháng này ở đợt “%(round)s”."),
    "charged_this_year": gettext_noop("“%(item)s” thu theo năm, mà %(count)s học sinh đã có trong năm học này."),
}


def refusal_text(refusal: FeesRefusedError) -> str:
    """The message for a refusal, one sentence or two."""
    return _filled(_REFUSALS[refusal.code], refusal.params)


def problem_text(problem: Problem) -> str:
    """The message for a problem of a draft."""
    return _filled(_PROBLEMS[problem.code], problem.params)


def _filled(text: str, params: dict[str, Any]) -> str:
    shown = {name: _shown(value) for name, value in params.items()}
    return str(_(text) % shown)


def _shown(value: Any) -> str:
    if isinstance(value, dt.date):
        return ngay(value)
    if isinstance(value, list):
        return " ".join(problem_text(p) for p in value)
    return str(value)
