"""Unknown addresses of public pages: a page that says what to do, and an end to guessing.

Only misses are counted and only misses are refused: behind one address of a mobile operator sit many families,
and a good link must open for every one of them. What is guessed at has 130 random bits.
"""

from __future__ import annotations

import re

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from truongso.kernel import clock

MISSES = 30
WINDOW = 600
"""At most MISSES unknown addresses from one place in WINDOW seconds."""

_PUBLIC_ID = re.compile(r"[0-9a-hjkmnp-tv-z]{26}")


def is_public_id(text: str) -> bool:
    """Whether the text has the form of a public id; anything else needs no look at the database."""
    return _PUBLIC_ID.fullmatch(text) is not None


def unknown(request: HttpRequest, template: str) -> HttpResponse:
    """Answer an unknown address: the friendly page with 404, after too many of them 429."""
    seconds = int(clock.now().timestamp())
    key = f"misses:{request.META.get('REMOTE_ADDR', '')}:{seconds // WINDOW}"
    misses = cache.get(key, 0) + 1
    cache.set(key, misses, WINDOW)
    if misses <= MISSES:
        return guarded(render(request, template, status=404))
    response = render(request, "workspaces/parent/too_many.html", status=429)
    response["Retry-After"] = str(WINDOW - seconds % WINDOW)
    return guarded(response)


def guarded(response: HttpResponse) -> HttpResponse:
    """A page for one family: kept by nobody on the way, found by no search engine, its address told to no one."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
