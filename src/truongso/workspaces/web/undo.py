"""Payments taken back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking.public import LineRefusedError, undo_match
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.ui.formatting import dong
from truongso.payments.public import CashRefusedError, Payment, cash_refusal_text, is_settled, require_cash, undo
from truongso.payments.types import EvidenceKind, Method, PaymentRefusedError
from truongso.workspaces.trail import bank_line_of
from truongso.workspaces.web.forms import UndoForm
from truongso.workspaces.web.school import may_undo, payment_or_404
from truongso.workspaces.wording import payment_refusal


@requires(Permission.SCHOOL_PAYMENT_BOOK)
@require_http_methods(["GET", "POST"])
def undo_payment(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Take a payment back with a reason; a bank line waits for a decision again."""
    payment = payment_or_404(request, public_id)
    if payment.reversed_at is not None:
        messages.info(request, payment_refusal("already_undone", {}))
        return redirect("workspaces:payment", public_id)
    if not may_undo(request, payment):
        raise PermissionDenied
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _undo(request, form, payment):
        messages.success(request, _("Đã hoàn tác %(amount)s; biên lai đã hủy.") % {"amount": dong(payment.amount)})
        return redirect("workspaces:payment", public_id)
    context = {"form": form, "payment": payment, "line": bank_line_of(payment)}
    return render(request, "workspaces/school/undo.html", context, status=400 if form.errors else 200)


def _undo(request: AuthedRequest, form: UndoForm, payment: Payment) -> bool:
    reason, actor = form.cleaned_data["reason"], request.caller.actor

    def act() -> None:
        with transaction():
            if payment.evidence.kind == EvidenceKind.BANK_LINE.value:
                line_id = int(payment.evidence.reference)
                undo_match(payment.school_id, line_id=line_id, reason=reason, actor=actor)
                return
            if is_settled(payment.school_id, payment.evidence_id):  # it lies on the school's account: moved or refunded
                raise PaymentRefusedError("payment_settled")
            if payment.method == Method.CASH.value:  # the payer gets the notes back: they must lie in the box, today
                require_cash(payment.school_id, amount=payment.amount, day=clock.today())
            undo(payment.school_id, payment_id=payment.pk, reason=reason, actor=actor)

    try:
        retrying(act)
    except (PaymentRefusedError, LineRefusedError) as refusal:
        form.add_error(None, payment_refusal(refusal.code, refusal.params))
        return False
    except CashRefusedError as refusal:
        form.add_error(None, cash_refusal_text(refusal))
        return False
    except IntegrityError as error:
        if "period is closed" not in str(error):
            raise
        form.add_error(None, cash_refusal_text(CashRefusedError("period_closed")))
        return False
    return True
