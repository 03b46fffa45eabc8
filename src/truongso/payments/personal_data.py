"""What this room keeps of a child: payments, receipts, refunds, and by which way they came.

One payment may settle invoices of several children: what belongs to the whole is shown only when it is of one child;
each child's part stands in the allocations.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.fees.public import Invoice
from truongso.kernel.masking import masked_address, masked_name
from truongso.kernel.personal_data import Child, Fate, Holding, Row, Show, Text
from truongso.payments.credit.queries import credit_of_families
from truongso.payments.models import Allocation, RefundItem
from truongso.payments.receipt_paper import METHODS
from truongso.payments.refunds.types import ItemState
from truongso.people.public import Student, erased_pupils

_VOUCHER: Text = gettext_lazy("Chứng từ kế toán: pháp luật kế toán buộc lưu nguyên văn đến hết hạn lưu.")
_SUPPORT: Text = gettext_lazy("Tài liệu kèm chứng từ thu, lưu cùng chứng từ.")
_INSIDE: Text = gettext_lazy("Lời ghi nội bộ, có thể nêu tên người khác.")
_SHARED: Text = gettext_lazy("Có thể gồm phần của con khác; phần của em ở mục Phần tiền đã ghi cho em.")
_OF_CHILD = "allocations__invoice__student"
_CODE: Text = gettext_lazy("Mã hóa đơn")
_AMOUNT: Text = gettext_lazy("Số tiền (đồng)")


def _if_alone(to_row: str) -> Show:
    """The value, when all money behind the row is this child's; `to_row` leads from an allocation to the row."""

    def show(value: Any, row: Row, child: Child) -> Any:
        money = Allocation.objects.for_school(child.school_id).filter(**{to_row: row["pk"]})
        if money.exclude(invoice__student=child.student_id).exists():
            return _("không in: gồm cả phần của con khác")
        return value

    return show


def _only_own(value: Any, _row: Row, child: Child) -> Any:
    """A receipt's content without what it says of other children's invoices."""
    codes = set(Invoice.objects.for_school(child.school_id).filter(student=child.student_id).values_list("code"))
    parts = [one for one in value["invoices"] if (one["code"],) in codes]
    if len(parts) == len(value["invoices"]):
        return value
    kept = {name: value[name] for name in ("payer_name", "beneficiary_name", "method", "received_at", "school")}
    return {**kept, "invoices": parts}


def _tail(value: Any, _row: Row, _child: Child) -> str:
    """An account number's end: the payer may be somebody else than who asks."""
    return masked_address(str(value)) if value else ""


def _initials(value: Any, _row: Row, _child: Child) -> str:
    return masked_name(str(value or ""))


def _whole(to_row: str, *names: str) -> Mapping[str, Show]:
    return dict.fromkeys(names, _if_alone(to_row))


def _owed_back(child: Child) -> str:
    """Money of the family that the school still has: who cannot be reached cannot be paid back. A brother or sister at
    the school keeps it reachable."""
    family = Student.objects.for_school(child.school_id).filter(family_id=child.family_id)
    family = family.exclude(pk__in=erased_pupils(child.school_id))
    credit = credit_of_families(child.school_id, [child.family_id]).get(child.family_id)
    if credit is None or family.exclude(pk=child.student_id).exists():
        return ""
    return _("Gia đình còn %(amount)s nộp thừa: hoàn lại trước.") % {"amount": credit}


def _open_refunds(child: Child) -> str:
    """Refunds that are decided or on their way."""
    rows = RefundItem.objects.for_school(child.school_id).filter(parts__invoice__student=child.student_id)
    count = rows.filter(state__in=_UNDER_WAY).distinct().count()
    return _("Còn %(count)s khoản hoàn tiền chưa xong: chi trả hoặc bỏ trước.") % {"count": count} if count else ""


_UNDER_WAY = [ItemState.PROPOSED.value, ItemState.DUE.value, ItemState.SENT.value]
OBSTACLES = [_owed_back, _open_refunds]

HOLDINGS = [
    Holding(
        "payments.Allocation", gettext_lazy("Phần tiền đã ghi cho em"), "invoice__student",
        {
            "invoice__code": _CODE, "line__description": gettext_lazy("Khoản"), "amount": _AMOUNT,
            "reverses_id": gettext_lazy("Đảo dòng"), "created_at": gettext_lazy("Ghi lúc"),
            "payment__public_id": gettext_lazy("Khoản nộp"),
        },
        Fate.KEPT, _VOUCHER,
    ),
    Holding(
        "payments.Payment", gettext_lazy("Khoản nộp"), _OF_CHILD,
        {
            "public_id": gettext_lazy("Mã trong hệ thống"), "received_at": gettext_lazy("Nhận tiền lúc"),
            "method": gettext_lazy("Hình thức"), "payer_name": gettext_lazy("Người nộp tiền"), "amount": _AMOUNT,
            "allocated": gettext_lazy("Đã ghi vào phiếu (đồng)"), "credited": gettext_lazy("Nộp thừa (đồng)"),
            "refunded": gettext_lazy("Đã hoàn (đồng)"), "reason": gettext_lazy("Lý do"),
            "invoice_code": _CODE, "reversed_at": gettext_lazy("Hoàn tác lúc"),
        },
        Fate.KEPT, _VOUCHER, words={"method": {one.value: word for one, word in METHODS.items()}},
        shown=_whole("payment", "amount", "allocated", "credited", "refunded", "reason", "invoice_code"),
    ),
    Holding(
        "payments.Evidence", gettext_lazy("Bằng chứng của khoản nộp"), f"payments__{_OF_CHILD}",
        {
            "occurred_at": gettext_lazy("Lúc"), "kind": gettext_lazy("Loại"), "source": gettext_lazy("Nguồn"),
            "reference": gettext_lazy("Số tham chiếu"), "amount": _AMOUNT, "used": gettext_lazy("Đã dùng (đồng)"),
            "payer_name": gettext_lazy("Người chuyển"), "payer_account": gettext_lazy("Tài khoản người chuyển"),
        },
        Fate.KEPT, _VOUCHER,
        shown={**_whole("payment__evidence", "amount", "used"), "payer_name": _initials, "payer_account": _tail},
    ),
    Holding(
        "payments.CreditEntry", gettext_lazy("Tiền nộp thừa theo phiếu của em"), "invoice__student",
        {
            "invoice__code": _CODE, "kind": gettext_lazy("Loại"), "amount": _AMOUNT,
            "created_at": gettext_lazy("Ghi lúc"),
        },
        Fate.KEPT, _VOUCHER,
    ),
    Holding(
        "payments.PaymentReversal", gettext_lazy("Hoàn tác khoản nộp"), f"payment__{_OF_CHILD}",
        {"payment__public_id": gettext_lazy("Khoản nộp"), "created_at": gettext_lazy("Lúc")},
        Fate.KEPT, _VOUCHER, left_out={"reason": _INSIDE},
    ),
    Holding(
        "payments.Receipt", gettext_lazy("Biên lai"), f"payment__{_OF_CHILD}",
        {
            "year": gettext_lazy("Năm"), "book": gettext_lazy("Quyển"), "number": gettext_lazy("Số"),
            "issued_at": gettext_lazy("Phát hành lúc"), "content": gettext_lazy("Nội dung"),
        },
        Fate.KEPT, _VOUCHER, shown={"content": _only_own},
    ),
    Holding(
        "payments.ReceiptCancellation", gettext_lazy("Hủy biên lai"), f"receipt__payment__{_OF_CHILD}",
        {"receipt__number": gettext_lazy("Biên lai số"), "created_at": gettext_lazy("Lúc")},
        Fate.KEPT, _VOUCHER, left_out={"reason": _INSIDE},
    ),
    Holding(
        "payments.HandOffRow", gettext_lazy("Bàn giao hóa đơn điện tử"), f"receipt__payment__{_OF_CHILD}",
        {
            "code": gettext_lazy("Mã dòng"), "kind": gettext_lazy("Loại"), "document": gettext_lazy("Chứng từ"),
            "created_at": gettext_lazy("Lúc"),
        },
        Fate.KEPT, _VOUCHER,
        left_out={"content": gettext_lazy("Chép từ biên lai, đã in ở mục Biên lai."), "amount": _SHARED},
    ),
    Holding(
        "payments.Attempt", gettext_lazy("Giao dịch qua cổng"), "shares__invoice__student",
        {
            "created_at": gettext_lazy("Lúc"), "channel__provider": gettext_lazy("Cổng"),
            "reference": gettext_lazy("Số tham chiếu"), "gateway_id": gettext_lazy("Mã của cổng"),
            "transaction_id": gettext_lazy("Mã giao dịch"), "state": gettext_lazy("Trạng thái"),
        },
        Fate.KEPT, _SUPPORT,
        left_out={
            "amount": _SHARED, "received": _SHARED,
            "pay_url": gettext_lazy("Đường dẫn trả tiền dùng một lần, đã hết hạn."),
        },
    ),
    Holding(
        "payments.AttemptShare", gettext_lazy("Phần của em trong giao dịch qua cổng"), "invoice__student",
        {"attempt__reference": gettext_lazy("Số tham chiếu"), "invoice__code": _CODE, "amount": _AMOUNT},
        Fate.KEPT, _SUPPORT,
    ),
    Holding(
        "payments.AttemptMoney", gettext_lazy("Tiền cổng báo đã nhận"), "attempt__shares__invoice__student",
        {"transaction_id": gettext_lazy("Mã giao dịch"), "paid_at": gettext_lazy("Lúc")},
        Fate.KEPT, _SUPPORT, left_out={"amount": _SHARED},
    ),
    Holding(
        "payments.InvoiceGroup", gettext_lazy("Mã nộp chung"), "members__invoice__student",
        {"code": gettext_lazy("Mã"), "created_at": gettext_lazy("Lập lúc")}, Fate.KEPT, _SUPPORT,
    ),
    Holding(
        "payments.PosSlip", gettext_lazy("Hóa đơn máy POS"), f"evidence__payments__{_OF_CHILD}",
        {
            "paid_at": gettext_lazy("Lúc"), "approval_code": gettext_lazy("Mã chuẩn chi"), "rrn": gettext_lazy("RRN"),
            "trace": gettext_lazy("Trace"), "card_tail": gettext_lazy("Bốn số cuối của thẻ"),
            "card_brand": gettext_lazy("Loại thẻ"),
        },
        Fate.KEPT, _VOUCHER, left_out={"amount": _SHARED},
    ),
    Holding(
        "payments.RefundItem", gettext_lazy("Hoàn tiền"), "parts__invoice__student",
        {
            "code": gettext_lazy("Mã"), "way": gettext_lazy("Cách trả"), "state": gettext_lazy("Trạng thái"),
            "bank_bin": gettext_lazy("Ngân hàng nhận"), "account_number": gettext_lazy("Tài khoản nhận"),
            "account_name": gettext_lazy("Chủ tài khoản nhận"),
        },
        Fate.KEPT, _VOUCHER,
        left_out={
            "amount": _SHARED, "lowered": _SHARED, "student_name": _SHARED, "class_name": _SHARED,
            "invoice_codes": _SHARED,
        },
        shown={"account_number": _tail, "account_name": _initials},
    ),
    Holding(
        "payments.RefundPart", gettext_lazy("Phần hoàn của em"), "invoice__student",
        {
            "item__code": gettext_lazy("Mã hoàn"), "invoice__code": _CODE, "amount": _AMOUNT,
            "surplus": gettext_lazy("Trong đó nộp thừa (đồng)"),
        },
        Fate.KEPT, _VOUCHER,
    ),
    Holding(
        "payments.RefundPayout", gettext_lazy("Lần chi hoàn"), "item__parts__invoice__student",
        {
            "occurred_on": gettext_lazy("Ngày"), "kind": gettext_lazy("Việc"), "way": gettext_lazy("Cách trả"),
            "reference": gettext_lazy("Số tham chiếu"),
        },
        Fate.KEPT, _VOUCHER, left_out={"amount": _SHARED, "note": _INSIDE},
    ),
    Holding(
        "payments.RefundVoucher", gettext_lazy("Phiếu chi hoàn"), "payout__item__parts__invoice__student",
        {
            "year": gettext_lazy("Năm"), "number": gettext_lazy("Số"), "recipient_name": gettext_lazy("Người nhận"),
            "issued_at": gettext_lazy("Lúc"),
        },
        Fate.KEPT, _VOUCHER, shown={"recipient_name": _initials},
    ),
    Holding(
        "payments.RefundAccount", gettext_lazy("Tài khoản gia đình nhận hoàn tiền"), "family",
        {
            "bank_bin": gettext_lazy("Ngân hàng"), "number": gettext_lazy("Số tài khoản"),
            "holder_name": gettext_lazy("Chủ tài khoản"), "created_at": gettext_lazy("Ghi lúc"),
        },
        Fate.KEPT, _SUPPORT, of_family=True, shown={"number": _tail, "holder_name": _initials},
    ),
    Holding(
        "payments.ReminderTarget", gettext_lazy("Lần nhắc nộp"), "invoice__student",
        {
            "created_at": gettext_lazy("Lúc"), "invoice__code": _CODE, "way": gettext_lazy("Cách nhắc"),
            "owed": gettext_lazy("Còn phải nộp khi đó (đồng)"),
        },
        Fate.KEPT, _SUPPORT,
    ),
    Holding(
        "payments.VirtualAccount", gettext_lazy("Số tài khoản riêng của em"), "student",
        {
            "bank_bin": gettext_lazy("Ngân hàng"), "number": gettext_lazy("Số"), "assigned_on": gettext_lazy("Từ"),
            "released_on": gettext_lazy("Thôi dùng"),
        },
        Fate.KEPT, gettext_lazy("Ngân hàng còn có thể nhận tiền vào số này; số không cấp cho người khác."),
        left_out={"release_reason": _INSIDE},
    ),
    Holding(
        "payments.InvoiceNumber", gettext_lazy("Số tài khoản riêng của phiếu"), "invoice__student",
        {"invoice__code": _CODE, "bank_bin": gettext_lazy("Ngân hàng"), "number": gettext_lazy("Số")},
        Fate.KEPT, _SUPPORT,
    ),
]  # fmt: skip

_MANY: Text = gettext_lazy("Bảng kê của nhiều gia đình; phần của em ở các mục tiền của em.")
ELSEWHERE: dict[str, Text] = {
    "payments.BillTransaction": gettext_lazy("Sổ gốc của ngân hàng thu hộ; phần của em ở Khoản nộp và Bằng chứng."),
    "payments.BillReconciliation": _MANY,
    "payments.CreditMove": gettext_lazy("Việc chuyển tiền; kết quả ở Phần tiền đã ghi cho em và Tiền nộp thừa."),
    "payments.GroupedInvoice": gettext_lazy("Chỉ là khóa nối phiếu với mã nộp chung."),
    "payments.PrintRun": gettext_lazy("Việc in, tự xóa sau vài ngày."),
    "payments.PrintPart": gettext_lazy("Tệp in, tự xóa sau vài ngày."),
    "payments.RefundRequest": _MANY,
    "payments.RefundDecision": _MANY,
    "payments.RefundFile": _MANY,
    "payments.PortalWord": gettext_lazy("Việc kiểm tra nội bộ ở cổng của đối tác, không ghi tên người."),
    "payments.SettlementFile": _MANY,
    "payments.SettlementItem": gettext_lazy("Sổ gốc của đối tác; phần của em ở Khoản nộp và Bằng chứng."),
    "payments.ReceiptSignature": gettext_lazy("Chữ ký số của biên lai, không nói gì về người."),
    "payments.VirtualAccountList": _MANY,
}
