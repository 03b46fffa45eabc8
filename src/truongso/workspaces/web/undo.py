"""Taking a payment back from its receipt: reasoned, confirmed, by reversing entries, wherever the money came from."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking.public import LineRefusedError, undo_match
from truongso.kernel.actor import Actor
from truongso.kernel.db import retrying, transaction
from truongso.payments.public import Receipt, paper_of, undo
from truongso.payments.types import EvidenceKind, PaymentRefusedError


class UndoForm(forms.Form):
    """Why the payment is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("Lý do"),
        max_length=300,
        help_text=gettext_lazy("Ví dụ: ghi nhầm học sinh. Lý do được in trên biên lai huỷ."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def undo_payment(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Say what will happen, ask why, and undo."""
    rows = Receipt.objects.for_school(request.caller.school).select_related("payment__evidence")
    receipt: Receipt = get_object_or_404(rows.prefetch_related("cancellations"), public_id=public_id)
    form = UndoForm(request.POST or None)
    back = redirect("payments:receipt", public_id=public_id)
    if receipt.payment.reversed_at is not None:
        messages.warning(request, _("Khoản nộp này đã được hoàn tác trước đó."))
        return back
    if request.method == "POST" and form.is_valid():
        try:
            retrying(lambda: _undo(receipt, form.cleaned_data["reason"], request.caller.actor))
        except (PaymentRefusedError, LineRefusedError):
            messages.error(request, _("Không hoàn tác được: khoản nộp vừa được người khác xử lý. Tải lại trang."))
        else:
            messages.success(request, _("Đã hoàn tác khoản nộp và huỷ biên lai."))
        return back
    paper = paper_of(receipt)
    is_bank_line = receipt.payment.evidence.kind == EvidenceKind.BANK_LINE.value
    context = {"form": form, "paper": paper, "is_bank_line": is_bank_line}
    return render(request, "workspaces/undo_payment.html", context)


def _undo(receipt: Receipt, reason: str, actor: Actor) -> None:
    """A bank line goes back among the waiting ones together with its bookings; other evidence is freed alone."""
    evidence = receipt.payment.evidence
    with transaction():
        if evidence.kind == EvidenceKind.BANK_LINE.value:
            undo_match(receipt.school_id, line_id=int(evidence.reference), reason=reason, actor=actor)
        else:
            undo(receipt.school_id, payment_id=receipt.payment_id, reason=reason, actor=actor)
