"""Settlement batches and the bank's net credit: found from either side, linked, taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking.batches import fit, services
from truongso.banking.line_acts import entry_day
from truongso.banking.models import BankLine
from truongso.banking.types import LineRefusedError, LineState
from truongso.banking.web.messages import line_text
from truongso.kernel.db import retrying, transaction
from truongso.payments.public import SettlementBatch, settlement_batches


def batch_context(line: BankLine) -> dict[str, Any]:
    """What a line's page says about settlement: the batches it pays, or those it may pay."""
    if line.state == LineState.SETTLED.value:
        return {"batch_links": fit.links_of_line(line), "batch_suggestions": []}
    return {"batch_links": [], "batch_suggestions": fit.batches_for(line)}


@requires(Permission.SCHOOL_MATCH_READ)
@require_GET
def batch_bank(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The bank's credit of a batch, or the credits it may be."""
    rows = settlement_batches(request.caller.school)
    batch: SettlementBatch = get_object_or_404(rows, public_id=public_id)
    context = {
        "batch": batch,
        "link": fit.link_of_batch(batch),
        "suggestions": fit.lines_for(batch),
        "may_decide": request.caller.may(Permission.SCHOOL_MATCH_DECIDE),
    }
    return render(request, "banking/batch_bank.html", context)


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def link(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Say that a line pays the chosen batches."""
    line = _line(request, public_id)
    rows = settlement_batches(line.school_id).filter(public_id__in=request.POST.getlist("lo")[:50])
    ids = list(rows.values_list("pk", flat=True))
    actor = request.caller.actor
    if _done(request, lambda: services.link(line.school_id, line_id=line.pk, batch_ids=ids, actor=actor)):
        messages.success(request, _("Đã khớp tiền về với bảng quyết toán; phí đã ghi vào chi phí.") + _late(line))
    return redirect("banking:line", line.public_id)


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def unlink(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Take a wrong link back; line and batches wait again."""
    line, reason = _line(request, public_id), request.POST.get("ly_do", "")
    actor = request.caller.actor
    if _done(request, lambda: services.unlink(line.school_id, line_id=line.pk, reason=reason, actor=actor)):
        messages.success(request, _("Đã gỡ khớp bằng bút toán đảo; giao dịch và lô chờ khớp lại."))
    return redirect("banking:line", line.public_id)


def _late(line: BankLine) -> str:
    """What to know when the month of the line was closed before."""
    if entry_day(line) == line.booked_on:
        return ""
    text = _(" Tháng %(month)s đã khóa sổ nên bút toán ghi vào hôm nay; số liệu đã khóa không đổi.")
    return text % {"month": f"{line.booked_on:%m/%Y}"}


def _done(request: AuthedRequest, act: Callable[[], object]) -> bool:
    def once() -> None:
        with transaction():
            act()

    try:
        retrying(once)
    except LineRefusedError as refusal:
        messages.error(request, line_text(refusal.code, refusal.params))
        return False
    except IntegrityError as error:
        if "period is closed" not in str(error):
            raise
        messages.error(request, line_text("period_closed", {}))
        return False
    return True


def _line(request: AuthedRequest, public_id: str) -> BankLine:
    rows = BankLine.objects.for_school(request.caller.school).select_related("bank_account")
    line: BankLine = get_object_or_404(rows, public_id=public_id)
    return line
