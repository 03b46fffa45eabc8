"""A provider that is down answers 503 to everything, one that is slow answers late."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from truongso.sandbox.gateways import switches
from truongso.sandbox.gateways.types import Provider
from truongso.sandbox.gateways.web.runtime import books

_PROVIDERS = frozenset(Provider)


class OutageMiddleware:
    """Looks at the first part of the path: the providers' own addresses, never the back office."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        first = request.path.split("/")[1]
        if first in _PROVIDERS:
            with books() as connection:
                health = switches.health_of(connection, Provider(first))
            time.sleep(health.slow_seconds)
            if health.is_down:
                return HttpResponse(status=503)
        return self.get_response(request)
