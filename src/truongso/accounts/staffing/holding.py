"""Who takes rights away is still there while doing it: two who suspend each other at the same moment must not both be
gone."""

from __future__ import annotations

from truongso.accounts.models import User
from truongso.accounts.policies import allows
from truongso.accounts.queries import memberships_on
from truongso.accounts.types import AccountRefusedError, Permission, Role
from truongso.kernel import clock
from truongso.kernel.db import transaction_required


@transaction_required
def hold_both(by: User, user: User, permission: Permission) -> None:
    """Hold the accounts of who acts and of whom it is about until the transaction ends, always in one order, and look
    again whether the first may. Three queries.

    Raises AccountRefusedError `right_lost`: suspended, or the role ended, since the page was opened.
    """
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=[by.pk, user.pk]).order_by("pk")
    held = {one.pk: one for one in rows}
    roles = [Role(one.role) for one in memberships_on(by, clock.today())]
    if not held[by.pk].is_active or not any(allows(role, permission) for role in roles):
        raise AccountRefusedError("right_lost")
