"""A visit by grant of support: which grant a session uses now, that it only reads, and that every page is recorded."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from truongso.accounts.access import Caller
from truongso.accounts.models import Membership, User
from truongso.accounts.support.models import SupportGrant
from truongso.accounts.support.queries import grant_of, may_support
from truongso.accounts.support.services import record_view
from truongso.accounts.types import Permission
from truongso.kernel.db import transaction
from truongso.kernel.ui import downloads

_KEY = "support_visit"
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


def begin(request: HttpRequest, grant: SupportGrant) -> None:
    """From now on the session looks into the school of the grant."""
    request.session[_KEY] = grant.public_id


def leave(request: HttpRequest) -> None:
    """Back to one's own places."""
    request.session.pop(_KEY, None)


def present(request: HttpRequest, user: User, memberships: Sequence[Membership]) -> SupportGrant | None:
    """The grant the session uses, as long as it runs and the person still has the part it was given for. Sessions
    without a visit cost no query."""
    wanted = request.session.get(_KEY)
    if wanted is None:
        return None
    grant = grant_of(user, str(wanted))
    if grant is None or not grant.is_running or not may_support(memberships, grant.school_id):
        leave(request)
        return None
    return grant


def look(request: HttpRequest, caller: Caller, permission: Permission) -> None:
    """Before a page that the grant opens: recorded, and for reading alone. Raises PermissionDenied for a form."""
    if caller.visit is None or not caller.visits_by(permission):
        return
    if request.method not in _READS:
        raise PermissionDenied
    with transaction():
        record_view(actor=caller.actor, grant=caller.visit, path=request.path)
    request.is_visit = True  # type: ignore[attr-defined]
    downloads.shut()


def note_refusal(request: HttpRequest, caller: Caller) -> None:
    """A page or a file that the grant does not open: the school reads that it was asked for."""
    if caller.visit is not None:
        with transaction():
            record_view(actor=caller.actor, grant=caller.visit, path=request.path, refused=True)


def refuse_files(request: HttpRequest, response: HttpResponseBase) -> None:
    """No file of a school leaves by a grant, not even one that came past the door. Raises PermissionDenied."""
    if getattr(request, "is_visit", False) and response.has_header("Content-Disposition"):
        raise PermissionDenied
