"""Bank lines as a workbook."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking.models import BankLine
from truongso.banking.types import Direction
from truongso.banking.web.messages import state_text
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import xlsx_response
from truongso.kernel.ui.fields import VietnameseDateField

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


def _day(text: str) -> object:
    """The day, or None when there is none or it cannot be read."""
    try:
        return _DAY.clean(text)
    except ValidationError:
        return None
