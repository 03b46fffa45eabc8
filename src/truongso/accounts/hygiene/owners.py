"""Shared accounts: who answers for one, and handing it over."""

from __future__ import annotations

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from truongso.accounts.factors.services import drop_all
from truongso.accounts.hygiene.inventory import in_force
from truongso.accounts.hygiene.keepers import last_kept_role
from truongso.accounts.hygiene.models import SharedAccount
from truongso.accounts.models import Membership, User
from truongso.accounts.signin.passwords import take_away_password
from truongso.accounts.signin.sessions import end_sessions
from truongso.accounts.staffing.queries import is_sensitive, other_places
from truongso.accounts.staffing.services import Manager, chain_of
from truongso.accounts.types import AccountRefusedError
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.names import tidy
from truongso.organizations.public import OrgUnit, School

_CLOCK = Actor.system("account-hygiene")


def possible_owners(place: School | OrgUnit) -> list[User]:
    """People of the place who may answer for a shared account: in force, active, and no shared account; one query."""
    at = Q(school=place) if isinstance(place, School) else Q(unit=place)
    held = Membership.objects.filter(in_force(clock.today()), at).exclude(role__in=["parent", "pupil"])
    rows = User.objects.filter(pk__in=held.values("user_id"), is_active=True, shared__isnull=True)
    return list(rows.order_by("full_name", "pk"))


@transaction_required
def set_owner(*, by: Manager, place: School | OrgUnit, user: User, owner: User, reason: str) -> None:
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
    if other_places(user, by.scope, by.units):
        raise AccountRefusedError("has_other_places")
    if is_sensitive(user, clock.today()) and not by.approves:
        raise AccountRefusedError("needs_approver")
    if owner.pk == user.pk or owner.pk not in {one.pk for one in possible_owners(place)}:
        raise AccountRefusedError("owner_unknown")
    row = SharedAccount.objects.select_for_update().filter(user=user).first()
    if row is not None and row.owner_id == owner.pk:
        raise AccountRefusedError("no_change")
    if row is None and user.was_begun:
        raise AccountRefusedError("owner_personal")
    before = row.owner_id if row else None
    SharedAccount.objects.update_or_create(
        user=user,
        defaults={"owner": owner, "since": clock.now(), "set_by": by.user.pk, "reason": tidy(reason)},
    )
    if before is not None:
        take_away_access(user, by.actor, reason)
    audit.record(
        by.actor, "accounts:owner:set", school_id=chain_of(place), subject=("user", user.pk),
        params={"owner": owner.pk, "before": before}, reason=reason,
    )  # fmt: skip


def left_behind() -> list[int]:
    """Shared accounts that still open and whose owner has no role left at the account's place; one query."""
    roles = Membership.objects.filter(in_force(clock.today()))
    its = roles.filter(user_id=OuterRef("user_id"))
    same = Q(school_id=OuterRef("school_id"), school__isnull=False) | Q(unit_id=OuterRef("unit_id"), unit__isnull=False)
    owners = Membership.objects.filter(in_force(clock.today()), same)
    here = its.filter(Exists(owners.filter(user_id=OuterRef(OuterRef("owner_id")))))
    opens = ~Q(user__password__startswith=UNUSABLE_PASSWORD_PREFIX) | Q(user__second_factor_since__isnull=False)
    rows = SharedAccount.objects.filter(Exists(its), ~Exists(here), opens)
    return list(rows.order_by("pk").values_list("user_id", flat=True))


@transaction_required
def close_left_behind(user_id: int) -> bool:
    """The owner of a shared account has left and knows its password: nobody gets in until another owner is named.
    The last account that lets others in stays open; False then."""
    user = User.objects.select_for_update().get(pk=user_id)
    if last_kept_role(user) is not None:
        return False
    reason = _("Người phụ trách đã thôi việc")
    take_away_access(user, _CLOCK, reason)
    audit.record(_CLOCK, "accounts:owner:left", school_id=None, subject=("user", user.pk), reason=reason)
    return True


def take_away_access(user: User, actor: Actor, reason: str) -> None:
    """Password, second factors, links and sessions end; a new activation link is the only way in."""
    take_away_password(user)
    drop_all(user=user, actor=actor, reason=reason)
    end_sessions(user)
