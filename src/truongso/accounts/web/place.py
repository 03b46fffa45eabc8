"""Whose people a manager looks after: those of the own school, of a school under the own unit, or of the own unit and
the units below it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from truongso.accounts.access import AuthedRequest
from truongso.accounts.models import User
from truongso.accounts.staffing.queries import unit_of
from truongso.accounts.staffing.services import Manager
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.organizations.public import OrgUnit, School, schools_under, units_under


@dataclass(frozen=True, slots=True)
class Place:
    """The school, or the unit with those below it (`units`, itself first); who acts there, and how its pages are
    addressed (`code` for a unit's people at a school)."""

    at: School | OrgUnit
    manager: Manager
    code: str
    units: tuple[OrgUnit, ...] = ()

    @property
    def school(self) -> School:
        """The school; 404 at a unit."""
        if isinstance(self.at, School):
            return self.at
        raise Http404

    @property
    def is_unit(self) -> bool:
        return bool(self.units)

    @property
    def name(self) -> str:
        return self.at.name

    @property
    def short_name(self) -> str:
        """What user names are made of."""
        return self.at.short_name if isinstance(self.at, School) else self.at.name

    @property
    def where(self) -> School | tuple[OrgUnit, ...]:
        """What reads of people ask for."""
        return self.at if isinstance(self.at, School) else self.units

    def home_of(self, user: User) -> School | OrgUnit:
        """At which place an act on the person is done: the school, or the unit the person works at."""
        return self.at if isinstance(self.at, School) else unit_of(user, self.units) or self.at

    def url(self, name: str, *args: str) -> str:
        """The address of a page of people at this place."""
        if self.code:
            return reverse(f"accounts:unit_{name}", args=[self.code, *args])
        return reverse(f"accounts:{name}", args=list(args))


def place_of(request: AuthedRequest, code: str) -> Place:
    """The place of the present membership, or the school with the code under the present unit; 404 otherwise."""
    caller = request.caller
    membership = caller.membership
    if membership is None:
        raise Http404
    approves = caller.may(Permission.PLACE_USER_APPROVE)
    if membership.school is not None and not code:
        return Place(membership.school, Manager(caller.user, approves, frozenset({membership.school.pk})), "")
    if membership.unit is None:
        raise Http404
    today = clock.today()
    schools = schools_under(membership.unit, today)
    reach = frozenset(one.pk for one in schools)
    if not code:
        units = tuple(units_under(membership.unit, today)) or (membership.unit,)
        manager = Manager(caller.user, approves, reach, frozenset(one.pk for one in units))
        return Place(membership.unit, manager, "", units)
    school = next((one for one in schools if one.code == code), None)
    if school is None:
        raise Http404
    return Place(school, Manager(caller.user, approves, reach), code)
