"""Card slips and settlement batches as workbooks."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import xlsx_response
from truongso.payments.pos.messages import BRANDS, STATES
from truongso.payments.pos.queries import slips
from truongso.payments.pos.types import CardBrand, SlipState
from truongso.payments.settlements.messages import KINDS
from truongso.payments.settlements.queries import batches
from truongso.payments.settlements.types import SourceKind


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def slip_workbook(request: AuthedRequest) -> HttpResponse:
    """Slips of a state (`trang_thai`; all without one), newest first. Of the card only its last four digits exist."""
    school = request.caller.school
    wanted = request.GET.get("trang_thai", "")
    state = SlipState(wanted) if wanted in {s.value for s in SlipState} else None
    header = [
        _("Giờ quẹt"), _("Máy"), _("Số lô"), _("Số trace"), _("Mã chuẩn chi"), _("RRN"), _("Loại thẻ"),
        _("4 số cuối thẻ"), _("Phiếu"), _("Số tiền"), _("Hạn quyết toán"), _("Trạng thái"),
    ]  # fmt: skip
    rows: list[list[ExportCell]] = [
        [
            s.paid_at, s.terminal.code, s.batch_no, s.trace, s.approval_code, s.rrn,
            str(BRANDS[CardBrand(s.card_brand)]) if s.card_brand else "", s.card_tail, s.invoice_code or "", s.amount,
            s.due_on, str(STATES[SlipState(s.slip_state)][0]),
        ]
        for s in slips(school, state=state)
    ]  # fmt: skip
    return xlsx_response(
        [SheetOut(_("Hóa đơn POS"), header, rows)], name="hoa-don-pos", action="payments:slips:export", school=school,
        actor=request.caller.actor, count=len(rows), asked=request.GET.dict(),
    )  # fmt: skip


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def batch_workbook(request: AuthedRequest) -> HttpResponse:
    """Settlement batches with fee and net, newest first; `Ngày về tài khoản` is empty while the net has not come."""
    school = request.caller.school
    header = [
        _("Ngày quyết toán"), _("Loại"), _("Nguồn"), _("Số lô"), _("Số giao dịch"), _("Chưa khớp"), _("Tổng tiền"),
        _("Phí"), _("Thực nhận"), _("Tài khoản nhận"), _("Ngày về tài khoản"),
    ]  # fmt: skip
    rows: list[list[ExportCell]] = [
        [
            b.settled_on, str(KINDS[SourceKind(b.kind)]), b.source, b.reference, b.item_count, b.open_count, b.gross,
            b.fee, b.net, b.bank_account.number if b.bank_account else "", b.paid_at,
        ]
        for b in batches(school)
    ]  # fmt: skip
    return xlsx_response(
        [SheetOut(_("Lô quyết toán"), header, rows)], name="quyet-toan", action="payments:settlements:export",
        school=school, actor=request.caller.actor, count=len(rows),
    )  # fmt: skip
