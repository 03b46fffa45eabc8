"""Every request has a number: in its answer's header, on its error page, in its log lines and in what it records."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from truongso.accounts.signin.devices import device_label
from truongso.kernel import origin
from truongso.kernel.limits import client_of

HEADER = "X-Request-ID"


class RequestOrigin:
    """The outermost middleware, so that what the others answer and log is numbered too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        here = origin.Origin(
            origin.new_request_id(),
            origin.shortened(client_of(request)),
            device_label(request.headers.get("User-Agent", "")),
        )
        request.request_id = here.request_id  # type: ignore[attr-defined]
        with origin.entered(here):
            response = self.get_response(request)
        response.headers[HEADER] = here.request_id
        return response
