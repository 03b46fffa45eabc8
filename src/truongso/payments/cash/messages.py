"""What people read when something about cash cannot be done. Codes in, Vietnamese out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from truongso.kernel.money import Dong
from truongso.payments.cash.types import CashRefusedError

REFUSALS: Mapping[str, str] = {
    "day_locked": gettext_noop(
        "Quỹ tiền mặt đã khóa sổ đến hết ngày %(day)s nên không thu, không chi và không hoàn tác tiền mặt của những "
        "ngày đó được. Làm vào ngày sau, hoặc đề nghị mở lại sổ quỹ."
    ),
    "not_enough_cash": gettext_noop(
        "Trong quỹ chỉ còn %(there)s, không đủ %(amount)s. Kiểm tra lại số tiền, hoặc chi khi quỹ có đủ."
    ),
    "needs_person": gettext_noop("Việc này phải do một người đăng nhập làm."),
    "future_day": gettext_noop("Ngày này chưa đến. Chọn hôm nay hoặc một ngày trước."),
    "unknown_denomination": gettext_noop("Có mệnh giá không dùng. Tải lại trang rồi đếm lại."),
    "bad_pieces": gettext_noop("Số tờ phải từ 0 đến 100.000. Xem lại các ô số tờ."),
    "later_cash": gettext_noop(
        "Đã có thu chi tiền mặt ngày %(day)s, nên số đếm bây giờ không còn là của ngày này. Kiểm quỹ ngày %(day)s: "
        "khóa sổ ngày đó là khóa cả những ngày trước."
    ),
    "reason_missing": gettext_noop("Số đếm lệch sổ %(difference)s. Ghi lý do chênh lệch rồi ký lại."),
    "why_missing": gettext_noop("Ghi lý do, để sau này ai xem cũng hiểu."),
    "unknown_count": gettext_noop("Không có lần kiểm quỹ này."),
    "not_signed": gettext_noop("Lần kiểm quỹ này đã được người khác xử lý. Tải lại trang để xem."),
    "not_confirmed": gettext_noop("Lần kiểm quỹ này không còn ở trạng thái đã xác nhận. Tải lại trang để xem."),
    "same_person": gettext_noop("Việc này cần người thứ hai: người đã ký hoặc đã đề nghị thì không tự xác nhận được."),
    "not_last_day": gettext_noop("Chỉ mở lại được ngày khóa sổ gần nhất. Mở lại các ngày sau trước."),
    "asked_before": gettext_noop("Đã có đề nghị mở lại ngày này. Chờ người thứ hai đồng ý."),
    "not_asked": gettext_noop("Chưa ai đề nghị mở lại ngày này."),
    "amount_not_positive": gettext_noop("Số tiền phải lớn hơn 0."),
    "slip_missing": gettext_noop("Ghi số giấy nộp tiền của ngân hàng."),
    "slip_known": gettext_noop("Giấy nộp tiền số %(slip)s đã ghi rồi. Kiểm tra lại số trên giấy."),
    "unknown_account": gettext_noop("Chọn một tài khoản của trường."),
    "unknown_deposit": gettext_noop("Không có khoản nộp quỹ này."),
    "cancelled_before": gettext_noop("Khoản nộp quỹ này đã hủy trước đó; không có gì thay đổi."),
    "period_closed": gettext_noop(
        "Sổ của tháng này, hoặc sổ quỹ đã được hiệu trưởng ký, đã khóa nên chưa ghi được. "
        "Mở lại ở trang Khóa sổ rồi làm tiếp."
    ),
}
_AMOUNTS = frozenset({"there", "amount", "difference"})


def cash_refusal_text(refusal: CashRefusedError) -> str:
    """Why it cannot be done, and what to do."""
    return _(REFUSALS[refusal.code]) % {name: _shown(name, value) for name, value in refusal.params.items()}


def _shown(name: str, value: Any) -> str:
    if name in _AMOUNTS:
        return str(Dong(int(value)))
    if name == "day":
        return f"{dt.date.fromisoformat(str(value)):%d/%m/%Y}"
    return str(value)
