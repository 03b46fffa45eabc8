"""What the school's pages say about reasons and refusals of the rooms below. Codes in, Vietnamese out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from truongso.banking.public import REASONS
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong

_PAYMENTS: Mapping[str, str] = {
    "amount_not_positive": gettext_noop("Số tiền phải lớn hơn 0."),
    "no_invoice": gettext_noop("Chưa chọn phiếu để ghi tiền."),
    "shares_exceed_amount": gettext_noop("Tổng các phần lớn hơn số tiền nhận."),
    "unknown_invoice": gettext_noop("Không tìm thấy phiếu này. Tải lại trang rồi làm lại."),
    "invoice_cancelled": gettext_noop("Phiếu %(code)s đã hủy nên không nhận tiền."),
    "evidence_differs": gettext_noop(
        "Biểu mẫu này đã được dùng để ghi %(known)s. Mở lại trang phiếu để ghi khoản khác."
    ),
    "already_booked": gettext_noop("Khoản này đã được ghi rồi; không ghi lần thứ hai."),
    "unknown_evidence": gettext_noop("Không ghi được bằng chứng của khoản nộp. Tải lại trang rồi làm lại."),
    "unknown_payment": gettext_noop("Không tìm thấy khoản nộp này."),
    "already_undone": gettext_noop("Khoản nộp này đã được hoàn tác trước đó; không có gì thay đổi."),
    "reason_missing": gettext_noop("Ghi lý do hoàn tác."),
}
_LINES: Mapping[str, str] = {
    "not_matched": gettext_noop("Giao dịch ngân hàng này không còn ở trạng thái đã khớp. Tải lại trang để xem."),
    "unknown_line": gettext_noop("Không tìm thấy dòng ngân hàng của khoản nộp này."),
}


_PROCESSES: Mapping[str, str] = {
    "bank-feed": gettext_noop("kết nối ngân hàng"),
    "demo": gettext_noop("dữ liệu mẫu"),
}


def actor_name(entry: AuditEntry) -> str:
    """Who did it: the person's name, or the process in words."""
    if entry.actor_id is None and entry.actor_label in _PROCESSES:
        return _(_PROCESSES[entry.actor_label])
    return entry.actor_label


def payment_refusal(code: str, params: Mapping[str, Any]) -> str:
    """Why money was not booked or not taken back, and what to do."""
    shown = {name: str(Dong(v)) if type(v) is int else v for name, v in params.items()}
    text = (
        _PAYMENTS.get(code) or _LINES.get(code) or gettext_noop("Không làm được việc này. Tải lại trang rồi thử lại.")
    )
    return _(text) % shown


def waiting_reason(reason: Mapping[str, Any] | None) -> str:
    """Why a bank line waits for a person."""
    code = str(reason["code"]) if reason else ""
    if reason is None or code not in REASONS:
        return _("Chờ người xem và quyết định")
    try:
        return _(REASONS[code]) % dict(reason["params"])
    except KeyError:
        return _("Chờ người xem và quyết định")
