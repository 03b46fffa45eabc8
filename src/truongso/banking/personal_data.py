"""What this room keeps of a child: lines of the bank that paid for it, what the family reported and was asked."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.banking.models import BankLine
from truongso.kernel.masking import masked_address, masked_name
from truongso.kernel.personal_data import Child, Fate, Holding, Row, Text

_VOUCHER: Text = gettext_lazy("Chứng từ kế toán: pháp luật kế toán buộc lưu nguyên văn đến hết hạn lưu.")
_SUPPORT: Text = gettext_lazy("Lời trao đổi về khoản tiền, lưu cùng chứng từ.")
_OF_CHILD = "decisions__payment__allocations__invoice__student"


def _if_alone(value: Any, row: Row, child: Child) -> Any:
    """The value, when all money of the line was booked for this child."""
    lines = BankLine.objects.for_school(child.school_id).filter(pk=row["pk"])
    students = set(lines.values_list(_OF_CHILD, flat=True)) - {None, child.student_id}
    return _("không in: gồm cả phần của con khác") if students else value


def _tail(value: Any, _row: Row, _child: Child) -> str:
    return masked_address(str(value)) if value else ""


def _initials(value: Any, _row: Row, _child: Child) -> str:
    return masked_name(str(value or ""))


HOLDINGS = [
    Holding(
        "banking.BankLine", gettext_lazy("Dòng sao kê đã nhận cho em"), _OF_CHILD,
        {
            "booked_on": gettext_lazy("Ngày"), "reference": gettext_lazy("Số tham chiếu"),
            "amount": gettext_lazy("Số tiền (đồng)"), "memo": gettext_lazy("Nội dung chuyển khoản"),
            "counter_name": gettext_lazy("Người chuyển"), "counter_account": gettext_lazy("Tài khoản người chuyển"),
            "counter_bank": gettext_lazy("Ngân hàng người chuyển"),
            "virtual_account": gettext_lazy("Số tài khoản riêng"),
        },
        Fate.KEPT, _VOUCHER,
        left_out={
            "direction": gettext_lazy("Luôn là tiền vào."),
            "balance": gettext_lazy("Số dư tài khoản của trường."),
        },
        shown={
            "amount": _if_alone, "memo": _if_alone, "counter_name": _initials, "counter_account": _tail,
        },
    ),
    Holding(
        "banking.PaymentClaim", gettext_lazy("Lời báo đã nộp"), "invoice__student",
        {
            "created_at": gettext_lazy("Báo lúc"), "invoice__code": gettext_lazy("Mã hóa đơn"),
            "reference": gettext_lazy("Số tham chiếu"), "amount": gettext_lazy("Số tiền (đồng)"),
            "paid_on": gettext_lazy("Ngày chuyển"), "payer_name": gettext_lazy("Người chuyển"),
            "state": gettext_lazy("Trạng thái"), "closed_at": gettext_lazy("Xong lúc"),
        },
        Fate.KEPT, _SUPPORT,
        left_out={"reference_key": gettext_lazy("Dạng so sánh của số tham chiếu, chỉ để tìm.")},
    ),
    Holding(
        "banking.ClaimMessage", gettext_lazy("Trả lời của trường về lời báo đã nộp"), "claim__invoice__student",
        {"created_at": gettext_lazy("Lúc"), "text": gettext_lazy("Nội dung")}, Fate.KEPT, _SUPPORT,
    ),
    Holding(
        "banking.LineQuestion", gettext_lazy("Câu hỏi của trường về một khoản chuyển"), "student",
        {
            "asked_at": gettext_lazy("Hỏi lúc"), "state": gettext_lazy("Trạng thái"),
            "answered_at": gettext_lazy("Trả lời lúc"), "note": gettext_lazy("Gia đình ghi"),
        },
        Fate.KEPT, _SUPPORT,
    ),
    Holding(
        "banking.ForgottenPayer", gettext_lazy("Người nộp mà máy đã bỏ nhớ"), "student",
        {
            "payer_name": gettext_lazy("Tên"), "payer_account": gettext_lazy("Tài khoản"),
            "forgotten_at": gettext_lazy("Lúc"),
        },
        Fate.KEPT, gettext_lazy("Giữ để máy không nhớ lại; tên và số tài khoản là của chứng từ đã lưu."),
        left_out={"reason": gettext_lazy("Lời ghi nội bộ, có thể nêu tên người khác.")},
        shown={"payer_name": _initials, "payer_account": _tail},
    ),
]  # fmt: skip

_MACHINE: Text = gettext_lazy("Việc đối soát nội bộ: có tên học sinh khác được cân nhắc; kết quả ở Khoản nộp.")
ELSEWHERE: dict[str, Text] = {
    "banking.MatchDecision": _MACHINE,
    "banking.LineAct": _MACHINE,
    "banking.LineActRow": _MACHINE,
    "banking.Aside": _MACHINE,
    "banking.StatementRow": gettext_lazy("Ô gốc của tệp sao kê; phần của em ở Dòng sao kê đã nhận cho em."),
    "banking.FeedSighting": gettext_lazy("Chỉ là số của thông báo; phần của em ở Dòng sao kê đã nhận cho em."),
}
