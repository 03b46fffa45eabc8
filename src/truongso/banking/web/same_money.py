"""A sum that was told twice: the bill payment, the line that may be its money, and the person's word."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking.batches import same_money
from truongso.banking.batches.same_money import Question
from truongso.banking.models import BankLine
from truongso.banking.types import LineRefusedError
from truongso.banking.web.messages import line_text, payment_text, state_text
from truongso.kernel.db import retrying, transaction
from truongso.payments.public import BillTransaction
from truongso.payments.types import PaymentRefusedError


@requires(Permission.SCHOOL_MATCH_READ)
@require_safe
def questions(request: AuthedRequest) -> HttpResponse:
    """Bill payments whose money may be booked already, each with the lines it may be."""
    found = same_money.questions(request.caller.school.pk)
    context = {
        "waiting": [_shown(q) for q in found if not q.is_decided],
        "decided": [_shown(q) for q in found if q.is_decided],
        "may_decide": request.caller.may(Permission.SCHOOL_MATCH_DECIDE),
    }
    return render(request, "banking/same_money.html", context)


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def decide(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Say that a line is the money of a payment, or that it is not; either can be put right later."""
    school, actor = request.caller.school, request.caller.actor
    row = get_object_or_404(BillTransaction.objects.for_school(school), public_id=public_id)
    chosen = BankLine.objects.for_school(school).filter(public_id=request.POST.get("dong", "")).first()

    def act() -> None:
        with transaction():
            if chosen is not None:
                same_money.is_same(school.pk, transaction_id=row.pk, line_id=chosen.pk, actor=actor)
            else:
                same_money.is_other(school.pk, transaction_id=row.pk, actor=actor)

    if chosen is None and request.POST.get("viec") != "khac":
        messages.error(request, _("Chọn dòng sao kê là tiền của giao dịch, hoặc chọn “Hai khoản khác nhau”."))
        return redirect("banking:same_money")
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
        messages.success(request, _done(row, is_same=chosen is not None))
    return redirect("banking:same_money")


def _done(row: BillTransaction, *, is_same: bool) -> str:
    if is_same:
        said = _("Đã ghi là một khoản: tiền tính một lần theo giao dịch thu hộ %(number)s. Sai thì gỡ ở dòng sao kê.")
    else:
        said = _("Đã ghi là hai khoản: giao dịch thu hộ %(number)s đã vào sổ. Nếu nhầm, vẫn sửa lại được ở đây.")
    return said % {"number": row.transaction_id}


def _shown(question: Question) -> dict[str, Any]:
    return {
        "row": question.transaction,
        "codes": [item["invoice_code"] for item in question.transaction.items],
        "lines": [{"line": line, "state": state_text(line.state)} for line in question.lines],
        "is_held": not question.transaction.was_booked,
    }
