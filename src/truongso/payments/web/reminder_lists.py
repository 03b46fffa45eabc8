"""Lists beside reminders: families that stopped them, and workbooks of reminders and of whom each one reached."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel.masking import masked_address
from truongso.kernel.sheet_writer import ExportCell, SheetOut, share
from truongso.kernel.ui.downloads import xlsx_response
from truongso.messaging.public import problem_text, stopped
from truongso.payments.reminders.messages import STATES, WAYS
from truongso.payments.reminders.queries import effects, reminders, targets
from truongso.payments.reminders.types import ReminderState, Way
from truongso.people.public import Addressee, addressees

_NOBODY = Addressee((), ())


@requires(Permission.SCHOOL_REMINDER_READ)
@require_safe
def stopped_list(request: AuthedRequest) -> HttpResponse:
    """Who wants no reminders, by the link in a message or through the school."""
    context = {"rows": _stopped(request), "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ)}
    return render(request, "payments/reminder_stopped.html", context)


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def stopped_workbook(request: AuthedRequest) -> HttpResponse:
    """The same as a workbook, addresses masked as on the page."""
    rows: list[list[ExportCell]] = [
        [row["names"], row["pupils"], row["address"], row["ways"], row["since"]] for row in _stopped(request)
    ]
    header = [_("Người giám hộ"), _("Học sinh"), _("Địa chỉ"), _("Ngừng qua"), _("Từ lúc")]
    return xlsx_response(
        [SheetOut(_("Đã ngừng nhận tin"), header, rows)], name="da-ngung-nhan-tin",
        action="payments:reminders:stopped_export", school=request.caller.school, actor=request.caller.actor,
        count=len(rows),
    )  # fmt: skip


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def reminder_workbook(request: AuthedRequest) -> HttpResponse:
    """Every reminder with what it brought within seven days."""
    school = request.caller.school
    found = list(reminders(school.pk))
    brought = effects(school.pk, found)
    rows: list[list[ExportCell]] = []
    for one in found:
        effect = brought[one.pk]
        rows.append(
            [
                one.round.name, ", ".join(one.class_names) or _("cả trường"), one.send_at, one.sent_at,
                str(STATES[ReminderState(one.state)][0]), one.recipients, effect.reminded, effect.settled,
                share(effect.settled, effect.reminded), effect.owed, effect.paid,
                share(int(effect.paid), int(effect.owed)),
            ]
        )  # fmt: skip
    header = [
        _("Đợt thu"), _("Lớp"), _("Hẹn gửi"), _("Đã gửi"), _("Trạng thái"), _("Số tin dự kiến"), _("Phiếu đã nhắc"),
        _("Nộp đủ trong 7 ngày"), _("Tỷ lệ phiếu"), _("Số còn nợ khi nhắc"), _("Tiền về trong 7 ngày"),
        _("Tỷ lệ tiền"),
    ]  # fmt: skip
    return xlsx_response(
        [SheetOut(_("Các lần nhắc"), header, rows)], name="nhac-nop", action="payments:reminders:export",
        school=school, actor=request.caller.actor, count=len(rows),
    )  # fmt: skip


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def target_workbook(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Whom one reminder reached by which way, and what is still owed."""
    school = request.caller.school
    found = get_object_or_404(reminders(school.pk), public_id=public_id)
    rows: list[list[ExportCell]] = [
        [
            one.invoice.class_name, one.invoice.student_name, one.invoice.code, str(WAYS[Way(one.way)]), one.owed,
            one.delivery.finished_at if one.delivery else None,
            problem_text(one.delivery.problem) if one.delivery else "", one.invoice.total - one.invoice.paid,
        ]
        for one in targets(found)
    ]  # fmt: skip
    header = [
        _("Lớp"), _("Học sinh"), _("Phiếu"), _("Qua"), _("Còn nợ khi nhắc"), _("Gửi lúc"), _("Chưa gửi được vì"),
        _("Còn nợ nay"),
    ]  # fmt: skip
    return xlsx_response(
        [SheetOut(_("Đã nhắc ai"), header, rows)], name="da-nhac-ai", action="payments:reminders:targets_export",
        school=school, actor=request.caller.actor, count=len(rows), asked={"reminder": public_id},
    )  # fmt: skip


def _stopped(request: AuthedRequest) -> list[dict[str, Any]]:
    school_id = request.caller.school.pk
    found = stopped(school_id)
    people = addressees(school_id, [one.address for one in found])
    rows: list[dict[str, Any]] = []
    for one in found:
        whose = people.get(one.address, _NOBODY)
        rows.append(
            {
                "names": ", ".join(whose.names), "pupils": ", ".join(whose.pupils), "since": one.since,
                "address": masked_address(one.address), "ways": ", ".join(str(WAYS[Way(k.value)]) for k in one.kinds),
            }
        )  # fmt: skip
    return rows
