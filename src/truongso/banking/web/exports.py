"""Bank lines and deposits as workbooks."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.banking.deposits.fit import links_of
from truongso.banking.models import BankLine
from truongso.banking.types import Direction
from truongso.banking.web.messages import state_text
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import xlsx_response
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.payments.public import cash_deposits

_DAY = VietnameseDateField(required=False)


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def lines(request: AuthedRequest) -> HttpResponse:
    """Bank lines of a span of days (`tu`, `den`, both optional and included), the oldest first."""
    school = request.caller.school
    rows = BankLine.objects.for_school(school).select_related("bank_account").order_by("booked_on", "pk")
    for name, condition in (("tu", "booked_on__gte"), ("den", "booked_on__lte")):
        day = _day(request.GET.get(name, ""))
        if day is not None:
            rows = rows.filter(**{condition: day})
    header = [
        _("Ngày"), _("Giờ"), _("Tài khoản"), _("Tiền vào"), _("Tiền ra"), _("Người chuyển hoặc nhận"),
        _("Tài khoản đối ứng"), _("Nội dung"), _("Số tham chiếu"), _("Số dư"), _("Trạng thái"),
    ]  # fmt: skip
    cells: list[list[ExportCell]] = [
        [
            line.booked_on, line.booked_at, line.bank_account.number,
            line.amount if line.direction == Direction.IN.value else None,
            line.amount if line.direction != Direction.IN.value else None,
            line.counter_name, line.counter_account, line.memo, line.reference, line.balance, state_text(line.state),
        ]
        for line in rows
    ]  # fmt: skip
    return xlsx_response(
        [SheetOut(_("Giao dịch"), header, cells)], name="giao-dich", action="banking:lines:export", school=school,
        actor=request.caller.actor, count=len(cells), asked=request.GET.dict(),
    )  # fmt: skip


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def deposits(request: AuthedRequest) -> HttpResponse:
    """Cash handed in to the bank with the bank line each was found on, the latest first."""
    school = request.caller.school
    found = list(cash_deposits(school.pk))
    links, people = links_of(school.pk, found), user_names(d.created_by for d in found)
    header = [
        _("Ngày nộp"), _("Số giấy nộp tiền"), _("Tài khoản"), _("Số tiền"), _("Người ghi"), _("Ngân hàng báo có ngày"),
        _("Số tham chiếu"), _("Đã huỷ lúc"), _("Lý do huỷ"),
    ]  # fmt: skip
    cells: list[list[ExportCell]] = []
    for one in found:
        link = links.get(one.pk)
        cells.append(
            [
                one.deposited_on, one.slip_number, one.bank_account.number, one.amount,
                people.get(one.created_by or 0, ""), link.line.booked_on if link else None,
                link.line.reference if link else "", one.cancelled_at, one.cancel_reason,
            ]
        )  # fmt: skip
    return xlsx_response(
        [SheetOut(_("Nộp quỹ vào ngân hàng"), header, cells)], name="nop-quy", action="banking:deposits:export",
        school=school, actor=request.caller.actor, count=len(cells),
    )  # fmt: skip


def _day(text: str) -> object:
    """The day, or None when there is none or it cannot be read."""
    try:
        return _DAY.clean(text)
    except ValidationError:
        return None
