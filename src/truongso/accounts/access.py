"""Default-deny: every view declares who may open it, and the gate refuses views that declare nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseBase

from truongso.accounts.matrix import Data, Sight, sight
from truongso.accounts.models import Membership, User
from truongso.accounts.policies import GRANTABLE, MODULE_OF, allows
from truongso.accounts.support.models import SupportGrant
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
    # Open also to who has to change the password before anything else.
    while_due: bool = False
    # Whichever of the caller's roles holds the permission: families, whose children may be at several schools.
    anywhere: bool = False


@dataclass(frozen=True)
class Caller:
    """The signed-in person acting in one membership."""

    user: User
    membership: Membership | None
    memberships: tuple[Membership, ...]
    # The running grant by which somebody from support looks into a school now.
    visit: SupportGrant | None = None
    # Asked only where it matters: it takes statements.
    proof: Callable[[], bool] = field(default=bool, compare=False, repr=False)

    @property
    def is_fresh(self) -> bool:
        """Whether who is there was proved within the last five minutes (with the second factor, if there is one)."""
        return self.proof()

    def may(self, permission: Permission) -> bool:
        """True when the present membership, or the grant of support, holds the permission and the school has not
        switched that part off."""
        if self.membership is None:
            return False
        if not self.visits_by(permission) and not allows(Role(self.membership.role), permission):
            return False
        school, module = self.membership.school, MODULE_OF.get(permission)
        return module is None or school is None or module.value not in school.switched_off

    def may_anywhere(self, permission: Permission) -> bool:
        """True when any of the caller's own roles holds the permission, at whatever place."""
        return any(allows(Role(one.role), permission) for one in self.memberships)

    def schools_with(self, permission: Permission) -> list[School]:
        """The schools at which one of the caller's own roles holds the permission, each once, by name."""
        found = {
            one.school.pk: one.school
            for one in self.memberships
            if one.school is not None and allows(Role(one.role), permission)
        }
        return list(found.values())

    def sight(self, data: Data) -> Sight:
        """How much of one person's value of this kind the present membership sees in passing (`matrix`)."""
        return Sight.NOTHING if self.membership is None else sight(Role(self.membership.role), data)

    def visits_by(self, permission: Permission | None) -> bool:
        """Whether it is the grant of support that holds the permission."""
        return self.visit is not None and any(permission in GRANTABLE[area] for area in self.visit.parts)

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


def requires(permission: Permission, *, fresh: bool = False, anywhere: bool = False) -> Callable[[View], View]:
    """Only for members whose role holds the permission.

    `fresh`: sending a form to this view wants a fresh second factor (step-up), for refunds, bank accounts, roles.
    `anywhere`: any of the caller's roles will do, and the view works at all schools where one does: for families.
    """
    return _declare(Access(permission, needs_login=True, fresh=fresh, anywhere=anywhere))


def signed_in(view: View) -> View:
    """For everyone signed in (own account pages)."""
    return _declare(Access(None, needs_login=True))(view)


def signed_in_while_due(view: View) -> View:
    """For everyone signed in, also for who has to change the password before anything else: where that is done, and
    the ways there."""
    return _declare(Access(None, needs_login=True, while_due=True))(view)


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
