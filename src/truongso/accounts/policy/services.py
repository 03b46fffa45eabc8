"""Setting a policy, and what follows from one for passwords."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.hashers import check_password

from truongso.accounts.models import User
from truongso.accounts.policy.models import AuthPolicy, UsedPassword
from truongso.accounts.policy.queries import above
from truongso.accounts.policy.types import BOUNDS, Policy, weaker_fields
from truongso.accounts.types import SENSITIVE_ROLES, AccountRefusedError
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.names import tidy
from truongso.kernel.scope import of_unit
from truongso.organizations.public import OrgUnit, School

MOST_KEPT = 10


@transaction_required
def set_policy(
    *, actor: Actor, place: School | OrgUnit, policy: Policy, valid_from: dt.date, note: str = ""
) -> AuthPolicy:
    """What holds at a school or unit, and below it, from a day on; set again for the same day it is replaced.

    Raises AccountRefusedError `policy_past` (a day before today), `policy_bounds` (field, least, most),
    `policy_roles` (somebody who moves money or gives rights without a second factor), `policy_weaker` (fields: weaker
    than what the organisation above set).
    """
    if valid_from < clock.today():
        raise AccountRefusedError("policy_past", day=valid_from)
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(policy, name) <= most:
            raise AccountRefusedError("policy_bounds", field=name, least=least, most=most)
    if not policy.factor_roles >= SENSITIVE_ROLES:
        raise AccountRefusedError("policy_roles")
    parent = above(place, valid_from)
    if parent is not None and (weaker := weaker_fields(policy, parent)):
        raise AccountRefusedError("policy_weaker", fields=tuple(weaker))
    school, unit = (place, None) if isinstance(place, School) else (None, place)
    values = {name: getattr(policy, name) for name in BOUNDS}
    values |= {
        "profile": policy.profile.value, "composition": policy.composition.value, "rotation": policy.rotation.value,
        "factor_roles": sorted(role.value for role in policy.factor_roles), "note": tidy(note),
        "set_by": actor.user_id, "set_at": clock.now(),
    }  # fmt: skip
    row, _made = AuthPolicy.objects.update_or_create(school=school, unit=unit, valid_from=valid_from, defaults=values)
    audit.record(
        actor, "accounts:policy:set", school_id=place.pk if isinstance(place, School) else of_unit(place.pk),
        subject=("school" if school else "unit", place.code),
        params={"profile": row.profile, "from": valid_from.isoformat(), "rotation": row.rotation,
                "lengths": [row.min_len_single, row.min_len_mfa], "grace": [row.grace_days, row.grace_days_sensitive],
                "factor_roles": row.factor_roles},
        reason=note,
    )  # fmt: skip
    return row


@transaction_required
def remember_password(user: User) -> None:
    """Keep the hash that is about to be replaced."""
    if not user.has_usable_password():
        return
    UsedPassword.objects.create(user=user, password=user.password, until=clock.now())
    kept = UsedPassword.objects.filter(user=user).order_by("-until", "-pk").values_list("pk", flat=True)[:MOST_KEPT]
    UsedPassword.objects.filter(user=user).exclude(pk__in=list(kept)).delete()


def was_used(user: User, password: str, history: int) -> bool:
    """Whether the password is the present one or one of the `history` before it."""
    if user.pk is None or history == 0:
        return False
    if user.has_usable_password() and user.check_password(password):
        return True
    earlier = UsedPassword.objects.filter(user=user).order_by("-until", "-pk").values_list("password", flat=True)
    return any(check_password(password, hashed) for hashed in earlier[: history - 1])


@transaction_required
def require_change(*, user: User, reason: str, actor: Actor) -> None:
    """On evidence (a leaked password, a lost device): nothing else goes until the password is changed."""
    User.objects.filter(pk=user.pk).update(change_required=reason)
    user.change_required = reason
    audit.record(actor, "accounts:user:require_change", school_id=None, subject=("user", user.pk), reason=reason)
