"""The gate in front of every view: who calls, and whether the view is declared and allowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from truongso.accounts.access import Access, Caller, access_of
from truongso.accounts.models import Membership, User
from truongso.accounts.policy.queries import DutyKind
from truongso.accounts.queries import memberships_on
from truongso.accounts.signin import events, sessions
from truongso.accounts.signin.types import EventKind
from truongso.accounts.types import Role
from truongso.accounts.web import duties, fresh, input_texts, request_limits, visiting
from truongso.kernel import clock, scope
from truongso.kernel.db import is_timeout
from truongso.kernel.limits import LimitReachedError
from truongso.kernel.ui import downloads
from truongso.organizations.public import places_under

SESSION_KEY = "membership"
_REFUSALS = frozenset({403, 404})
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
        if request_limits.is_too_long(request):
            return render(request, "413.html", status=413)
        with scope.entered(scope.Scope()), downloads.door():
            response = self.get_response(request)
            _note_refusal(request, response.status_code)
        visiting.refuse_files(request, response)
        # Nobody's copy but the reader's own, and that only where an open page asks for changes.
        asks_for_changes = "ETag" in response.headers and getattr(request, "caller", None) is None
        response.headers.setdefault("Cache-Control", "private, no-cache" if asks_for_changes else "no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        is_for_people = not getattr(view, "csrf_exempt", False)
        if is_for_people:
            if _has_nul(request):
                raise BadRequest("NUL is in no text")
            input_texts.clean(request)
        _know(request)
        if is_for_people:
            counted = request_limits.read_by if request.method in _SAFE else request_limits.spent_by
            spent = counted(request)
            if spent is not None:
                return request_limits.too_many(request, spent)
        access = access_of(view)
        scope.replace(_scope(access, getattr(request, "caller", None)))
        if access is None:
            module = getattr(view, "__module__", "")
            if any(module.startswith(prefix) for prefix in LIBRARY_VIEWS):
                return None
            raise Http404("no access declared")
        return _admit(request, access) if access.needs_login else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A limit that was reached inside a view, and a question that took the database too long."""
        if isinstance(exception, LimitReachedError):
            return request_limits.too_many(request, exception.limit)
        if isinstance(exception, OperationalError) and is_timeout(exception):
            response = render(request, "503.html", status=503)
            response["Retry-After"] = "30"
            return response
        return None


def _note_refusal(request: HttpRequest, status: int) -> None:
    """Somebody who is signed in asked for a page or a thing that is not theirs (or is not there: both look alike)."""
    caller, found = getattr(request, "caller", None), request.resolver_match
    if status in _REFUSALS and caller is not None and found is not None:
        events.note(EventKind.REFUSED, user=caller.user, route=found.route, status=status)
        visiting.note_refusal(request, caller)


def _know(request: HttpRequest) -> None:
    """Who calls, unless the session is over."""
    if isinstance(request.user, User) and sessions.is_over(request.session):
        logout(request)
    if isinstance(request.user, User):
        request.looked = sessions.beat(request.session)  # type: ignore[attr-defined]
        request.caller = _caller(request, request.user)  # type: ignore[attr-defined]


def _admit(request: HttpRequest, access: Access) -> HttpResponseBase | None:
    """None for who may go on; else where he or she has to go first. Raises PermissionDenied."""
    if not isinstance(request.user, User):
        return redirect_to_login(request.get_full_path())
    if access.permission is not None:
        caller: Caller = request.caller  # type: ignore[attr-defined]
        if not (caller.may_anywhere if access.anywhere else caller.may)(access.permission):
            raise PermissionDenied
        duty = duties.due(request, request.user, look=request.looked)  # type: ignore[attr-defined]
        if duty:
            return duties.lead(request, duty)
        visiting.look(request, request.caller, access.permission)  # type: ignore[attr-defined]
    elif request.user.change_required and not access.while_due:
        # Who may have a password that leaked neither adds a factor of their own nor reads the owner's pages.
        return duties.lead(request, DutyKind.PASSWORD)
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
    visiting.leave(request)
    return True


def _scope(access: Access | None, caller: Caller | None) -> scope.Scope:
    """Which schools' rows the database lets the view see: of the present place for what needs a permission, of all the
    caller's places on pages about oneself, of every school of the own children on those of families. Pages open to all
    work at the schools their address leads to."""
    if access is None or not access.needs_login:
        return scope.Scope(grows=True)
    if caller is None:
        return scope.Scope()
    memberships = [caller.membership] if access.permission is not None else list(caller.memberships)
    if access.permission is not None and access.anywhere:
        return scope.Scope({one.pk for one in caller.schools_with(access.permission)})
    units = [m.unit_id for m in memberships if m is not None and m.unit_id is not None]
    places = {m.school_id for m in memberships if m is not None and m.school_id is not None}
    return scope.Scope(places, later=(lambda: places_under(units)) if units else None)


def _caller(request: HttpRequest, user: User) -> Caller:
    memberships = memberships_on(user, clock.today())
    chosen: Membership | None = memberships[0] if memberships else None
    wanted = request.session.get(SESSION_KEY)
    for membership in memberships:
        if membership.pk == wanted:
            chosen = membership
    visit = visiting.present(request, user, memberships)
    if visit is not None:
        chosen = Membership(user=user, role=Role.SUPPORT.value, school=visit.school, valid_from=clock.today())
    proof = partial(fresh.is_fresh, request, user)
    return Caller(user=user, membership=chosen, memberships=tuple(memberships), visit=visit, proof=proof)
