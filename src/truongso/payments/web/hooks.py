"""Webhooks of gateways: raw body first, fast answers in the gateway's own words, nothing told to strangers."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt

from truongso.accounts.public import public
from truongso.payments.gateways.notices import receive
from truongso.payments.gateways.queries import channel_of_hook
from truongso.payments.providers.registry import GATEWAYS
from truongso.payments.providers.types import MAX_BYTES, Gateway, Verdict

log = logging.getLogger("truongso.payments")


@public("the gateway signs each notice; there is no session")
@csrf_exempt
def gateway_notice(request: HttpRequest, provider: str, connection: str) -> HttpResponse:
    """A gateway's notice. An unknown address and a wrong signature get the same answer."""
    gateway = GATEWAYS.get(provider)
    if gateway is None:
        return HttpResponse(status=404)
    if request.method != gateway.notice_method:
        return HttpResponseNotAllowed([gateway.notice_method])
    query = request.META.get("QUERY_STRING", "")
    length = request.headers.get("Content-Length") or "0"  # none is read without one
    if not length.isascii() or not length.isdigit() or int(length[:12]) > MAX_BYTES or len(query) > MAX_BYTES:
        return HttpResponse(status=413)
    body = request.body
    channel = channel_of_hook(provider, connection)
    if channel is None:
        return _answer(gateway, Verdict.FORGED)
    try:
        verdict = receive(channel, query=query, body=body, headers=request.headers)
    except Exception:
        # What was stored is worked off by the next tick; the gateway is asked to send again all the same.
        log.exception("a notice for channel %s could not be taken in", channel.pk)
        verdict = Verdict.TRY_AGAIN
    return _answer(gateway, verdict)


def _answer(gateway: Gateway, verdict: Verdict) -> HttpResponse:
    reply = gateway.reply(verdict)
    response = HttpResponse(reply.body, status=reply.status, content_type=reply.content_type or None)
    if not reply.content_type:
        del response["Content-Type"]
    return response
