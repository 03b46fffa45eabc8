"""Addresses that only take forms, opened as pages: a bookmark, a reload, a session that ended while a form was filled.

Instead of the bare 405 the reader gets the page that the address belongs to: the nearest address above it that is one
of ours and open to him or her. Interfaces for programs keep their 405.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import ResolverMatch, URLPattern, URLResolver, get_resolver, get_urlconf, resolve, reverse

from truongso.accounts.access import access_of, caller_of

# Where the addresses themselves do not say it.
BELONGS_TO = {"accounts:switch": "accounts:own_account"}
_NOT_ALLOWED = 405


class WrongMethod:
    """Middleware around the gate."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if response.status_code != _NOT_ALLOWED or request.method not in {"GET", "HEAD"} or match is None:
            return response
        if getattr(match.func, "csrf_exempt", False):
            return response
        return redirect(_page_of(request, match))


def all_routes(patterns: Iterable[URLPattern | URLResolver] | None = None, start: str = "") -> Iterator[str]:
    """Every address of the product as written, with its places: thu/may-pos/<str:public_id>/doi."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = start + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from all_routes(one.url_patterns, route)
        else:
            yield route


@lru_cache(maxsize=2)
def _known(_urlconf: str) -> frozenset[str]:
    return frozenset(all_routes())


def _page_of(request: HttpRequest, match: ResolverMatch) -> str:
    """The address to show instead; the landing page when nothing above is open to the caller."""
    if match.view_name in BELONGS_TO:
        return reverse(BELONGS_TO[match.view_name])
    known = _known(get_urlconf() or settings.ROOT_URLCONF)
    words, parts = match.route.split("/"), request.path_info.strip("/").split("/")
    for length in range(len(words) - 1, 0, -1):
        above = "/" + "/".join(parts[:length])
        if "/".join(words[:length]) in known and _is_open(request, above):
            return above
    return "/"


def _is_open(request: HttpRequest, path: str) -> bool:
    access, caller = access_of(resolve(path).func), caller_of(request)
    if access is None or access.permission is None:
        return access is not None
    return caller is not None and caller.may(access.permission)
