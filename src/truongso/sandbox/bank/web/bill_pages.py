"""Bills in the bank's app: type a number, see what is owed, pay; behind it the bank's pay-outs to the schools."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.sandbox.bank import accounts, bills
from truongso.sandbox.bank.bills import Biller, BillOrder, BillPayment, BillState
from truongso.sandbox.bank.types import Account, BankError, Role
from truongso.sandbox.bank.web.forms import BillPayForm, BillSearchForm
from truongso.sandbox.bank.web.runtime import books, wake_courier
from truongso.sandbox.bank.web.texts import bill_state_name, refusal
from truongso.sandbox.json_client import Json

_SHOWN_PAYERS = 30


@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Without a number: ask for one. With one: what is owed under it, to be paid from an account."""
    with books() as connection:
        known = bills.billers(connection)
    if "number" not in request.GET:
        return _search_page(request, BillSearchForm(billers=known, initial={"biller": request.GET.get("biller")}))
    form = BillSearchForm(request.GET, billers=known)
    if not form.is_valid():
        return _search_page(request, form)
    biller, number = _chosen(known, form.cleaned_data["biller"]), form.cleaned_data["number"]
    try:
        owed = bills.owed(biller, number)
    except BankError as error:
        form.add_error("number", refusal(error))
        return _search_page(request, form)
    initial = {"number": number, "key": secrets.token_urlsafe(12)}
    return _bills_page(request, biller, owed, BillPayForm(bills=owed, payers=_payers(), initial=initial))


@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, biller_id: int) -> HttpResponse:
    """Ask again, take the money of a bill that still owes what the payer saw, tell the school."""
    if request.method == "GET":
        return redirect("bank-bills")
    try:
        with books() as connection:
            biller = bills.biller_of(connection, biller_id)
            earlier = bills.payment_by_key(connection, request.POST.get("key", ""))
        if earlier is not None:
            return redirect("bank-bill-done", earlier.id)
        owed = bills.owed(biller, request.POST.get("number", "").strip())
    except BankError as error:
        messages.error(request, refusal(error))
        return redirect("bank-bills")
    form = BillPayForm(request.POST, bills=owed, payers=_payers())
    if not form.is_valid():
        return _bills_page(request, biller, owed, form)
    bill = next(one for one in owed if one["invoice_code"] == form.cleaned_data["bill"].partition(":")[0])
    order = BillOrder(
        form.cleaned_data["key"], form.cleaned_data["payer"], bill["invoice_code"],
        str(bill["beneficiary"]["account"]), Dong(bill["outstanding"]), clock.now(),
    )  # fmt: skip
    try:
        with books() as connection:
            payment = bills.take(connection, biller, order)
    except BankError as error:
        form.add_error("payer", refusal(error))
        return _bills_page(request, biller, owed, form)
    _tell(biller, payment)
    return redirect("bank-bill-done", payment.id)


@require_GET
def done(request: HttpRequest, number: int) -> HttpResponse:
    """What was paid, and what the school said to it."""
    try:
        with books() as connection:
            payment = bills.payment_of(connection, number)
            biller = bills.biller_of(connection, payment.biller)
            payer = accounts.account_of(connection, payment.payer)
    except BankError as error:
        return _page(request, "not_found", status=404, reason=refusal(error))
    words, kind = bill_state_name(payment.state)
    return _page(
        request, "bill_done", payment=payment, biller=biller, payer=payer, state=words, kind=kind,
        is_waiting=payment.state is BillState.SENT, is_refused=payment.state is BillState.REFUSED,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def repeat(request: HttpRequest, number: int) -> HttpResponse:
    """Tell the school again what it has not answered; the same transaction number, so never twice."""
    if request.method == "POST":
        try:
            with books() as connection:
                payment = bills.payment_of(connection, number)
                biller = bills.biller_of(connection, payment.biller)
        except BankError as error:
            return _page(request, "not_found", status=404, reason=refusal(error))
        _tell(biller, payment)
    return redirect("bank-bill-done", number)


@require_POST
def pay_out(request: HttpRequest, biller_id: int) -> HttpResponse:
    """Pay what is held for a school's account into it."""
    try:
        with books() as connection:
            biller = bills.biller_of(connection, biller_id)
            line = bills.pay_out(connection, biller, request.POST.get("account", ""), at=clock.now())
    except BankError as error:
        messages.error(request, refusal(error))
        return redirect("bank-bills")
    wake_courier()
    messages.success(request, _("Đã trả tiền thu hộ vào tài khoản của trường."))
    return redirect(f"{reverse('bank-bills')}?{urlencode({'biller': biller.id, 'line': line.id})}")


@require_GET
def settlement(request: HttpRequest, line_id: int) -> HttpResponse:
    """The file of a pay-out."""
    try:
        with books() as connection:
            content = bills.settlement_file(connection, line_id)
    except BankError as error:
        return _page(request, "not_found", status=404, reason=refusal(error))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="thu-ho-{line_id}.csv"'
    return response


def _tell(biller: Biller, payment: BillPayment) -> None:
    """Outside the bank's transaction: the school may take its time."""
    if payment.state is not BillState.SENT:
        return
    with books() as connection:
        payer = accounts.account_of(connection, payment.payer)
    state, said = bills.post(biller, payment, payer.holder)
    with books() as connection:
        bills.settle(connection, payment, state, said, at=clock.now())


def _chosen(known: list[Biller], number: str) -> Biller:
    return next(one for one in known if str(one.id) == number)


def _payers() -> list[Account]:
    with books() as connection:
        return accounts.accounts(connection, Role.CUSTOMER, limit=_SHOWN_PAYERS)


def _search_page(request: HttpRequest, form: BillSearchForm) -> HttpResponse:
    with books() as connection:
        held = bills.held(connection)
    line = request.GET.get("line", "")
    return _page(
        request, "bills", status=422 if form.is_bound else 200, form=form, held=held,
        line=int(line) if line.isdecimal() and len(line) < 16 else None,
    )  # fmt: skip


def _bills_page(request: HttpRequest, biller: Biller, owed: list[Json], form: BillPayForm) -> HttpResponse:
    return _page(request, "bill_pay", status=422 if form.is_bound else 200, biller=biller, bills=owed, form=form)


def _page(request: HttpRequest, template: str, *, status: int = 200, **context: object) -> HttpResponse:
    return render(request, f"sandbox_bank/{template}.html", {"tab": "bills", **context}, status=status)
