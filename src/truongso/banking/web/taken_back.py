"""Outgoing lines that take an earlier credit back: what they may undo, and a person's word that they do."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking.models import BankLine
from truongso.banking.statements.handling import suggested_handling
from truongso.banking.statements.reversals import Evidence
from truongso.banking.taken_back import REASON, candidates, give_back, take_back, to_send_back
from truongso.banking.types import Direction, LineRefusedError, LineState
from truongso.banking.web.columns import letter
from truongso.banking.web.messages import handling_text, line_text, payment_text
from truongso.kernel.db import retrying, transaction
from truongso.payments.types import PaymentRefusedError

_SHOWN = 5
_EVIDENCE = {
    Evidence.REFERENCE: gettext_lazy("cùng số tham chiếu"),
    Evidence.MEMO: gettext_lazy("nội dung nhắc lại"),
}


def taken_back_context(line: BankLine) -> dict[str, Any]:
    """For the page of a line: its suggested handling, the credits it may take back, the other half of a reversal."""
    handling = suggested_handling(line.memo, Direction(line.direction))
    says_so = line.undoes or (handling is not None and handling.code == "reversal")
    open_now = line.state == LineState.OUTGOING.value and line.reverses_id is None
    found = candidates(line)[:_SHOWN] if says_so and open_now else []
    lines = {x.pk: x for x in BankLine.objects.for_school(line.school_id).filter(pk__in=[c.credit.id for c in found])}
    sent = to_send_back(line) if open_now else []
    return {
        "to_send_back": sent,
        "may_give_back": line.reverses_id is not None,
        "handling": handling_text(handling.code) if handling else "",
        "says_reversal": says_so and open_now,
        "takes_back": [
            {"line": lines[c.credit.id], "why": [_EVIDENCE[e] for e in c.evidence]}
            for c in found
            if c.credit.id in lines
        ],
        "reversal": line.reverses or BankLine.objects.for_school(line.school_id).filter(reverses_id=line.pk).first(),
    }


def original_cells(cells: Any) -> list[tuple[str, str]]:
    """(column letter, value) of a row as received."""
    return [(letter(n), str(cell)) for n, cell in enumerate(cells) if cell not in (None, "")]


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def confirm(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Let an outgoing line take back the chosen credit."""
    rows = BankLine.objects.for_school(request.caller.school)
    line = get_object_or_404(rows, public_id=public_id)
    credit = get_object_or_404(rows, public_id=request.POST.get("bao_co", ""))
    reason = " ".join(request.POST.get("ly_do", "").split())[:300] or REASON

    def act() -> None:
        with transaction():
            take_back(line.school_id, line_id=line.pk, credit_id=credit.pk, reason=reason, actor=request.caller.actor)

    try:
        retrying(act)
    except LineRefusedError as refusal:
        messages.error(request, line_text(refusal.code, refusal.params))
    except PaymentRefusedError as refusal:
        messages.error(request, payment_text(refusal.code, refusal.params))
    except IntegrityError as error:
        if "period is closed" not in str(error):
            raise
        messages.error(request, line_text("period_closed", {}))
    else:
        messages.success(
            request,
            _("Đã ghi nhận ngân hàng thu hồi %(amount)s: khoản nộp hoàn tác, biên lai hủy.")
            % {"amount": credit.amount},
        )
    return redirect("banking:line", public_id=line.public_id)


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def give_back_view(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The outgoing line took nothing back after all."""
    rows = BankLine.objects.for_school(request.caller.school)
    line = get_object_or_404(rows, public_id=public_id)
    reason, actor = request.POST.get("ly_do", ""), request.caller.actor

    def act() -> bool:
        with transaction():
            return give_back(line.school_id, line_id=line.pk, reason=reason, actor=actor)

    try:
        is_booked = retrying(act)
    except LineRefusedError as refusal:
        messages.error(request, line_text(refusal.code, refusal.params))
    except IntegrityError as error:
        if "period is closed" not in str(error):
            raise
        messages.error(request, line_text("period_closed", {}))
    else:
        messages.success(
            request,
            _("Đã gỡ thu hồi: khoản nộp được ghi nhận lại như trước, biên lai mới.")
            if is_booked
            else _("Đã gỡ thu hồi: khoản báo có chờ xử lý lại."),
        )
    return redirect("banking:line", public_id=line.public_id)
