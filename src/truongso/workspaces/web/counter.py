"""The counter: find the family, take cash, print, next. Made for a queue and a keyboard."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel.db import retrying, transaction
from truongso.kernel.ids import new_public_id
from truongso.kernel.money import Dong, total
from truongso.kernel.ui.formatting import dong
from truongso.payments.public import (
    CashRefusedError,
    Payment,
    Receipt,
    ReceiptPaper,
    box_state,
    cash_refusal_text,
    print_receipts,
    receipt_number,
)
from truongso.payments.types import EvidenceKind, PaymentRefusedError
from truongso.people.public import student_by_id
from truongso.workspaces.counter import CashTaken, booked_by, take_cash
from truongso.workspaces.counter_find import FamilyDebt, Found, Miss, debt_of, find
from truongso.workspaces.payment_page import PageState, payment_page
from truongso.workspaces.ways import takes_cards
from truongso.workspaces.web.counter_forms import CounterForm
from truongso.workspaces.web.school import invoice_or_404, payment_or_404
from truongso.workspaces.wording import payment_refusal

MISSES = {
    Miss.NOTHING: gettext_lazy(
        "Không tìm thấy. Thử tên không dấu kèm lớp (an 3a2), mã hóa đơn 9 ký tự, mã định danh, hoặc quét mã trên phiếu."
    ),
    Miss.DAMAGED_QR: gettext_lazy("Mã QR quét thiếu hoặc sai ký tự. Quét lại, hoặc gõ mã hóa đơn in dưới mã QR."),
    Miss.OTHER_QR: gettext_lazy("Mã QR này không phải của phiếu nào ở trường. Gõ tên học sinh hoặc mã hóa đơn."),
    Miss.OTHER_ADDRESS: gettext_lazy("Địa chỉ này không phải của trường mình. Gõ tên học sinh hoặc mã hóa đơn."),
}
_FOCUS = {
    "given_less": "amount", "above_owed": "amount", "partial_not_allowed": "amount", "change_large": "given",
}  # fmt: skip


@requires(Permission.SCHOOL_PAYMENT_BOOK)
@require_safe
def counter(request: AuthedRequest) -> HttpResponse:
    """Search; the family found with what it owes; the payment just taken with its change."""
    school = request.caller.school
    typed = request.GET.get("q", "")
    if chosen := request.GET.get("hs", ""):
        student = student_by_id(school, chosen[:26])
        if student is None:
            raise Http404
        found = Found(family_id=student.family_id)
    else:
        found = find(school, typed) if typed.strip() else Found()
    if request.headers.get("HX-Request"):  # while typing: who it may be; only a whole search opens a family
        return render(request, "workspaces/school/_counter_found.html", {"typed": typed, "found": found})
    context: dict[str, Any] = {"typed": typed, "found": found, "done": _done(request)}
    if found.family_id is not None:
        debt = debt_of(school, found.family_id)
        return _page(request, context, debt, CounterForm(debt, initial=_initial(found, debt)))
    if found.miss:
        context["miss"] = MISSES[found.miss]
    return _page(request, context)


@requires(Permission.SCHOOL_PAYMENT_BOOK)
@require_POST
def take(request: AuthedRequest) -> HttpResponse:
    """Book what the form says; pressing the button again shows the payment booked before."""
    school = request.caller.school
    repeated = booked_by(school.pk, request.POST.get("token", "")[:26])
    if repeated is not None:
        return _booked(CashTaken(repeated, repeated.amount, is_repeat=True), request)
    student = student_by_id(school, request.POST.get("hs", "")[:26])
    if student is None:
        raise Http404
    debt = debt_of(school, student.family_id)
    form = CounterForm(debt, request.POST)
    if form.is_valid():
        taken = _take(request, form)
        if taken is not None:
            return _booked(taken, request)
    else:
        form.focus(next((name for name in form.errors if name in form.fields and name != "token"), "given"))
    context = {"typed": "", "found": Found(family_id=student.family_id)}
    return _page(request, context, debt_of(school, student.family_id), form, status=400)


@requires(Permission.SCHOOL_PAYMENT_BOOK)
@require_POST
def print_receipt(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The receipt as a page that prints itself and goes back to the counter; the print is on record."""
    payment = payment_or_404(request, public_id)
    rows = Receipt.objects.for_school(payment.school_id).filter(payment=payment)
    found = list(rows.select_related("payment__evidence").prefetch_related("cancellations"))
    if not found:
        raise Http404

    def record() -> list[ReceiptPaper]:
        with transaction():
            return print_receipts(payment.school_id, receipts=found, actor=request.caller.actor)

    context = {"paper": retrying(record)[0], "back": reverse("workspaces:counter")}
    return render(request, "workspaces/school/counter_receipt.html", context)


@requires(Permission.SCHOOL_PAYMENT_BOOK)
@require_safe
def show_qr(request: AuthedRequest, code: str) -> HttpResponse:
    """The invoice's QR large enough to be scanned across the counter; turns to paid by itself."""
    return render(request, "workspaces/school/counter_qr.html", _qr(request, code))


@requires(Permission.SCHOOL_PAYMENT_BOOK)
@require_safe
def qr_state(request: AuthedRequest, code: str) -> HttpResponse:
    """What the QR page asks for every few seconds: nothing new, or its body anew."""
    context = _qr(request, code)
    if request.GET.get("v") == context["version"]:
        return HttpResponse(status=204)
    return render(request, "workspaces/school/_counter_qr.html", context)


def _qr(request: AuthedRequest, code: str) -> dict[str, Any]:
    invoice = invoice_or_404(request, code)
    page = payment_page(invoice)
    return {
        "page": page,
        "invoice": invoice,
        "version": page.version.strip('"'),
        "is_paid": page.state is PageState.PAID,
        "payer": Payment.objects.for_school(invoice.school_id)
        .filter(allocations__invoice=invoice, reversed_at__isnull=True)
        .order_by("-pk")
        .first()
        if page.state is PageState.PAID
        else None,
    }


def _page(
    request: AuthedRequest,
    context: dict[str, Any],
    debt: FamilyDebt | None = None,
    form: CounterForm | None = None,
    status: int = 200,
) -> HttpResponse:
    box = box_state(request.caller.school.pk)
    more: dict[str, Any] = {
        "box": box,
        "debt": debt,
        "form": form,
        "may_pay": box.is_open_today and bool(debt and debt.open),
        "takes_cards": bool(debt and debt.open) and takes_cards(request.caller.school.pk),
    }
    if debt is not None and form is not None:
        keys = form.keys
        more["chosen_keys"] = keys
        more["chosen_sum"] = total(line.owed for one in debt.open for line in one.lines if line.key in keys)
        more["pupil"] = debt.pupils[0] if debt.pupils else None
    return render(request, "workspaces/school/counter.html", {**context, **more}, status=status)


def _initial(found: Found, debt: FamilyDebt) -> dict[str, Any]:
    """All that is owed is chosen; a scanned invoice alone when it is one of several."""
    scanned = [one for one in debt.open if found.invoice is not None and one.invoice.pk == found.invoice.pk]
    chosen = scanned or debt.open
    return {
        "token": new_public_id(),
        "payer_name": chosen[0].invoice.payer_name if chosen else "",
        "keys": [line.key for one in chosen for line in one.lines],
    }


def _take(request: AuthedRequest, form: CounterForm) -> CashTaken | None:
    school_id, wanted = request.caller.school.pk, form.request

    def book() -> CashTaken:
        with transaction():
            return take_cash(school_id, request=wanted, actor=request.caller.actor)

    try:
        return retrying(book)
    except PaymentRefusedError as refusal:
        form.add_error(None, payment_refusal(refusal.code, refusal.params))
        form.focus(_FOCUS.get(refusal.code, "given"))
        form.asked = refusal.code
    except CashRefusedError as refusal:
        form.add_error(None, cash_refusal_text(refusal))
    except IntegrityError as error:
        if "is closed" not in str(error):
            raise
        code = "day_locked" if "cash day" in str(error) else "period_closed"
        day = box_state(school_id).locked_through
        form.add_error(None, cash_refusal_text(CashRefusedError(code, day=str(day))))
    return None


def _booked(taken: CashTaken, request: AuthedRequest) -> HttpResponse:
    amount = dong(taken.payment.amount)
    query = {"xong": taken.payment.public_id}
    if taken.is_repeat:
        messages.info(request, _("Biểu mẫu này đã ghi %(amount)s rồi; không ghi lần thứ hai.") % {"amount": amount})
    else:
        query["dua"] = str(int(taken.given))
    return redirect(f"{reverse('workspaces:counter')}?{urlencode(query)}")


def _done(request: AuthedRequest) -> dict[str, Any] | None:
    """The payment just taken: its receipt, and the change to give back."""
    public_id = request.GET.get("xong", "")[:26]
    if not public_id:
        return None
    rows = Payment.objects.for_school(request.caller.school).filter(
        public_id=public_id, evidence__kind=EvidenceKind.CASH_RECEIPT.value
    )
    payment = rows.prefetch_related("receipts").first()
    if payment is None:
        return None
    given = request.GET.get("dua", "")
    laid_down = Dong(int(given)) if given.isascii() and given.isdigit() and len(given) < 12 else payment.amount
    receipt = next(iter(payment.receipts.all()), None)
    return {
        "payment": payment,
        "number": receipt_number(receipt) if receipt else "",
        "given": max(laid_down, payment.amount),
        "change": max(laid_down, payment.amount) - payment.amount,
        "undone": payment.reversed_at is not None,
    }
