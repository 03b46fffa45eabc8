"""Reads of users and memberships."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q

from truongso.accounts.models import Membership, User


def memberships_on(user: User, day: dt.date) -> list[Membership]:
    """What the user is on that day, schools first; one query."""
    query = (
        Membership.objects.filter(user=user, valid_from__lte=day)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
        .select_related("school", "unit")
        .order_by("school__name", "unit__name", "role", "id")
    )
    return list(query)


def places_of(user: User) -> list[str]:
    """Names of all schools and units the user has or had a role at; one query."""
    rows = Membership.objects.filter(user=user).values_list("school__name", "school__short_name", "unit__name")
    return [name for row in rows for name in row if name]


def user_names(ids: Iterable[int | None]) -> dict[int, str]:
    """Full names by user id, for histories; unknown ids and None are left out; 1 query."""
    return dict(User.objects.filter(pk__in={i for i in ids if i is not None}).values_list("pk", "full_name"))


def users_without_password() -> list[User]:
    """Accounts whose owner has not set a password yet, in the order they were made."""
    return list(User.objects.filter(password_changed_at=None, is_active=True).order_by("pk"))
