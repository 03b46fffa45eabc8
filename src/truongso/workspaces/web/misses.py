"""Unknown addresses and codes of public pages: a page that says what to do, and an end to guessing.

Only misses are counted and only misses are refused: behind one address of a mobile operator sit many families,
and a good link must open for every one of them. Counted in the database, so that the limit holds across processes.
"""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from truongso.kernel.limits import Limit, client_of, count, seconds_left

MISSES = Limit("misses", 10, 600)
"""At most ten unknown addresses or codes from one place in ten minutes."""

_PUBLIC_ID = re.compile(r"[0-9a-hjkmnp-tv-z]{26}")


def is_public_id(text: str) -> bool:
    """Whether the text has the form of a public id; anything else needs no look at the database."""
    return _PUBLIC_ID.fullmatch(text) is not None


def unknown(request: HttpRequest, template: str, context: dict[str, Any] | None = None) -> HttpResponse:
    """Answer an unknown address: the friendly page with 404, after too many of them 429."""
    if count(MISSES, client_of(request)) <= MISSES.most:
        return guarded(render(request, template, context, status=404))
    response = render(request, "workspaces/parent/too_many.html", status=429)
    response["Retry-After"] = str(seconds_left(MISSES))
    return guarded(response)


def guarded(response: HttpResponse) -> HttpResponse:
    """A page for one family: kept by nobody on the way, found by no search engine, its address told to no site."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"  # with none at all, browsers would not let forms be sent
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
