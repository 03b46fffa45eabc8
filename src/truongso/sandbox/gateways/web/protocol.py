"""The providers' own HTTP interfaces, at their published paths below /<provider>/."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from truongso.sandbox.bank_client import SandboxBankError
from truongso.sandbox.gateways import merchants
from truongso.sandbox.gateways.momo import api as momo
from truongso.sandbox.gateways.payos import api as payos
from truongso.sandbox.gateways.payos import lines as payos_lines
from truongso.sandbox.gateways.payos.api import PayosError
from truongso.sandbox.gateways.twins import twin_of
from truongso.sandbox.gateways.types import GatewayError, Merchant, Order, Provider
from truongso.sandbox.gateways.vnpay import api as vnpay
from truongso.sandbox.gateways.vnpay import pay as vnpay_pay
from truongso.sandbox.gateways.web.runtime import bank_if_any, books, wake_courier
from truongso.sandbox.gateways.web.texts import vnpay_error
from truongso.sandbox.gateways.zalopay import api as zalopay
from truongso.sandbox.sending import send

_DUMPS = {"ensure_ascii": False}


def page_of(request: HttpRequest) -> Callable[[Order], str]:
    """Makes the address of an order's page."""
    return lambda order: request.build_absolute_uri(reverse("gateways-pay", args=[order.token]))


@require_GET
def vnpay_page(request: HttpRequest) -> HttpResponse:
    """vpcpay.html: the payer's browser brings the order."""
    try:
        with books() as connection:
            order = vnpay_pay.order_asked(connection, request.META["QUERY_STRING"])
    except vnpay_pay.PayError as error:
        context = {"code": error.code, "field": error.field, "reason": vnpay_error(error.code)}
        return render(request, "sandbox_gateways/vnpay_error.html", context, status=400)
    return redirect("gateways-pay", order.token)


@csrf_exempt
@require_POST
def vnpay_transaction(request: HttpRequest) -> HttpResponse:
    """querydr and refund."""
    asked = _json(request)
    with books() as connection:
        said = vnpay.answer(connection, asked)
        is_refund = asked.get("vnp_Command") == "refund"
        return _refund_said(connection, Provider.VNPAY, asked.get("vnp_TmnCode"), said) if is_refund else _said(said)


@csrf_exempt
@require_POST
def momo_create(request: HttpRequest) -> HttpResponse:
    with books() as connection:
        reply = momo.create(connection, _json(request), page_of(request))
    return _said(reply.body, reply.status)


@csrf_exempt
@require_POST
def momo_query(request: HttpRequest) -> HttpResponse:
    with books() as connection:
        reply = momo.query(connection, _json(request))
    return _said(reply.body, reply.status)


@csrf_exempt
@require_POST
def momo_refund(request: HttpRequest) -> HttpResponse:
    with books() as connection:
        reply = momo.refund(connection, asked := _json(request))
        return _refund_said(connection, Provider.MOMO, asked.get("partnerCode"), reply.body, reply.status)


@csrf_exempt
@require_POST
def zalopay_create(request: HttpRequest) -> HttpResponse:
    with books() as connection:
        return _said(zalopay.create(connection, _form_or_json(request), page_of(request)))


@csrf_exempt
@require_POST
def zalopay_query(request: HttpRequest) -> HttpResponse:
    with books() as connection:
        return _said(zalopay.query(connection, _form_or_json(request)))


@csrf_exempt
@require_POST
def zalopay_refund(request: HttpRequest) -> HttpResponse:
    with books() as connection:
        said = zalopay.refund(connection, asked := _form_or_json(request))
        return _refund_said(connection, Provider.ZALOPAY, asked.get("app_id"), said)


@csrf_exempt
@require_POST
def zalopay_query_refund(request: HttpRequest) -> HttpResponse:
    with books() as connection:
        return _said(zalopay.query_refund(connection, _form_or_json(request)))


_Payos = Callable[[HttpRequest, Merchant], HttpResponse]


def _payos(request: HttpRequest, act: _Payos) -> HttpResponse:
    """Keys first; refusals as {code, desc}."""
    try:
        with books() as connection:
            merchant = payos.merchant_asking(
                connection, request.headers.get("x-client-id", ""), request.headers.get("x-api-key", "")
            )
        return act(request, merchant)
    except PayosError as error:
        status = 401 if error.code == "401" else 200
        return _said({"code": error.code, "desc": error.desc, "data": None, "signature": None}, status)


@csrf_exempt
@require_POST
def payos_create(request: HttpRequest) -> HttpResponse:
    """A payment link."""

    def act(request: HttpRequest, merchant: Merchant) -> HttpResponse:
        with books() as connection:
            data = payos.create(
                connection, merchant, _json(request), page=page_of(request), new_virtual=_opened_at_bank(merchant)
            )
        return _said(payos.enveloped(data, merchant.keys["checksum_key"]))

    return _payos(request, act)


@require_GET
def payos_link(request: HttpRequest, name: str) -> HttpResponse:
    """A link by its id or orderCode."""

    def act(request: HttpRequest, merchant: Merchant) -> HttpResponse:
        with books() as connection:
            order = payos.link_asked(connection, merchant, name)
        return _said(payos.enveloped(payos.told(order), merchant.keys["checksum_key"]))

    return _payos(request, act)


@csrf_exempt
@require_POST
def payos_cancel(request: HttpRequest, name: str) -> HttpResponse:
    """End a link."""

    def act(request: HttpRequest, merchant: Merchant) -> HttpResponse:
        reason = str(_json(request).get("cancellationReason") or "") if request.body else ""
        with books() as connection:
            order = payos.cancel(connection, payos.link_asked(connection, merchant, name), reason)
        return _said(payos.enveloped(payos.told(order), merchant.keys["checksum_key"]))

    return _payos(request, act)


@csrf_exempt
@require_POST
def payos_confirm(request: HttpRequest) -> HttpResponse:
    """Take an address for webhooks once it has answered a sample."""

    def act(request: HttpRequest, merchant: Merchant) -> HttpResponse:
        url = str(_json(request).get("webhookUrl", ""))
        try:
            merchants.check_local(url)
            sample = twin_of(Provider.PAYOS).notice(url, payos.probe(merchant), merchant.keys)
            answer = send(sample.url, sample.body, {"Content-Type": "application/json"})
            if not answer.accepted:
                raise PayosError("20", "Webhook url không hợp lệ")
        except GatewayError as error:
            raise PayosError("20", "Webhook url không hợp lệ") from error
        with books() as connection:
            merchants.set_notify_url(connection, merchant, url)
        data = {
            "webhookUrl": url,
            "accountNumber": merchant.account,
            "accountName": merchant.holder,
            "name": merchant.name,
            "shortName": merchant.name,
        }
        return _said(payos.enveloped(data, merchant.keys["checksum_key"]))

    return _payos(request, act)


@csrf_exempt
@require_POST
def payos_bank_line(request: HttpRequest, client_id: str) -> HttpResponse:
    """The sandbox bank tells payOS of money on a merchant's account."""
    with books() as connection:
        merchant = merchants.find(connection, Provider.PAYOS, client_id)
        data = None if merchant is None else payos_lines.genuine_data(request.body, merchant)
        if merchant is None or data is None:
            return _said({"success": False}, 401)
        payos_lines.take(connection, merchant, data)
    wake_courier()
    return _said({"success": True})


def _opened_at_bank(merchant: Merchant) -> Callable[[str], bool]:
    def open_virtual(number: str) -> bool:
        bank = bank_if_any()
        if bank is None:
            return False
        try:
            bank.add_virtual(merchant.account, number)
        except (SandboxBankError, OSError):
            return False
        return True

    return open_virtual


def _json(request: HttpRequest) -> Mapping[str, Any]:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _form_or_json(request: HttpRequest) -> Mapping[str, Any]:
    if request.content_type == "application/json":
        return _json(request)
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _refund_said(
    connection: sqlite3.Connection, provider: Provider, code: object, body: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    """The answer to a refund, unless the merchant's are lost: what was asked is done all the same."""
    merchant = merchants.find(connection, provider, str(code))
    is_lost = merchant is not None and merchant.refunds.is_lost
    return HttpResponse(status=504) if is_lost else _said(body, status)


def _said(body: Mapping[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(dict(body), status=status, json_dumps_params=_DUMPS)
