"""The JSON interface behind the gateways, for the demo and for tests. Refusals: {"error", "params", "message"}."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from truongso.sandbox.bank_client import SandboxBankError
from truongso.sandbox.errors import SandboxError
from truongso.sandbox.gateways import deliveries, keys, merchants, orders, switches, visits
from truongso.sandbox.gateways.merchants import Contract
from truongso.sandbox.gateways.payos import api as payos
from truongso.sandbox.gateways.switches import Health
from truongso.sandbox.gateways.twins import twin_of
from truongso.sandbox.gateways.types import (
    Delivery,
    DeliveryState,
    GatewayError,
    Merchant,
    NoticePlan,
    Order,
    Provider,
    RefundOutcome,
    RefundPlan,
)
from truongso.sandbox.gateways.web.runtime import bank_if_any, books, wake_courier
from truongso.sandbox.gateways.web.texts import refusal
from truongso.sandbox.web.reading import Given

_DUMPS = {"ensure_ascii": False}
_MALFORMED = frozenset({"not_json", "field_missing", "field_wrong"})
_MOST_COPIES = 20
_View = Callable[..., HttpResponse]


def admin(*methods: str) -> Callable[[_View], _View]:
    """A view of this interface: only these methods, refusals as JSON, JSON bodies instead of a CSRF token."""

    def wrap(view: _View) -> _View:
        @csrf_exempt
        @require_http_methods([*methods])
        @functools.wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except SandboxError as error:
                body = {"error": error.code, "params": error.params, "message": refusal(error)}
                return JsonResponse(body, status=_status(error.code), json_dumps_params=_DUMPS)

        return answered

    return wrap


def answer(body: Mapping[str, object], *, status: int = 200) -> JsonResponse:
    return JsonResponse(dict(body), status=status, json_dumps_params=_DUMPS)


@admin("GET")
def health(request: HttpRequest) -> HttpResponse:
    """Whether the gateways answer."""
    return answer({"ok": True})


@admin("GET", "POST")
def merchant_list(request: HttpRequest) -> HttpResponse:
    """GET: merchants without their keys.

    POST {provider, code?, name, keys?, notify?, account?, bin?, holder?, fee_bp?, memo_limit?}: sign one up; code and
    keys that are not given are drawn, and told in this answer alone.
    """
    if request.method == "GET":
        with books() as connection:
            return answer({"merchants": [merchant_json(one) for one in merchants.merchants(connection)]})
    given = Given.of(request)
    contract = _contract(given)
    with books() as connection:
        made = merchants.sign_up(connection, contract)
    if made.provider is Provider.PAYOS and made.account:
        _watch_account(request, made)
    return answer({"merchant": {**merchant_json(made), "keys": dict(made.keys)}}, status=201)


@admin("POST")
def merchant_notices(request: HttpRequest, provider: str, code: str) -> HttpResponse:
    """{delay?, copies?}: what becomes of the merchant's notices from now on; 0 copies: all are lost."""
    plan = plan_given(Given.of(request), NoticePlan())
    with books() as connection:
        merchant = merchants.merchant_named(connection, provider_named(provider), code)
        return answer({"merchant": merchant_json(merchants.plan_notices(connection, merchant, plan))})


@admin("POST")
def merchant_refunds(request: HttpRequest, provider: str, code: str) -> HttpResponse:
    """{outcome?, lost?}: what becomes of the merchant's refunds from now on (done, processing, refused, unclear), and
    whether the answers to their requests are lost; done and refused end those taken in before."""
    given = Given.of(request)
    outcome = given.text("outcome", RefundOutcome.DONE.value)
    if outcome not in set(RefundOutcome):
        raise GatewayError("field_wrong", field="outcome")
    plan = RefundPlan(RefundOutcome(outcome), given.yes("lost", default=False))
    with books() as connection:
        merchant = merchants.merchant_named(connection, provider_named(provider), code)
        return answer({"merchant": merchant_json(merchants.plan_refunds(connection, merchant, plan))})


@admin("GET", "POST")
def provider_health(request: HttpRequest, provider: str) -> HttpResponse:
    """POST {down?, slow?}: the outage switch, and seconds every answer takes."""
    named = provider_named(provider)
    with books() as connection:
        known = switches.health_of(connection, named)
        if request.method == "POST":
            given = Given.of(request)
            is_down = given.yes("down", default=known.is_down)
            slow = given.seconds("slow") if given.has("slow") else known.slow_seconds
            known = switches.switch(connection, Health(named, is_down, min(slow, 60.0)))
    wake_courier()
    return answer({"provider": named.value, "down": known.is_down, "slow": known.slow_seconds})


@admin("GET")
def order_list(request: HttpRequest) -> HttpResponse:
    """?provider=&ref=: orders, newest first."""
    wanted = request.GET.get("provider", "")
    provider = provider_named(wanted) if wanted else None
    with books() as connection:
        found = orders.orders(connection, provider=provider, ref=request.GET.get("ref", ""))
        return answer({"orders": [_order_json(connection, order) for order in found]})


@admin("GET")
def order_one(request: HttpRequest, token: str) -> HttpResponse:
    with books() as connection:
        return answer({"order": _order_json(connection, orders.order_behind(connection, token))})


@admin("POST")
def order_outcome(request: HttpRequest, token: str) -> HttpResponse:
    """{outcome, source?, delay?, copies?}: end the payer's visit; answers with the address they are sent back to."""
    given = Given.of(request)
    with books() as connection:
        order = orders.order_behind(connection, token)
        merchant = merchants.merchant_of(connection, order.merchant)
        plan = plan_given(given, merchant.plan)
        ended = visits.finish(connection, order, given.text("outcome"), source=given.text("source", ""), plan=plan)
        back = twin_of(merchant.provider).back(merchant, ended)
        told = _order_json(connection, ended)
    wake_courier()
    return answer({"order": told, "return_url": back})


@admin("POST")
def order_notice(request: HttpRequest, token: str) -> HttpResponse:
    """{delay?, copies?, changes?, forged?}: send the notice again; with other fields; signed with a wrong key."""
    given = Given.of(request)
    changes = given.values.get("changes") or {}
    if not isinstance(changes, dict):
        raise GatewayError("field_wrong", field="changes")
    with books() as connection:
        order = orders.order_behind(connection, token)
        sent = visits.announce(
            connection,
            order,
            plan=plan_given(given, NoticePlan()),
            changes=changes,
            is_forged=given.yes("forged", default=False),
        )
    wake_courier()
    return answer({"deliveries": [delivery_json(one) for one in sent]}, status=201)


@admin("GET")
def delivery_list(request: HttpRequest) -> HttpResponse:
    """?order=<token>&state=&limit=: notices, newest first."""
    token, state = request.GET.get("order", ""), request.GET.get("state", "")
    if state and state not in set(DeliveryState):
        raise GatewayError("field_wrong", field="state")
    limit = request.GET.get("limit", "100")
    if not (limit.isascii() and limit.isdigit() and len(limit) < 6):
        raise GatewayError("field_wrong", field="limit")
    with books() as connection:
        order = orders.order_behind(connection, token).id if token else None
        found = deliveries.deliveries(
            connection, order=order, state=DeliveryState(state) if state else None, newest=int(limit)
        )
    return answer({"deliveries": [delivery_json(one) for one in found]})


@admin("POST")
def delivery_delay(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """{seconds}: hold a waiting notice back; 0 sends it now."""
    seconds = Given.of(request).seconds("seconds")
    with books() as connection:
        held = deliveries.delay(connection, delivery_id, seconds)
    wake_courier()
    return answer({"delivery": delivery_json(held)})


def provider_named(name: str) -> Provider:
    if name not in set(Provider):
        raise GatewayError("provider_unknown", provider=name)
    return Provider(name)


def plan_given(given: Given, default: NoticePlan) -> NoticePlan:
    """delay and copies of a request."""
    copies = given.values.get("copies", default.copies)
    if type(copies) is not int or not 0 <= copies <= _MOST_COPIES:
        raise GatewayError("field_wrong", field="copies")
    return NoticePlan(given.seconds("delay") if given.has("delay") else default.delay_seconds, copies)


def merchant_json(merchant: Merchant) -> dict[str, object]:
    """The keys stay inside."""
    return {
        "provider": merchant.provider.value,
        "code": merchant.code,
        "name": merchant.name,
        "notify": merchant.notify_url,
        "account": merchant.account,
        "bin": merchant.bank_bin,
        "fee_bp": merchant.fee_bp,
        "delay": merchant.plan.delay_seconds,
        "copies": merchant.plan.copies,
    }


def delivery_json(delivery: Delivery) -> dict[str, object]:
    return {
        "id": delivery.id,
        "method": delivery.method,
        "url": delivery.url,
        "body": None if delivery.body is None else delivery.body.decode(),
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "status": delivery.status,
        "error": delivery.error,
        "answer": delivery.answer.decode("utf-8", "replace"),
        "next_at": None if delivery.next_at is None else delivery.next_at.isoformat(),
    }


def _order_json(connection: Any, order: Order) -> dict[str, object]:
    merchant = merchants.merchant_of(connection, order.merchant)
    return {
        "token": order.token,
        "provider": merchant.provider.value,
        "merchant": merchant.code,
        "ref": order.ref,
        "amount": order.amount.value,
        "paid": order.paid.value,
        "info": order.info,
        "state": order.state.value,
        "code": order.code,
        "source": order.source,
        "number": order.number,
        "refunded": sum(one.amount.value for one in orders.refunds(connection, order)),
        "page": reverse("gateways-pay", args=[order.token]),
        "return_url": order.return_url,
        "payload": payos.payload(merchant, order) if merchant.provider is Provider.PAYOS else "",
    }


def _contract(given: Given) -> Contract:
    provider = provider_named(given.text("provider"))
    twin, told = twin_of(provider), given.values.get("keys") or {}
    if not isinstance(told, dict) or not all(isinstance(told.get(name, ""), str) for name in twin.KEYS):
        raise GatewayError("field_wrong", field="keys")
    fee, limit = given.values.get("fee_bp", 0), given.values.get("memo_limit", 25)
    if type(fee) is not int or not 0 <= fee <= 10_000:
        raise GatewayError("field_wrong", field="fee_bp")
    if limit not in {9, 25}:
        raise GatewayError("field_wrong", field="memo_limit")
    return Contract(
        provider=provider,
        code=given.text("code") if given.has("code") else new_code(provider),
        name=given.text("name"),
        keys={name: told.get(name) or make() for name, make in twin.KEYS.items()},
        notify_url=given.text("notify", ""),
        account=given.account("account") if given.has("account") else "",
        bank_bin=given.digits("bin", 6) if given.has("bin") else "",
        holder=given.text("holder", ""),
        fee_bp=fee,
        memo_limit=limit,
    )


def new_code(provider: Provider) -> str:
    """What the provider would call a new merchant."""
    return {
        Provider.VNPAY: lambda: keys.letters(8),
        Provider.MOMO: lambda: f"MOMO{keys.letters(4)}20261001",
        Provider.ZALOPAY: lambda: str(100_000 + int(keys.hexadecimal()[:6], 16) % 900_000),
        Provider.PAYOS: keys.identifier,
    }[provider]()


def _watch_account(request: HttpRequest, merchant: Merchant) -> None:
    """payOS watches the merchant's own account at the bank."""
    bank = bank_if_any()
    if bank is None:
        return
    url = request.build_absolute_uri(reverse("gateways-payos-bank", args=[merchant.code]))
    try:
        bank.set_feed(merchant.account, "payos", webhook=url, secret=merchant.keys["checksum_key"])
    except SandboxBankError as error:
        raise GatewayError("bank_refused", message=error.message) from error


def _status(code: str) -> int:
    if code in _MALFORMED:
        return 400
    return 404 if code.endswith("_unknown") and code != "outcome_unknown" else 409
