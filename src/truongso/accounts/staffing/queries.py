"""Reads of people at a place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from truongso.accounts.models import ActivationLink, Membership, User
from truongso.accounts.staffing.models import AccountRequest
from truongso.accounts.types import FAMILY_ROLES, LINKED_BY_TWO, SENSITIVE_ROLES, Role
from truongso.kernel import clock
from truongso.kernel.names import fold
from truongso.organizations.public import OrgUnit, School


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a role at the place, now, before or later."""

    user: User
    memberships: list[Membership] = field(default_factory=list)
    has_link: bool = False

    @property
    def present(self) -> list[Membership]:
        """Roles in force or still to come."""
        today = clock.today()
        return [m for m in self.memberships if m.valid_to is None or m.valid_to >= today]

    @property
    def is_family(self) -> bool:
        """Whether all the person is here, now or later, is a parent or a pupil."""
        return bool(self.present) and {Role(m.role) for m in self.present} <= FAMILY_ROLES


Where = School | tuple[OrgUnit, ...]
"""A school, or a unit with those below it."""


def people_of(place: Where, *, wanted: str = "", present_only: bool = True) -> list[Person]:
    """Everybody with a role at the place, by name; those whose roles have all ended only when asked. Families, who are
    many, are found by their names alone. Two queries."""
    links = ActivationLink.objects.filter(user=OuterRef("user_id"), used_at=None, expires_at__gt=clock.now())
    rows = (
        Membership.objects.filter(_at(place))
        .select_related("user", "unit")
        .annotate(has_link=Exists(links))
        .order_by("user__full_name", "user_id", "valid_from")
    )
    found: dict[int, Person] = {}
    for row in rows:
        person = found.setdefault(row.user_id, Person(row.user, [], row.has_link))
        person.memberships.append(row)
    folded = fold(wanted).lower()
    return [
        person
        for person in found.values()
        if (not present_only or (person.present and (folded or not person.is_family)))
        and (not folded or folded in fold(f"{person.user.full_name} {person.user.username}").lower())
    ]


def person_at(place: Where, public_id: str) -> Person | None:
    """One person with a role at the place, or a request for one."""
    user = User.objects.filter(public_id=public_id).first()
    if user is None:
        return None
    rows = Membership.objects.filter(_at(place), user=user).select_related("unit")
    memberships = list(rows.order_by("valid_from", "id"))
    asked = AccountRequest.objects.filter(_at(place), user=user).exists()
    return Person(user, memberships) if memberships or asked else None


def unit_of(user: User, units: Collection[OrgUnit]) -> OrgUnit | None:
    """At which of the units the person has, had or is to have a role, the present one first."""
    by_id = {one.pk: one for one in units}
    held = Membership.objects.filter(user=user, unit_id__in=by_id).order_by(F("valid_to").desc(nulls_first=True), "-pk")
    asked = AccountRequest.objects.filter(user=user, unit_id__in=by_id).order_by("-pk")
    found = [*held.values_list("unit_id", flat=True), *asked.values_list("unit_id", flat=True)]
    return by_id[found[0]] if found and found[0] is not None else None


def waiting_requests(place: Where) -> list[AccountRequest]:
    """What waits for a second person at the place, oldest first."""
    return list(_requests(place).filter(decision="").order_by("proposed_at", "id"))


def decided_requests(place: Where, user: User) -> list[AccountRequest]:
    """What was decided on a person at the place, latest first."""
    return list(_requests(place).exclude(decision="").filter(user=user).order_by("-decided_at")[:20])


def request_at(place: Where, public_id: str) -> AccountRequest | None:
    """A request at the place."""
    return _requests(place).filter(public_id=public_id).first()


def waiting_request_count(school_id: int) -> int:
    """How many requests wait at the school; one query."""
    return AccountRequest.objects.filter(school_id=school_id, decision="").count()


def other_places(user: User, school_ids: Iterable[int], unit_ids: Iterable[int] = ()) -> bool:
    """Whether the user has a role, now or to come, anywhere but at these schools and units; one query."""
    rows = Membership.objects.filter(user=user).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today()))
    at_schools = Q(school__isnull=False, school_id__in=list(school_ids))
    return rows.exclude(at_schools | Q(unit__isnull=False, unit_id__in=list(unit_ids))).exists()


def is_sensitive(user: User, day: dt.date) -> bool:
    """Whether the user holds, now or later, a role that takes two people; one query."""
    rows = Membership.objects.filter(user=user, role__in=[role.value for role in SENSITIVE_ROLES])
    asked = AccountRequest.objects.filter(user=user, decision="", kind="grant")
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day)).exists() or asked.exists()


def takes_two_for_link(user: User, day: dt.date) -> bool:
    """Whether a new link takes a second person: a sensitive account always, a homeroom teacher's or a parent's once it
    is in use."""
    rows = Membership.objects.filter(user=user, role__in=[role.value for role in LINKED_BY_TWO])
    held = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    return is_sensitive(user, day) or (user.was_begun and held.exists())


def is_username_taken(name: str) -> bool:
    """Whether somebody signs in with this name."""
    return User.objects.filter(username=name).exists()


def _at(place: Where) -> Q:
    return Q(school=place) if isinstance(place, School) else Q(unit__in=[one.pk for one in place])


def _requests(place: Where) -> QuerySet[AccountRequest]:
    rows = AccountRequest.objects.filter(_at(place))
    return rows.select_related("user", "proposed_by", "decided_by", "membership", "unit")
