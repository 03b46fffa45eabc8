"""The way back from a gateway's page: shows what stands, never moves money, believes nothing in the address."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from truongso.accounts.public import public
from truongso.kernel import clock
from truongso.payments.gateways.addresses import is_own_path
from truongso.payments.gateways.models import Attempt
from truongso.payments.gateways.queries import attempt_by_public_id, is_open
from truongso.payments.gateways.query_back import query_back
from truongso.payments.gateways.types import AttemptState

_PAUSE = 10  # seconds between two questions that the page may cause


@public("the payer comes back from the gateway; the random address in the link is the key")
@require_safe
def gateway_return(request: HttpRequest, provider: str, attempt: str) -> HttpResponse:
    """What the gateway adds to the address is not even read; when its notice has not come, it is asked."""
    found = attempt_by_public_id(attempt) if attempt.isascii() and attempt.isalnum() else None
    if found is None or found.channel.provider != provider:
        return render(request, "payments/gateway_unknown.html", status=404)
    if is_open(found) and request.method == "GET" and cache.add(f"gateway-return:{found.pk}", 1, _PAUSE):
        found = query_back(found)
    back = found.return_url if is_own_path(found.return_url) else ""
    if found.state == AttemptState.PAID.value and back:
        response: HttpResponse = redirect(back)
    else:
        response = render(request, "payments/gateway_return.html", _context(found, back))
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response


def _context(attempt: Attempt, back: str) -> dict[str, object]:
    school = attempt.school
    return {
        "attempt": attempt,
        "is_waiting": is_open(attempt) and attempt.expires_at > clock.now(),
        "back": back,
        "school_name": school.short_name,
        "school_place": school.address,
        "support": school.support_phone or school.phone,
        "support_hours": school.support_hours,
    }
