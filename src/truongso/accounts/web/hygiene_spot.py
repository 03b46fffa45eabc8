"""Where a person looks after accounts: the own school, a school under the own unit, or the unit itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from truongso.accounts.access import AuthedRequest
from truongso.accounts.staffing.services import Manager
from truongso.accounts.types import Permission, Role
from truongso.accounts.web.place import place_of
from truongso.kernel import clock
from truongso.organizations.public import OrgUnit, School, schools_under, units_under


@dataclass(frozen=True, slots=True)
class Spot:
    """The place, who acts there, and how its pages are addressed (`code` for a unit's people at a school)."""

    place: School | OrgUnit
    manager: Manager
    code: str
    may_write: bool
    may_sign: bool

    @property
    def school(self) -> School:
        """The school; 404 at a unit."""
        if isinstance(self.place, School):
            return self.place
        raise Http404

    @property
    def unit(self) -> OrgUnit:
        """The unit; 404 at a school."""
        if isinstance(self.place, School):
            raise Http404
        return self.place

    @property
    def is_unit(self) -> bool:
        return not isinstance(self.place, School)

    def url(self, name: str, *args: str) -> str:
        """The address of a page of account hygiene here."""
        if self.code:
            return reverse(f"accounts:unit_{name}", args=[self.code, *args])
        return reverse(f"accounts:{name}", args=list(args))


def spot_of(request: AuthedRequest, code: str) -> Spot:
    """The place of the present membership, or the school with the code under it; 404 otherwise."""
    membership = request.caller.membership
    if membership is None:
        raise Http404
    may_write = request.caller.may(Permission.PLACE_USER_WRITE)
    if membership.unit is not None and not code:
        scope = frozenset(one.pk for one in schools_under(membership.unit, clock.today()))
        units = frozenset(one.pk for one in units_under(membership.unit, clock.today()))
        manager = Manager(request.caller.user, request.caller.may(Permission.PLACE_USER_APPROVE), scope, units)
        return Spot(membership.unit, manager, "", may_write, may_sign=False)
    place = place_of(request, code)
    is_principal = not code and membership.role == Role.PRINCIPAL.value
    return Spot(place.school, place.manager, code, may_write, is_principal)


def school_url(code: str) -> str:
    """The overview of a school under the own unit."""
    return reverse("accounts:unit_hygiene", args=[code])
