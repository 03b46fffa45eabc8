"""The gate in front of every view: who calls, and whether the view is declared and allowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from truongso.accounts.access import Caller, access_of
from truongso.accounts.models import Membership, User
from truongso.accounts.queries import memberships_on
from truongso.accounts.signin import sessions
from truongso.accounts.web import duties, fresh
from truongso.kernel import clock

SESSION_KEY = "membership"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Views of libraries that cannot carry our declaration, by dotted module prefix, with the reason.
LIBRARY_VIEWS = {
    "allauth.account.views": "sign-in, sign-out and password pages of the account library guard themselves",
    "django.views.static": "static files in development",
    "django.contrib.staticfiles": "static files in development",
}


class Gate:
    """Default-deny middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL is in no text")  # PostgreSQL would answer it with a fault
        response = self.get_response(request)
        if getattr(request, "caller", None) is not None:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if not getattr(view, "csrf_exempt", False) and _has_nul(request):
            raise BadRequest("NUL is in no text")
        if isinstance(request.user, User) and sessions.is_over(request.session):
            logout(request)
        if isinstance(request.user, User):
            request.looked = sessions.beat(request.session)  # type: ignore[attr-defined]
            request.caller = _caller(request, request.user)  # type: ignore[attr-defined]
        access = access_of(view)
        if access is None:
            module = getattr(view, "__module__", "")
            if any(module.startswith(prefix) for prefix in LIBRARY_VIEWS):
                return None
            raise Http404("no access declared")
        if not access.needs_login:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if access.permission is not None and not request.caller.may(access.permission):  # type: ignore[attr-defined]
            raise PermissionDenied
        if access.permission is not None:
            duty = duties.due(request, request.user, look=request.looked)  # type: ignore[attr-defined]
            if duty:
                return duties.lead(request, duty)
        if access.fresh and request.method not in _SAFE and not fresh.is_fresh(request, request.user):
            return fresh.ask(request)
        return None


def _has_nul(request: HttpRequest) -> bool:
    """Whether a form that was sent holds a sign that no text holds. Views that read raw bodies read them themselves."""
    return any("\x00" in text for name, values in request.POST.lists() for text in (name, *values))


def choose(request: HttpRequest, membership_id: int) -> bool:
    """Switch to another of the caller's own memberships; False when it is not theirs."""
    caller = getattr(request, "caller", None)
    if caller is None or membership_id not in {m.pk for m in caller.memberships}:
        return False
    request.session[SESSION_KEY] = membership_id
    return True


def _caller(request: HttpRequest, user: User) -> Caller:
    memberships = memberships_on(user, clock.today())
    chosen: Membership | None = memberships[0] if memberships else None
    wanted = request.session.get(SESSION_KEY)
    for membership in memberships:
        if membership.pk == wanted:
            chosen = membership
    return Caller(user=user, membership=chosen, memberships=tuple(memberships))
