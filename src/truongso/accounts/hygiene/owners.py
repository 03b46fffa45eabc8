"""Shared accounts: who answers for one, and handing it over."""

from __future__ import annotations

from truongso.accounts.factors.services import drop_all
from truongso.accounts.hygiene.inventory import in_force
from truongso.accounts.hygiene.models import SharedAccount
from truongso.accounts.models import ActivationLink, Membership, User
from truongso.accounts.policy.services import remember_password
from truongso.accounts.signin import devices
from truongso.accounts.signin.sessions import end_sessions
from truongso.accounts.staffing.queries import is_sensitive, other_places
from truongso.accounts.staffing.services import Manager
from truongso.accounts.types import AccountRefusedError
from truongso.kernel import audit, clock
from truongso.kernel.db import transaction_required
from truongso.kernel.names import tidy
from truongso.organizations.public import School


def possible_owners(school: School) -> list[User]:
    """People of the school who may answer for a shared account: in force, active, and no shared account; one query."""
    held = Membership.objects.filter(in_force(clock.today()), school=school).exclude(role__in=["parent", "pupil"])
    rows = User.objects.filter(pk__in=held.values("user_id"), is_active=True, shared__isnull=True)
    return list(rows.order_by("full_name", "pk"))


@transaction_required
def set_owner(*, by: Manager, school: School, user: User, owner: User, reason: str) -> None:
    """Make an account a shared one, or hand it over: the new owner starts anew through an activation link.

    Until then nobody gets in: password, second factors, links and sessions of the former holder end. A personal account
    is handed to nobody; it becomes a shared one while nobody has used it yet. Raises AccountRefusedError
    `reason_missing`, `own_account`, `has_other_places`, `needs_approver`, `owner_unknown`, `no_change`,
    `owner_personal`.
    """
    if not reason.strip():
        raise AccountRefusedError("reason_missing")
    if user.pk == by.user.pk:
        raise AccountRefusedError("own_account")
    if other_places(user, by.scope):
        raise AccountRefusedError("has_other_places")
    if is_sensitive(user, clock.today()) and not by.approves:
        raise AccountRefusedError("needs_approver")
    if owner.pk == user.pk or owner.pk not in {one.pk for one in possible_owners(school)}:
        raise AccountRefusedError("owner_unknown")
    row = SharedAccount.objects.select_for_update().filter(user=user).first()
    if row is not None and row.owner_id == owner.pk:
        raise AccountRefusedError("no_change")
    if row is None and user.activated_at is not None:
        raise AccountRefusedError("owner_personal")
    before = row.owner_id if row else None
    SharedAccount.objects.update_or_create(
        user=user,
        defaults={"owner": owner, "since": clock.now(), "set_by": by.user.pk, "reason": tidy(reason)},
    )
    if before is not None:
        take_away_access(user, by, reason)
    audit.record(
        by.actor, "accounts:owner:set", school_id=school.pk, subject=("user", user.pk),
        params={"owner": owner.pk, "before": before}, reason=reason,
    )  # fmt: skip


def take_away_access(user: User, by: Manager, reason: str) -> None:
    """Password, second factors, links and sessions end; a new activation link is the only way in."""
    take_away_password(user)
    drop_all(user=user, actor=by.actor, reason=reason)
    end_sessions(user)


def take_away_password(user: User) -> None:
    """The password opens nothing any more and is not taken again; links that were given out end."""
    remember_password(user)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    ActivationLink.objects.filter(user=user, used_at=None).update(expires_at=clock.now())
    devices.distrust(user)
