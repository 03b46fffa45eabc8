"""The payer's page of every gateway, and the back office, on a phone's screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from truongso.kernel.qr_image import qr_svg
from truongso.sandbox.gateways import deliveries, merchants, orders, switches, visits
from truongso.sandbox.gateways.payos import api as payos
from truongso.sandbox.gateways.switches import Health
from truongso.sandbox.gateways.twins import twin_of
from truongso.sandbox.gateways.types import (
    OPEN_STATES,
    Delivery,
    GatewayError,
    Merchant,
    NoticePlan,
    Order,
    OrderState,
    Provider,
)
from truongso.sandbox.gateways.web.runtime import bank_if_any, books, wake_courier
from truongso.sandbox.gateways.web.texts import OUTCOMES, answer_text, delivery_name, refusal, state_name

_MAIN = ("paid", "cancelled")
_EXPIRED = {Provider.VNPAY: "11", Provider.MOMO: "1005", Provider.ZALOPAY: "-54", Provider.PAYOS: "02"}


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as the back office shows it."""

    order: Order
    provider: str
    state: str
    kind: str


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A notice as the log shows it."""

    delivery: Delivery
    state: str
    kind: str
    answer: str

    @classmethod
    def of(cls, delivery: Delivery) -> DeliveryRow:
        state, kind = delivery_name(delivery.state)
        return cls(delivery, state, kind, answer_text(delivery.status, delivery.error))


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Providers with their switches, the newest orders."""
    with books() as connection:
        health = [(switches.health_of(connection, one), twin_of(one).TITLE) for one in Provider]
        found = orders.orders(connection, newest=30)
        rows = [_row(merchants.merchant_of(connection, order.merchant), order) for order in found]
    return _page(request, "home", "home", health=health, rows=rows)


@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """What a payer sees; the buttons are the ways a payment can end."""
    try:
        with books() as connection:
            order = orders.order_behind(connection, token)
            merchant = merchants.merchant_of(connection, order.merchant)
            order = orders.expire(connection, order, _EXPIRED[merchant.provider])
            if request.method == "POST" and order.state in OPEN_STATES:
                outcome = request.POST.get("outcome", "")
                order = visits.finish(connection, order, outcome, source=request.POST.get("source", ""))
    except GatewayError as error:
        return _page(request, "not_found", "", status=404, reason=refusal(error))
    wake_courier()
    back = twin_of(merchant.provider).back(merchant, order)
    if request.method == "POST" and back:
        return HttpResponseRedirect(back)
    template = "ended" if order.state not in OPEN_STATES else "pay"
    if merchant.provider is Provider.PAYOS and template == "pay":
        return _payos_page(request, merchant, order, back)
    return _page(request, template, "", **_about(merchant, order), back=back)


@require_GET
def order(request: HttpRequest, token: str) -> HttpResponse:
    """An order in the back office: its notices, and what may be done with them."""
    try:
        with books() as connection:
            found = orders.order_behind(connection, token)
            merchant = merchants.merchant_of(connection, found.merchant)
            sent = deliveries.deliveries(connection, order=found.id)
            given_back = orders.refunds(connection, found)
    except GatewayError as error:
        return _page(request, "not_found", "", status=404, reason=refusal(error))
    rows = [DeliveryRow.of(one) for one in sent]
    return _page(request, "order", "home", **_about(merchant, found), rows=rows, refunds=given_back)


@require_POST
def resend(request: HttpRequest, token: str) -> HttpResponse:
    """Send an order's notice once more."""
    try:
        with books() as connection:
            visits.announce(connection, orders.order_behind(connection, token), plan=NoticePlan())
    except GatewayError as error:
        messages.error(request, refusal(error))
    else:
        wake_courier()
        messages.success(request, _("Thông báo được gửi thêm một lần."))
    return redirect("gateways-order", token)


@require_POST
def outage(request: HttpRequest, provider: str) -> HttpResponse:
    """The outage switch of a provider."""
    if provider in set(Provider):
        is_down = request.POST.get("down") == "1"
        with books() as connection:
            known = switches.health_of(connection, Provider(provider))
            switches.switch(connection, Health(known.provider, is_down, known.slow_seconds))
        wake_courier()
        messages.success(request, _("Cổng đã ngừng.") if is_down else _("Cổng đã chạy lại."))
    return redirect("gateways-home")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address the gateways do not have."""
    return _page(request, "not_found", "", status=404, reason=_("Không có trang này."))


def _payos_page(request: HttpRequest, merchant: Merchant, order: Order, back: str) -> HttpResponse:
    payload = payos.payload(merchant, order)
    bank = bank_if_any()
    return _page(
        request,
        "payos",
        "",
        **_about(merchant, order),
        qr=mark_safe(qr_svg(payload, title=_("Mã VietQR của khoản này"))),  # noqa: S308  our own drawing
        payload=payload,
        account=order.details["virtual"] or merchant.account,
        memo=order.details["memo"],
        app=f"{bank.url}/pay?{urlencode({'payload': payload})}" if bank is not None else "",
        remaining=order.amount - order.paid,
        back=back,
    )


def _about(merchant: Merchant, order: Order) -> dict[str, Any]:
    twin = twin_of(merchant.provider)
    state, kind = state_name(order.state)
    return {
        "order": order,
        "merchant": merchant,
        "provider": merchant.provider.value,
        "title": twin.TITLE,
        "sources": twin.SOURCES,
        "main": [(name, OUTCOMES[name]) for name in _MAIN if name in twin.OUTCOMES],
        "others": [(name, OUTCOMES[name]) for name in twin.OUTCOMES if name not in _MAIN],
        "state": state,
        "kind": kind,
        "is_paid": order.state is OrderState.PAID,
    }


def _row(merchant: Merchant, order: Order) -> OrderRow:
    state, kind = state_name(order.state)
    return OrderRow(order, twin_of(merchant.provider).TITLE, state, kind)


def _page(request: HttpRequest, template: str, tab: str, *, status: int = 200, **context: object) -> HttpResponse:
    return render(request, f"sandbox_gateways/{template}.html", {"tab": tab, **context}, status=status)
