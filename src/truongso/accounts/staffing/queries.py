"""Reads of people at a place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet

from truongso.accounts.models import ActivationLink, Membership, User
from truongso.accounts.staffing.models import AccountRequest
from truongso.accounts.types import SENSITIVE_ROLES
from truongso.kernel import clock
from truongso.kernel.names import fold
from truongso.organizations.public import School


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


def people_of(school: School, *, wanted: str = "", present_only: bool = True) -> list[Person]:
    """Everybody with a role at the school, by name; those whose roles have all ended only when asked. Two queries."""
    links = ActivationLink.objects.filter(user=OuterRef("user_id"), used_at=None, expires_at__gt=clock.now())
    rows = (
        Membership.objects.filter(school=school)
        .select_related("user")
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
        if (not present_only or person.present)
        and (not folded or folded in fold(f"{person.user.full_name} {person.user.username}").lower())
    ]


def person_at(school: School, public_id: str) -> Person | None:
    """One person with a role at the school, or a request for one."""
    user = User.objects.filter(public_id=public_id).first()
    if user is None:
        return None
    memberships = list(Membership.objects.filter(school=school, user=user).order_by("valid_from", "id"))
    asked = AccountRequest.objects.filter(school=school, user=user).exists()
    return Person(user, memberships) if memberships or asked else None


def waiting_requests(school: School) -> list[AccountRequest]:
    """What waits for a second person at the school, oldest first."""
    return list(_requests(school).filter(decision="").order_by("proposed_at", "id"))


def decided_requests(school: School, user: User) -> list[AccountRequest]:
    """What was decided on a person at the school, latest first."""
    return list(_requests(school).exclude(decision="").filter(user=user).order_by("-decided_at")[:20])


def request_at(school: School, public_id: str) -> AccountRequest | None:
    """A request at the school."""
    return _requests(school).filter(public_id=public_id).first()


def waiting_request_count(school_id: int) -> int:
    """How many requests wait at the school; one query."""
    return AccountRequest.objects.filter(school_id=school_id, decision="").count()


def other_places(user: User, school_ids: Iterable[int]) -> bool:
    """Whether the user has a role, now or to come, anywhere but at these schools; one query."""
    rows = Membership.objects.filter(user=user).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today()))
    return rows.filter(Q(school__isnull=True) | ~Q(school_id__in=list(school_ids))).exists()


def is_sensitive(user: User, day: dt.date) -> bool:
    """Whether the user holds, now or later, a role that takes two people; one query."""
    rows = Membership.objects.filter(user=user, role__in=[role.value for role in SENSITIVE_ROLES])
    asked = AccountRequest.objects.filter(user=user, decision="", kind="grant")
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day)).exists() or asked.exists()


def is_username_taken(name: str) -> bool:
    """Whether somebody signs in with this name."""
    return User.objects.filter(username=name).exists()


def _requests(school: School) -> QuerySet[AccountRequest]:
    return AccountRequest.objects.filter(school=school).select_related(
        "user", "proposed_by", "decided_by", "membership"
    )
