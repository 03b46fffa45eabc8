"""Webhooks of bank feeds: fast answers, nothing told to strangers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from truongso.accounts.public import public
from truongso.banking.feed import connection_by_public_id, receive

MAX_BODY = 256 * 1024


@public("the provider signs each notice; there is no session")
@csrf_exempt
@require_POST
def feed_notice(request: HttpRequest, connection: str, provider: str) -> HttpResponse:
    """A bank feed's webhook: 200 {"success": true} when the notice is taken or was before, 401 when it is not genuine.

    An unknown address and a wrong signature get the same answer.
    """
    length = request.headers.get("Content-Length") or "0"  # none is read without one
    if not length.isascii() or not length.isdigit() or int(length[:12]) > MAX_BODY:
        return JsonResponse({"success": False}, status=413)
    body = request.body
    found = connection_by_public_id(provider, connection)
    if found is None:
        return JsonResponse({"success": False}, status=401)
    outcome = receive(found, body=body, headers=request.headers)
    if outcome.accepted:
        return JsonResponse({"success": True})
    return JsonResponse({"success": False}, status=401 if outcome.is_forged else 422)
