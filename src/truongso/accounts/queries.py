"""Reads of users and memberships."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from truongso.accounts.models import Membership, User
from truongso.accounts.types import FAMILY_ROLES, Role
from truongso.kernel import clock


def memberships_on(user: User, day: dt.date) -> list[Membership]:
    """What the user is on that day, schools first; one query."""
    query = (
        Membership.objects.filter(user=user, valid_from__lte=day)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
        .select_related("school", "unit")
        .order_by("school__name", "unit__name", "role", "id")
    )
    return list(query)


def is_family_alone(user: User) -> bool:
    """Whether the person has a role today and none but those of a family."""
    roles = {Role(one.role) for one in memberships_on(user, clock.today())}
    return bool(roles) and roles <= FAMILY_ROLES


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who has a role at a school; with several, the first by name of the role."""

    user_id: int
    full_name: str
    role: str


def members_of_school(school_id: int, day: dt.date) -> list[Member]:
    """Who works at the school on that day and may sign in, each once, by name; one query."""
    rows = (
        Membership.objects.filter(school_id=school_id, valid_from__lte=day, user__is_active=True)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
        .order_by("user__full_name", "user_id", "role")
        .values_list("user_id", "user__full_name", "role")
    )
    found: dict[int, Member] = {}
    for user_id, name, role in rows:
        found.setdefault(user_id, Member(user_id, name, role))
    return list(found.values())


def users_of_school(school_id: int) -> QuerySet[User]:
    """Everybody who has or had a role at the school."""
    members = Membership.objects.filter(school_id=school_id).values("user")
    return User.objects.filter(pk__in=members)


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds a role at a school or a unit, with where he or she is written to ("" none)."""

    user_id: int
    full_name: str
    email: str
    role: str


def holders_of(
    roles: Collection[Role], day: dt.date, *, school_id: int | None = None, unit_ids: Collection[int] = ()
) -> list[Holder]:
    """Who holds one of the roles on that day at the school, or at one of the units, each role once; one query."""
    place = Q(unit_id__in=unit_ids) if school_id is None else Q(school_id=school_id) | Q(unit_id__in=unit_ids)
    rows = (
        Membership.objects.filter(place, role__in=[r.value for r in roles], valid_from__lte=day, user__is_active=True)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
        .order_by("user__full_name", "user_id", "role")
        .values_list("user_id", "user__full_name", "user__email", "role")
        .distinct()
    )
    return [Holder(*row) for row in rows]


def holds_role(role: Role, day: dt.date) -> Exists:
    """For rows that name a user and a school: whether the user holds the role there on the day, suspended or not."""
    rows = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day), user_id=OuterRef("user_id"), school_id=OuterRef("school_id"),
        role=role.value, valid_from__lte=day,
    )  # fmt: skip
    return Exists(rows)


def places_of(user: User) -> list[str]:
    """Names of all schools and units the user has or had a role at; one query."""
    rows = Membership.objects.filter(user=user).values_list("school__name", "school__short_name", "unit__name")
    return [name for row in rows for name in row if name]


def place_codes_of(user: User) -> list[str]:
    """Codes of all schools and units the user has or had a role at; one query."""
    rows = Membership.objects.filter(user=user).values_list("school__code", "unit__code")
    return [code for row in rows for code in row if code]


def user_by_name(username: str) -> User | None:
    """The account with this name to sign in with."""
    return User.objects.filter(username=username.strip().lower()).first()


def user_names(ids: Iterable[int | None]) -> dict[int, str]:
    """Full names by user id, for histories; unknown ids and None are left out; 1 query."""
    return dict(User.objects.filter(pk__in={i for i in ids if i is not None}).values_list("pk", "full_name"))


def users_without_password() -> list[User]:
    """Accounts whose owner has never set a password or key, in the order they were made."""
    rows = User.objects.filter(activated_at=None, password_changed_at=None, second_factor_since=None, is_active=True)
    return list(rows.order_by("pk"))
