"""Who must not be suspended: the last one at a place who can let others in again."""

from __future__ import annotations

from django.db.models import Q

from truongso.accounts.hygiene.inventory import in_force
from truongso.accounts.hygiene.types import KEEPER_ROLES
from truongso.accounts.models import Membership, User
from truongso.accounts.types import Role
from truongso.kernel import clock


def last_kept_role(user: User) -> Role | None:
    """The role for which the user is the last one able to sign in at some place; None when others are there."""
    today = in_force(clock.today())
    held = Membership.objects.filter(today, user=user, role__in=[role.value for role in KEEPER_ROLES])
    for one in held:
        place = Q(school=one.school_id) if one.school_id is not None else Q(unit=one.unit_id)
        others = Membership.objects.filter(today, place, role=one.role, user__is_active=True).exclude(user=user)
        able = Q(user__activated_at__isnull=False) | Q(user__second_factor_since__isnull=False)
        if not others.filter(able).exists():
            return Role(one.role)
    return None
