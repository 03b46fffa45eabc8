"""The family's other pages under the same address: history and receipts, and “I have paid”."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from truongso.accounts.public import role_name
from truongso.banking.public import ClaimRefusedError, make_claim
from truongso.banking.types import ClaimState
from truongso.fees.public import Invoice
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.limits import Limit, client_of, count, is_spent
from truongso.people.public import Looked, accesses_of_family, seen_text
from truongso.workspaces.family_history import history_of
from truongso.workspaces.payment_page import payment_page
from truongso.workspaces.web.family_door import Door, door_of_invoice
from truongso.workspaces.web.family_forms import ClaimForm
from truongso.workspaces.web.family_proof import (
    OpenForm,
    confirm_first,
    has_confirmed,
    is_proven,
    signed_in_guardian,
)
from truongso.workspaces.web.misses import guarded
from truongso.workspaces.web.parent import FAMILY, of_current_invoice, of_invoice, school_context
from truongso.workspaces.web.ways import FAMILY_ACTOR
from truongso.workspaces.wording import claim_refusal

_ACCESSES = 100
"""The latest openings a family sees."""
LOOK_TRIES = Limit("look_tries", 10, 3600)
"""Tries to open that list from one place, and for one family, in an hour."""
WRONG_CLAIMS = Limit("claims", 10, 600)
"""Claims that found nothing, from one place in ten minutes."""


@FAMILY
@require_safe
@gzip_page
@of_current_invoice
def history(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """All invoices of the household at this school, with receipts to open and to download."""
    context = {"invoice": invoice, "years": history_of(invoice), **school_context(invoice.school)}
    return render(request, "workspaces/parent/history.html", context)


@FAMILY
@require_http_methods(["GET", "HEAD", "POST"])
@gzip_page
@of_current_invoice
def accesses(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """Who looked, by the link of an invoice."""
    return accesses_page(request, door_of_invoice(invoice))


def accesses_page(request: HttpRequest, door: Door) -> HttpResponse:
    """Who at the school opened sensitive data of this family's children, when and why.

    The reasons tell of health and hardship, so the link for paying alone does not open it; a guardian who is signed in
    reads of the own child.
    """
    student = door.student
    form = OpenForm(request.POST if request.method == "POST" else None)
    found: list[Looked] | None = None
    if signed_in_guardian(request, student) is not None:
        if not has_confirmed(request):
            return confirm_first(request)
        found = accesses_of_family(student.school_id, student.family_id, _ACCESSES, student_id=student.pk)
    elif form.is_valid() and is_proven(request, form, student, tries=LOOK_TRIES):
        found = accesses_of_family(student.school_id, student.family_id, _ACCESSES)
    rows = None
    if found is not None:
        rows = [{"entry": one, "role": role_name(one.role), "seen": seen_text(one.seen)} for one in found]
    context = {"form": form, "rows": rows, **door.context}
    status = 422 if rows is None and form.errors else 200
    return guarded(render(request, "workspaces/parent/accesses.html", context, status=status))


@FAMILY
@require_http_methods(["GET", "HEAD", "POST"])
@of_invoice
def claim(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """“I have paid”: looked for at once; found, booked, or a case with a due time."""
    page = payment_page(invoice)
    form = ClaimForm(
        request.POST if request.method == "POST" else None,
        initial={"amount": page.outstanding, "paid_on": clock.today(), "payer_name": invoice.payer_name},
    )
    if request.method == "POST" and form.is_valid():
        if is_spent(WRONG_CLAIMS, client_of(request)):
            form.add_error(None, _("Đã thử quá nhiều lần. Chờ 10 phút rồi thử lại, hoặc gọi tổ hỗ trợ."))
        elif _claimed(request, invoice, form):
            return redirect("workspaces:pay_claim", invoice.public_id)
    context = {"page": page, "invoice": invoice, "form": form, **school_context(invoice.school)}
    status = 200 if not form.errors else 422
    return guarded(render(request, "workspaces/parent/claim.html", context, status=status))


def _claimed(request: HttpRequest, invoice: Invoice, form: ClaimForm) -> bool:
    data = form.cleaned_data

    def make() -> str:
        with transaction():
            made = make_claim(
                invoice, reference=data["reference"], amount=data["amount"], paid_on=data["paid_on"],
                payer_name=data["payer_name"], answer_days=invoice.school.answer_days, actor=FAMILY_ACTOR,
            )  # fmt: skip
        return made.state

    try:
        state = retrying(make)
    except ClaimRefusedError as refusal:
        form.add_error(None, claim_refusal(refusal.code, refusal.params))
        return False
    if state == ClaimState.OPEN.value:
        count(WRONG_CLAIMS, client_of(request))
        messages.info(request, _("Chưa thấy khoản tiền này. Nhà trường đã nhận lời báo và sẽ trả lời."))
    elif state == ClaimState.FOUND.value:
        messages.success(request, _("Đã thấy tiền trong tài khoản của trường, đang chờ kế toán xác nhận."))
    else:
        messages.success(request, _("Đã thấy và đã ghi nhận khoản tiền này."))
    return True
