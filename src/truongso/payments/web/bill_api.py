"""The bank bill service over HTTP: strict, signed both ways. Protocol: payments/bills/README.md."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.utils import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from truongso.accounts.public import public
from truongso.kernel import clock
from truongso.kernel.limits import client_of
from truongso.payments.bills import inquiry, reconcile, requests, services, signing
from truongso.payments.bills.messages import RESULTS
from truongso.payments.bills.models import BillPartner
from truongso.payments.bills.openapi import document
from truongso.payments.bills.partners import Authenticated, SignedCall, authenticate, touch
from truongso.payments.bills.services import Call
from truongso.payments.bills.types import MAX_BODY, STATUS, BillCode, BillRefusedError

Act = Callable[[BillPartner, bytes, Call], dict[str, Any]]
View = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("truongso.payments")


def _ask(partner: BillPartner, body: bytes, _call: Call) -> dict[str, Any]:
    return inquiry.inquire(partner, requests.read_inquiry(body))


def _notify(partner: BillPartner, body: bytes, call: Call) -> dict[str, Any]:
    return services.notify(partner, requests.read_notify(body), call)


def _reverse(partner: BillPartner, body: bytes, call: Call) -> dict[str, Any]:
    return services.reverse(partner, requests.read_reversal(body), call)


def _list(partner: BillPartner, body: bytes, _call: Call) -> dict[str, Any]:
    return inquiry.transactions(partner, requests.read_day_list(body))


def _reconcile(partner: BillPartner, body: bytes, call: Call) -> dict[str, Any]:
    return reconcile.take_list(partner, requests.read_reconcile(body), call)


def _endpoint(act: Act) -> View:
    @public("each call is signed by a partner; there is no session")
    @csrf_exempt
    @require_POST
    def view(request: HttpRequest) -> HttpResponse:
        caller: Authenticated | None = None
        try:
            body = _body(request)
            caller = authenticate(_signed(request, body))
            touch(caller.partner, clock.now())
            if request.content_type != "application/json":
                raise BillRefusedError(BillCode.NOT_JSON)
            if request.META.get("QUERY_STRING"):
                raise BillRefusedError(BillCode.MALFORMED, field="query")
            call = Call(_header(request, signing.NONCE_HEADER), request.path, body)
            answer: dict[str, Any] = {"result": BillCode.OK, "message": str(RESULTS[BillCode.OK])}
            return _answer(request, caller, BillCode.OK, answer | act(caller.partner, body, call))
        except BillRefusedError as refusal:
            return _refusal(request, caller, refusal)
        except OperationalError:
            log.exception("a bill call could not be worked on")
            return _refusal(request, caller, BillRefusedError(BillCode.TRY_AGAIN))

    return view


inquiry_view = _endpoint(_ask)
notify_view = _endpoint(_notify)
reversal_view = _endpoint(_reverse)
transactions_view = _endpoint(_list)
reconcile_view = _endpoint(_reconcile)


@public("the protocol is published; it names no school and no person")
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The service's description for a bank's programmers and tools."""
    return JsonResponse(document(f"{settings.PUBLIC_URL}/api/bill/v1"), json_dumps_params={"ensure_ascii": False})


def _body(request: HttpRequest) -> bytes:
    """The raw body, not read at all when it says to be too large or does not say."""
    length = request.headers.get("Content-Length") or ""
    if not (length.isascii() and length.isdigit() and int(length[:12]) <= MAX_BODY):
        raise BillRefusedError(BillCode.TOO_LARGE, most=MAX_BODY)
    return request.body


def _signed(request: HttpRequest, body: bytes) -> SignedCall:
    return SignedCall(
        key_id=_header(request, signing.KEY_HEADER), timestamp=_header(request, signing.TIMESTAMP_HEADER),
        nonce=_header(request, signing.NONCE_HEADER), signature=_header(request, signing.SIGNATURE_HEADER),
        method=request.method or "", path=request.path, body=body, address=client_of(request),
    )  # fmt: skip


def _header(request: HttpRequest, name: str) -> str:
    return request.headers.get(name, "")[:200]


def _refusal(request: HttpRequest, caller: Authenticated | None, refusal: BillRefusedError) -> HttpResponse:
    payload: dict[str, Any] = {"result": refusal.code, "message": str(RESULTS[refusal.code])}
    if refusal.details:
        payload["details"] = refusal.details
    return _answer(request, caller, refusal.code, payload)


def _answer(
    request: HttpRequest, caller: Authenticated | None, code: BillCode, payload: dict[str, Any]
) -> HttpResponse:
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    status = STATUS[code]
    response = HttpResponse(body, status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    if caller is not None:
        nonce, now = _header(request, signing.NONCE_HEADER), int(clock.now().timestamp())
        response[signing.TIMESTAMP_HEADER] = str(now)
        response[signing.NONCE_HEADER] = nonce
        response[signing.SIGNATURE_HEADER] = signing.answer_signature(
            caller.secret, timestamp=now, nonce=nonce, status=status, body=body
        )
    return response
