"""Banks of the bill service as a workbook: partners, what each brought, and the days compared with their lists."""

from __future__ import annotations

from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import xlsx_response
from truongso.organizations.public import School
from truongso.payments.bills.messages import CHANNELS, RECONCILE_STATES, STATES
from truongso.payments.bills.models import BillPartner, BillReconciliation, BillService, BillTransaction
from truongso.payments.bills.types import BillChannel, BillState, ReconcileState


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def workbook(request: AuthedRequest) -> HttpResponse:
    """Three sheets: partners of the school, their transactions (latest first), days compared."""
    school = request.caller.school
    partners, moved, days = _partners(school), _transactions(school), _days(school)
    return xlsx_response(
        [partners, moved, days], name="thu-ho-ngan-hang", action="payments:bills:export", school=school,
        actor=request.caller.actor, count=len(list(moved.rows)),
    )  # fmt: skip


def _partners(school: School) -> SheetOut:
    booked = Q(state=BillState.BOOKED.value)
    sums = {
        row["partner_id"]: row
        for row in BillTransaction.objects.for_school(school)
        .values("partner_id")
        .annotate(n=Count("pk", filter=booked), value=Sum("amount", filter=booked))
        .order_by()
    }
    on = dict(BillService.objects.for_school(school).values_list("partner_id", "is_active"))
    rows: list[list[ExportCell]] = []
    for one in BillPartner.objects.filter(pk__in={*sums, *on}).order_by("name"):
        found = sums.get(one.pk, {})
        value = found.get("value")
        rows.append(
            [
                one.name, one.code, one.bank_bin, _("đang mở") if on.get(one.pk) and one.is_active else _("đang tắt"),
                found.get("n", 0), Dong(int(value)) if value else ZERO, one.last_call_at, one.refused_calls,
                one.last_refused_at,
            ]
        )  # fmt: skip
    header = [
        _("Ngân hàng"), _("Mã"), _("Mã BIN"), _("Trạng thái"), _("Số giao dịch đã ghi"), _("Số tiền đã ghi"),
        _("Gọi lần cuối"), _("Số lần bị từ chối"), _("Bị từ chối lần cuối"),
    ]  # fmt: skip
    return SheetOut(_("Ngân hàng thu hộ"), header, rows)


def _transactions(school: School) -> SheetOut:
    found = BillTransaction.objects.for_school(school).select_related("partner").order_by("-paid_on", "-pk")
    rows: list[list[ExportCell]] = [
        [
            one.paid_on, one.partner.name, one.transaction_id, str(CHANNELS[BillChannel(one.channel)]) if one.channel
            else "", ", ".join(item["invoice_code"] for item in one.items), one.payer_name, one.amount,
            str(STATES[BillState(one.state)]), one.reversed_at, one.reversal_reason,
        ]
        for one in found
    ]  # fmt: skip
    header = [
        _("Ngày nộp"), _("Ngân hàng"), _("Mã giao dịch"), _("Kênh"), _("Phiếu"), _("Người nộp"), _("Số tiền"),
        _("Trạng thái"), _("Huỷ lúc"), _("Lý do huỷ"),
    ]  # fmt: skip
    return SheetOut(_("Giao dịch"), header, rows)


def _days(school: School) -> SheetOut:
    found = BillReconciliation.objects.for_school(school).select_related("partner").order_by("-day", "partner_id")
    rows: list[list[ExportCell]] = [
        [
            one.day, one.partner.name, one.listed_total, one.our_total, len(one.differences),
            str(RECONCILE_STATES[ReconcileState(one.state)]), one.explanation, one.explained_at,
        ]
        for one in found
    ]  # fmt: skip
    header = [
        _("Ngày"), _("Ngân hàng"), _("Ngân hàng báo"), _("Hệ thống"), _("Số chỗ lệch"), _("Kết quả"), _("Giải thích"),
        _("Giải thích lúc"),
    ]  # fmt: skip
    return SheetOut(_("Đối chiếu ngày"), header, rows)
