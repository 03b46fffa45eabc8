"""Default-deny: every view declares who may open it, and the gate refuses views that declare nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseBase

from truongso.accounts.models import Membership, User
from truongso.accounts.policies import MODULE_OF, allows
from truongso.accounts.types import Permission, Role
from truongso.kernel.actor import Actor
from truongso.organizations.public import School

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True)
class Access:
    """A view's declaration. `permission` None and not `needs_login`: open to all, for the stated reason."""

    permission: Permission | None
    needs_login: bool
    reason: str = ""
    # Writing wants a fresh proof of who is there (second factor within five minutes).
    fresh: bool = False


@dataclass(frozen=True)
class Caller:
    """The signed-in person acting in one membership."""

    user: User
    membership: Membership | None
    memberships: tuple[Membership, ...]

    def may(self, permission: Permission) -> bool:
        """True when the present membership holds the permission and the school has not switched that part off."""
        if self.membership is None or not allows(Role(self.membership.role), permission):
            return False
        school, module = self.membership.school, MODULE_OF.get(permission)
        return module is None or school is None or module.value not in school.switched_off

    @property
    def school(self) -> School:
        """The school of the present membership; only views with a school permission reach this."""
        if self.membership is None or self.membership.school is None:
            raise PermissionError("no school in the present membership")
        return self.membership.school

    @property
    def actor(self) -> Actor:
        return Actor(user_id=self.user.pk, label=self.user.full_name, channel="web")


class AuthedRequest(HttpRequest):
    """A request that passed the gate with a caller (annotation for views)."""

    caller: Caller


def requires(permission: Permission, *, fresh: bool = False) -> Callable[[View], View]:
    """Only for members whose role holds the permission.

    `fresh`: sending a form to this view wants a fresh second factor (step-up), for refunds, bank accounts, roles.
    """
    return _declare(Access(permission, needs_login=True, fresh=fresh))


def signed_in(view: View) -> View:
    """For everyone signed in (own account pages)."""
    return _declare(Access(None, needs_login=True))(view)


def signed_in_fresh(view: View) -> View:
    """For everyone signed in; sending a form wants a fresh second factor (changing one's own factors)."""
    return _declare(Access(None, needs_login=True, fresh=True))(view)


def public(reason: str) -> Callable[[View], View]:
    """Open to everyone; says why."""
    if not reason.strip():
        raise ValueError("public() needs a reason")
    return _declare(Access(None, needs_login=False, reason=reason))


def access_of(view: Any) -> Access | None:
    """The declaration of a view, also through class-based views."""
    found = getattr(view, "truongso_access", None) or getattr(
        getattr(view, "view_class", None), "truongso_access", None
    )
    return found if isinstance(found, Access) else None


def caller_of(request: HttpRequest) -> Caller | None:
    """The caller set by the gate, or None for visitors."""
    found = getattr(request, "caller", None)
    return found if isinstance(found, Caller) else None


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.truongso_access = access  # type: ignore[attr-defined]
        return view

    return mark
