"""Cash taken at the counter, and payments taken back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking.public import LineRefusedError, undo_match
from truongso.fees.public import Invoice
from truongso.kernel.db import retrying, transaction
from truongso.kernel.ids import new_public_id
from truongso.kernel.ui.formatting import dong
from truongso.payments.public import Payment, undo
from truongso.payments.types import EvidenceKind, PaymentRefusedError
from truongso.workspaces.counter import CashTaken, take_cash
from truongso.workspaces.trail import bank_line_of
from truongso.workspaces.web.forms import CashForm, UndoForm
from truongso.workspaces.web.school import invoice_or_404, may_undo, payment_or_404
from truongso.workspaces.wording import payment_refusal


@requires(Permission.SCHOOL_PAYMENT_BOOK)
@require_http_methods(["GET", "POST"])
def cash(request: AuthedRequest, code: str) -> HttpResponse:
    """Book cash on an invoice; pressing the button again shows the payment booked before."""
    invoice = invoice_or_404(request, code)
    outstanding = invoice.total - invoice.paid
    initial = {"amount": outstanding, "payer_name": invoice.payer_name, "token": new_public_id()}
    form = CashForm(request.POST or None, outstanding=outstanding, initial=initial)
    if request.method == "POST":
        repeated = _pressed_before(request, invoice)
        if repeated is not None:
            return _booked(request, invoice, CashTaken(repeated, is_repeat=True))
        if form.is_valid():
            taken = _take(request, form, invoice)
            if taken is not None:
                return _booked(request, invoice, taken)
    context = {"form": form, "invoice": invoice, "outstanding": outstanding}
    return render(request, "workspaces/school/cash.html", context, status=400 if form.errors else 200)


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


def _take(request: AuthedRequest, form: CashForm, invoice: Invoice) -> CashTaken | None:
    data = form.cleaned_data

    def book() -> CashTaken:
        with transaction():
            return take_cash(
                invoice, token=data["token"], amount=data["amount"], payer_name=data["payer_name"],
                actor=request.caller.actor,
            )  # fmt: skip

    try:
        return retrying(book)
    except PaymentRefusedError as refusal:
        form.add_error(None, payment_refusal(refusal.code, refusal.params))
        return None


def _pressed_before(request: AuthedRequest, invoice: Invoice) -> Payment | None:
    """The payment this very form has booked: asked before anything else, as the sum owed has changed since."""
    token = request.POST.get("token", "")[:26]
    cash_receipts = Payment.objects.for_school(invoice.school_id).filter(
        evidence__kind=EvidenceKind.CASH_RECEIPT.value, evidence__reference=token
    )
    return cash_receipts.first() if token else None


def _booked(request: AuthedRequest, invoice: Invoice, taken: CashTaken) -> HttpResponse:
    amount = dong(taken.payment.amount)
    if taken.is_repeat:
        messages.info(request, _("Biểu mẫu này đã ghi %(amount)s rồi; không ghi lần thứ hai.") % {"amount": amount})
    else:
        invoice.refresh_from_db(fields=["paid", "total"])
        left = invoice.total - invoice.paid
        text = _("Đã ghi thu %(amount)s.") if not left else _("Đã ghi thu %(amount)s; phiếu còn thiếu %(left)s.")
        messages.success(request, text % {"amount": amount, "left": dong(left)})
    return redirect("workspaces:payment", taken.payment.public_id)


def _undo(request: AuthedRequest, form: UndoForm, payment: Payment) -> bool:
    reason, actor = form.cleaned_data["reason"], request.caller.actor

    def act() -> None:
        with transaction():
            if payment.evidence.kind == EvidenceKind.BANK_LINE.value:
                line_id = int(payment.evidence.reference)
                undo_match(payment.school_id, line_id=line_id, reason=reason, actor=actor)
            else:
                undo(payment.school_id, payment_id=payment.pk, reason=reason, actor=actor)

    try:
        retrying(act)
    except (PaymentRefusedError, LineRefusedError) as refusal:
        form.add_error(None, payment_refusal(refusal.code, refusal.params))
        return False
    return True
