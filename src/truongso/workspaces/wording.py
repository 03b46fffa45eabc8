"""What the school's pages say about reasons and refusals of the rooms below. Codes in, Vietnamese out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from truongso.banking.public import REASONS
from truongso.fees.types import FeeUnit
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong

_PAYMENTS: Mapping[str, str] = {
    "amount_not_positive": gettext_noop("Số tiền phải lớn hơn 0."),
    "no_invoice": gettext_noop("Chưa chọn phiếu để ghi tiền."),
    "shares_exceed_amount": gettext_noop("Tổng các phần lớn hơn số tiền nhận."),
    "unknown_invoice": gettext_noop("Không tìm thấy phiếu này. Tải lại trang rồi làm lại."),
    "too_many_invoices": gettext_noop("Một biên lai ghi được nhiều nhất 12 phiếu. Bỏ bớt phiếu, thu làm hai lần."),
    "several_families": gettext_noop("Các phiếu này của nhiều gia đình. Thu từng gia đình để mỗi nhà có biên lai."),
    "owed_changed": gettext_noop(
        "Phiếu %(code)s vừa thay đổi, nay còn phải nộp %(owed)s: có thể quầy khác vừa thu hoặc tiền chuyển khoản vừa "
        "về. Xem lại số tiền rồi thu."
    ),
    "nothing_owed": gettext_noop("Các dòng đã chọn không còn phải nộp. Không thu thêm."),
    "above_owed": gettext_noop(
        "Ghi thu nhiều hơn số phải nộp %(over)s. Sửa ô Ghi thu, hoặc đánh dấu nhận cả phần thừa vào số dư gia đình."
    ),
    "partial_not_allowed": gettext_noop(
        "Đợt thu của phiếu %(code)s không nhận nộp một phần. Thu đủ phiếu, hoặc bỏ phiếu này ra."
    ),
    "given_less": gettext_noop(
        "Khách đưa %(given)s, ít hơn %(amount)s cần thu. Xin thêm tiền; nếu thu một phần, ghi số thu vào ô Ghi thu."
    ),
    "change_large": gettext_noop(
        "Tiền trả lại %(change)s lớn hơn tờ 500.000 đ: có thể gõ thừa số 0. Sửa ô Khách đưa, hoặc đánh dấu là đúng."
    ),
    "payment_settled": gettext_noop(
        "Tiền này đã về tài khoản nhà trường nên không hoàn tác được. Chuyển sang phiếu đúng, hoặc đề nghị hoàn tiền."
    ),
    "payment_refunded": gettext_noop("Khoản nộp này đã hoàn trả %(refunded)s nên không hoàn tác được."),
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


_CLAIMS: Mapping[str, str] = {
    "reference_short": gettext_noop("Số giao dịch quá ngắn. Chép đủ mã giao dịch trong app ngân hàng."),
    "amount_not_positive": gettext_noop("Số tiền phải lớn hơn 0."),
    "bad_day": gettext_noop("Ngày chuyển không thể ở tương lai hoặc quá một năm trước. Ghi lại ngày."),
    "too_many": gettext_noop("Hôm nay đã báo %(most)s lần cho phiếu này. Mai báo tiếp, hoặc gọi tổ hỗ trợ."),
    "not_open": gettext_noop("Lời báo này đã kết thúc; không có gì thay đổi. Tải lại trang để xem."),
    "answer_missing": gettext_noop("Ghi câu trả lời cho gia đình."),
}
_GATEWAYS: Mapping[str, str] = {
    "channel_inactive": gettext_noop("Cổng này không còn nhận nộp mới. Chọn cách khác."),
    "invoice_cancelled": gettext_noop("Phiếu này đã hủy nên không nhận tiền."),
    "amount_exceeds_debt": gettext_noop("Số tiền còn phải nộp vừa thay đổi. Xem lại số tiền rồi nộp."),
    "amount_outside_limits": gettext_noop("Số tiền này nằm ngoài giới hạn của cổng. Quét mã QR để nộp."),
    "gateway_unreachable": gettext_noop("Cổng chưa trả lời, chưa có khoản nào bị trừ. Quét mã QR, hoặc thử lại sau."),
    "gateway_refused": gettext_noop("Cổng thanh toán từ chối mở giao dịch, chưa có khoản nào bị trừ. Chọn cách khác."),
}


UNITS = {
    FeeUnit.MONTH: gettext_lazy("tháng"),
    FeeUnit.DAY: gettext_lazy("ngày"),
    FeeUnit.SEMESTER: gettext_lazy("học kỳ"),
    FeeUnit.YEAR: gettext_lazy("năm"),
    FeeUnit.ONCE: gettext_lazy("lần"),
}


_PROCESSES: Mapping[str, str] = {
    "bank-feed": gettext_noop("kết nối ngân hàng"),
    "demo": gettext_noop("dữ liệu mẫu"),
    "family": gettext_noop("gia đình"),
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


def claim_refusal(code: str, params: Mapping[str, Any]) -> str:
    """Why a claim or an answer was not taken."""
    return _(_CLAIMS.get(code, gettext_noop("Không gửi được. Tải lại trang rồi thử lại."))) % dict(params)


def gateway_refusal(code: str) -> str:
    """Why no order was opened at a gateway, and what to do instead."""
    return _(_GATEWAYS.get(code, gettext_noop("Không mở được giao dịch, chưa có khoản nào bị trừ. Quét mã QR để nộp.")))


def waiting_reason(reason: Mapping[str, Any] | None) -> str:
    """Why a bank line waits for a person."""
    code = str(reason["code"]) if reason else ""
    if reason is None or code not in REASONS:
        return _("Chờ người xem và quyết định")
    try:
        return _(REASONS[code]) % dict(reason["params"])
    except KeyError:
        return _("Chờ người xem và quyết định")
