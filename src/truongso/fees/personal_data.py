"""What this room keeps of a child: what was asked for, reductions, choices."""

from __future__ import annotations

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.fees.models import Invoice
from truongso.fees.queries.choices import documents_of, exemptions_of_student
from truongso.fees.types import LineKind
from truongso.kernel.personal_data import Child, Fate, Holding, Row, Text

_SEARCH: Text = gettext_lazy("Dạng không dấu của họ tên, chỉ để tìm và xếp thứ tự.")
_VOUCHER: Text = gettext_lazy("Chứng từ kế toán: pháp luật kế toán buộc lưu nguyên văn đến hết hạn lưu.")
_SUPPORT: Text = gettext_lazy("Căn cứ của khoản đã thu, lưu cùng chứng từ; không ghi tên người.")


def _open_invoices(child: Child) -> str:
    """Money still asked for: the family must be reachable until it is settled."""
    rows = Invoice.objects.for_school(child.school_id).filter(student=child.student_id, cancelled_at=None)
    count = rows.filter(paid__lt=F("total")).count()
    return _("Còn %(count)s phiếu chưa nộp đủ: thu, giảm trừ hoặc hủy phiếu trước.") % {"count": count} if count else ""


def _exemptions(child: Child) -> list[Row]:
    """Exemptions with their proofs opened."""
    rows = exemptions_of_student(child.school_id, child.student_id)
    said = documents_of(rows)
    return [
        {
            "rule_code": one.rule_code, "document": said.get(one.pk, ""), "valid_from": one.valid_from,
            "valid_to": one.valid_to,
        }
        for one in reversed(rows)
    ]  # fmt: skip


OBSTACLES = [_open_invoices]

HOLDINGS = [
    Holding(
        "fees.Exemption", gettext_lazy("Miễn giảm"), "student",
        {
            "rule_code": gettext_lazy("Quy định"), "document": gettext_lazy("Giấy tờ"),
            "valid_from": gettext_lazy("Từ"), "valid_to": gettext_lazy("Đến"),
        },
        Fate.KEPT, _SUPPORT, read=_exemptions,
    ),
    Holding(
        "fees.OptIn", gettext_lazy("Khoản tự nguyện đã đăng ký"), "student",
        {
            "fee_item__name": gettext_lazy("Khoản"), "valid_from": gettext_lazy("Từ"),
            "valid_to": gettext_lazy("Đến"), "created_at": gettext_lazy("Ghi lúc"),
        },
        Fate.KEPT, _SUPPORT,
    ),
    Holding(
        "fees.PlannedLine", gettext_lazy("Dòng dự kiến của đợt thu chưa phát hành"), "student",
        {
            "round__name": gettext_lazy("Đợt thu"), "fee_item__name": gettext_lazy("Khoản"),
            "quantity": gettext_lazy("Số lượng"), "unit_amount": gettext_lazy("Đơn giá (đồng)"),
            "gross": gettext_lazy("Thành tiền (đồng)"), "reduction_percent": gettext_lazy("Giảm (%)"),
            "reduction": gettext_lazy("Số giảm (đồng)"), "reduction_basis": gettext_lazy("Căn cứ giảm"),
            "amount": gettext_lazy("Phải nộp (đồng)"),
        },
        Fate.KEPT, _SUPPORT,
    ),
    Holding(
        "fees.Invoice", gettext_lazy("Phiếu báo thu"), "student",
        {
            "code": gettext_lazy("Mã hóa đơn"), "reason": gettext_lazy("Lý do thanh toán"),
            "payer_name": gettext_lazy("Người nộp tiền"), "beneficiary_name": gettext_lazy("Người thụ hưởng"),
            "student_name": gettext_lazy("Học sinh"), "class_name": gettext_lazy("Lớp"),
            "total": gettext_lazy("Phải nộp (đồng)"), "paid": gettext_lazy("Đã nộp (đồng)"),
            "due_on": gettext_lazy("Hạn nộp"), "issued_at": gettext_lazy("Phát hành lúc"),
            "cancelled_at": gettext_lazy("Hủy lúc"),
        },
        Fate.KEPT, _VOUCHER, left_out={"search_fold": _SEARCH, "sort_key": _SEARCH},
    ),
    Holding(
        "fees.InvoiceLine", gettext_lazy("Dòng của phiếu báo thu"), "invoice__student",
        {
            "invoice__code": gettext_lazy("Mã hóa đơn"), "kind": gettext_lazy("Loại dòng"),
            "description": gettext_lazy("Nội dung"), "quantity": gettext_lazy("Số lượng"),
            "unit_amount": gettext_lazy("Đơn giá (đồng)"), "gross": gettext_lazy("Thành tiền (đồng)"),
            "reduction_percent": gettext_lazy("Giảm (%)"), "reduction": gettext_lazy("Số giảm (đồng)"),
            "reduction_basis": gettext_lazy("Căn cứ giảm"), "legal_basis": gettext_lazy("Căn cứ thu"),
            "amount": gettext_lazy("Phải nộp (đồng)"), "credited": gettext_lazy("Giảm trừ sau (đồng)"),
            "paid": gettext_lazy("Đã nộp (đồng)"), "created_at": gettext_lazy("Ghi lúc"),
        },
        Fate.KEPT, _VOUCHER,
        words={
            "kind": {
                LineKind.CHARGE: gettext_lazy("Khoản thu"), LineKind.EXTRA: gettext_lazy("Thêm sau"),
                LineKind.CREDIT: gettext_lazy("Giảm trừ"),
            }
        },
    ),
]  # fmt: skip

ELSEWHERE: dict[str, Text] = {}
