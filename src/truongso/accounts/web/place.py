"""At which school a manager of people acts: their own, or one under their unit."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from truongso.accounts.access import AuthedRequest
from truongso.accounts.staffing.services import Manager
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.organizations.public import School, schools_under


@dataclass(frozen=True, slots=True)
class Place:
    """The school, who acts there, and how its pages are addressed (`code` for a unit's people)."""

    school: School
    manager: Manager
    code: str

    def url(self, name: str, *args: str) -> str:
        """The address of a page of people at this school."""
        if self.code:
            return reverse(f"accounts:unit_{name}", args=[self.code, *args])
        return reverse(f"accounts:{name}", args=list(args))


def place_of(request: AuthedRequest, code: str) -> Place:
    """The school of the present membership, or the school with the code under the present unit; 404 otherwise."""
    caller = request.caller
    membership = caller.membership
    if membership is None:
        raise Http404
    approves = caller.may(Permission.PLACE_USER_APPROVE)
    if membership.school is not None and not code:
        return Place(membership.school, Manager(caller.user, approves, frozenset({membership.school.pk})), "")
    if membership.unit is None or not code:
        raise Http404
    schools = schools_under(membership.unit, clock.today())
    school = next((one for one in schools if one.code == code), None)
    if school is None:
        raise Http404
    return Place(school, Manager(caller.user, approves, frozenset(one.pk for one in schools)), code)
