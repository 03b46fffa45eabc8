"""Reads of users and memberships."""

from __future__ import annotations

import datetime as dt

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
