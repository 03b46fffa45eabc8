"""What browsers refused to run on our pages: counted by directive, never answered with anything.

Nothing is loaded from elsewhere and nothing is written into a page, so a report is either a reader's own browser
extension or somebody's markup that reached a page. The page is named by its route: family pages carry a secret in
their address.
"""

from __future__ import annotations

import json
import logging
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from truongso.accounts.access import public
from truongso.kernel.csp_counts import count_report, directive_of
from truongso.kernel.limits import Limit, Use, client_of, first_spent

_FROM = Limit("csp reports from", 60, 3600)
_LONGEST = 16 * 1024
_log = logging.getLogger("truongso.csp")


@public("a browser reports what it refused to run")
@csrf_exempt
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """Take one report; whoever sends many is no longer counted."""
    found = _read(request)
    if found is not None and first_spent(Use(_FROM, (client_of(request),))) is None:
        directive, page = found
        count_report(directive)
        _log.warning("refused by %s on %s", directive, page)
    return HttpResponse(status=204)


def _read(request: HttpRequest) -> tuple[str, str] | None:
    if int(request.META.get("CONTENT_LENGTH") or 0) > _LONGEST:
        return None
    try:
        told = json.loads(request.body)["csp-report"]
        directive = str(told.get("effective-directive") or told.get("violated-directive") or "").split(" ")[0]
        path = urlsplit(str(told.get("document-uri", ""))).path
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return directive_of(directive), _route(path)


def _route(path: str) -> str:
    try:
        return resolve(path).view_name or "a page without a name"
    except Resolver404:
        return "no page of ours"
