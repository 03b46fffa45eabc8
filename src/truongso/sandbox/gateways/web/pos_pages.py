"""The terminal on the counter: sell, slip, close the batch; the acquirer's payout and file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from truongso.kernel.ui.formatting import dong
from truongso.sandbox.gateways.pos import terminal as pos
from truongso.sandbox.gateways.types import GatewayError
from truongso.sandbox.gateways.web.admin_money import file_response
from truongso.sandbox.gateways.web.bank_side import credit_terminal
from truongso.sandbox.gateways.web.forms import SaleForm
from truongso.sandbox.gateways.web.runtime import books
from truongso.sandbox.gateways.web.texts import refusal


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The terminals."""
    with books() as connection:
        return _page(request, "pos_home", terminals=pos.terminals(connection))


@require_http_methods(["GET", "POST"])
def terminal(request: HttpRequest, tid: str) -> HttpResponse:
    """One terminal: take a payment, the open batch, earlier ones."""
    form = SaleForm(request.POST) if request.method == "POST" else SaleForm()
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            with books() as connection:
                sale = pos.sell(connection, tid, amount=said["amount"], card=said["card"], invoice=said["invoice"])
            return redirect("gateways-slip", sale.id)
        except GatewayError as error:
            form.add_error("card", refusal(error))
    try:
        with books() as connection:
            shown = pos.terminal_of(connection, tid)
            found = pos.batches(connection, tid)
    except GatewayError as error:
        return _page(request, "not_found", status=404, reason=refusal(error))
    status = 422 if form.is_bound else 200
    return _page(request, "pos_terminal", status=status, terminal=shown, batches=found, form=form)


@require_GET
def slip(request: HttpRequest, sale_id: int) -> HttpResponse:
    """The slip of a sale."""
    try:
        with books() as connection:
            sale = pos.sale_of(connection, sale_id)
            batch = pos.batch_of(connection, sale.batch)
    except GatewayError as error:
        return _page(request, "not_found", status=404, reason=refusal(error))
    return _page(request, "pos_slip", sale=sale, batch=batch)


@require_POST
def void(request: HttpRequest, sale_id: int) -> HttpResponse:
    """Undo a sale of the open batch."""
    try:
        with books() as connection:
            sale = pos.sale_of(connection, sale_id)
            pos.void(connection, pos.batch_of(connection, sale.batch).terminal.tid, sale.trace)
        messages.success(request, _("Đã hủy giao dịch."))
    except GatewayError as error:
        messages.error(request, refusal(error))
    return redirect("gateways-slip", sale_id)


@require_POST
def close(request: HttpRequest, tid: str) -> HttpResponse:
    """Close the open batch."""
    try:
        with books() as connection:
            batch = pos.close_batch(connection, tid)
        words = _("Đã chốt lô %(number)06d: %(count)d giao dịch, %(amount)s.")
        shown = {"number": batch.number, "count": len(batch.counted), "amount": dong(batch.gross)}
        messages.success(request, words % shown)
    except GatewayError as error:
        messages.error(request, refusal(error))
    return redirect("gateways-terminal", tid)


@require_POST
def settle(request: HttpRequest, tid: str, number: int) -> HttpResponse:
    """The acquirer pays a closed batch."""
    try:
        with books() as connection:
            batch = pos.settle(connection, tid, number, credit=credit_terminal)
        messages.success(request, _("Ngân hàng đã báo có %(net)s.") % {"net": dong(batch.net)})
    except GatewayError as error:
        messages.error(request, refusal(error))
    return redirect("gateways-terminal", tid)


@require_GET
def batch_file(request: HttpRequest, tid: str, number: int) -> HttpResponse:
    """The acquirer's file of a batch."""
    try:
        return file_response(request, tid, number)
    except GatewayError as error:
        return _page(request, "not_found", status=404, reason=refusal(error))


def _page(request: HttpRequest, template: str, *, status: int = 200, **context: object) -> HttpResponse:
    shown = {"tab": "pos", "provider": "pos", **context}
    return render(request, f"sandbox_gateways/{template}.html", shown, status=status)
