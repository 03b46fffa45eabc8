"""What waits for a second person, and hand-offs to the provider of e-invoices, as workbooks."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import xlsx_response
from truongso.payments.approvals import waiting
from truongso.payments.models import HandOff
from truongso.payments.web.refunds import number_and_kind


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def approvals(request: AuthedRequest) -> HttpResponse:
    """What the caller may decide, as the page shows it."""
    school = request.caller.school
    found = waiting(school.pk, request.caller.may)
    names = user_names(
        [
            *(r.proposed_by for r in found.refunds), *(c.counted_by for c in found.counts),
            *(c.reopen_asked_by for c in found.reopenings), *(r.created_by for r in found.reminders),
        ]
    )  # fmt: skip

    def who(pk: int | None) -> str:
        return names.get(pk or 0, "")

    rows: list[list[ExportCell]] = []
    for r in cast("list[Any]", found.refunds):  # with `families` counted
        number, kind = number_and_kind(r)
        rows.append([_("Hoàn tiền"), number, kind, r.reason, who(r.proposed_by), r.proposed_at, r.families, r.amount])
    rows += [
        [_("Kiểm quỹ"), "", _("chờ xác nhận"), "", who(c.counted_by), c.counted_at, None, c.counted]
        for c in found.counts
    ]
    for c in found.reopenings:
        asked = (who(c.reopen_asked_by), c.reopen_asked_at)
        rows.append([_("Kiểm quỹ"), "", _("đề nghị mở lại"), c.reopen_reason, *asked, None, c.counted])
    rows += [
        [_("Lời nhắc"), "", m.round.name, "", who(m.created_by), m.created_at, m.recipients, None]
        for m in found.reminders
    ]
    header = [
        _("Việc"),
        _("Số"),
        _("Nội dung"),
        _("Lý do"),
        _("Người lập"),
        _("Lập lúc"),
        _("Số gia đình"),
        _("Số tiền"),
    ]
    return xlsx_response(
        [SheetOut(_("Việc cần duyệt"), header, rows)], name="viec-can-duyet", action="payments:approvals:export",
        school=school, actor=request.caller.actor, count=len(rows),
    )  # fmt: skip


@requires(Permission.SCHOOL_EINVOICE_WRITE)
@require_safe
def handoffs(request: AuthedRequest) -> HttpResponse:
    """Every hand-off, the latest first."""
    school = request.caller.school
    found = list(HandOff.objects.for_school(school).order_by("-pk"))
    names = user_names(h.created_by for h in found)
    header = [_("Từ ngày"), _("Đến ngày"), _("Chứng từ"), _("Số tiền"), _("Lập lúc"), _("Người lập")]
    rows: list[list[ExportCell]] = [
        [h.first, h.last, h.rows, h.amount, h.created_at, names.get(h.created_by or 0, "")] for h in found
    ]
    return xlsx_response(
        [SheetOut(_("Các lần bàn giao"), header, rows)], name="ban-giao-hoa-don", action="payments:handoffs:export",
        school=school, actor=request.caller.actor, count=len(rows),
    )  # fmt: skip
