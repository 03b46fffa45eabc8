"""A03: a department sees the figures of its own schools, never a name; another department's schools do not exist."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from tests import factories, money
from tests.tenancy import walk
from truongso.accounts.types import Role
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.organizations.models import OrgUnit, School, Supervision
from truongso.organizations.types import SupervisionFunction
from truongso.payments.public import book
from truongso.people.models import Guardian

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
ROLES = (Role.OFFICER, Role.OFFICE)


def under(school: School, unit: OrgUnit) -> None:
    for function in SupervisionFunction:
        Supervision.objects.create(school=school, unit=unit, function=function.value, valid_from=dt.date(2025, 7, 1))


@pytest.fixture
def secrets(school: School, other_school: School, actor: Actor) -> list[str]:
    """Names and numbers of the families of both schools, money in the books."""
    found = []
    for place, name, payer in ((school, "Giàng Thị Sênh", "TAN LAO TA"), (other_school, "Lò Văn Pín", "LO VAN HAC")):
        invoice = money.invoice(place, (120_000,), full_name=name)
        with savepoint():
            book(place.pk, booking=money.booking((invoice, 70_000), payer_name=payer), actor=actor)
        guardian = Guardian.objects.for_school(place).get()
        Guardian.objects.for_school(place).update(full_name=f"Tẩn Mí {payer}", phone=f"09{guardian.pk:08}")
        found += [name, payer, invoice.code, f"09{guardian.pk:08}"]
    return found


@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_a_department_names_a_child_or_leads_to_anothers_schools(
    school: School, other_school: School, secrets: list[str], role: Role
) -> None:
    unit, elsewhere = factories.org_unit("Phòng A"), factories.org_unit("Phòng B")
    under(school, unit)
    under(other_school, elsewhere)
    client = factories.login(Client(), factories.user(role, unit=unit, full_name="Cán bộ A"))
    roles = walk.roles_of()
    seen = 0
    for route in walk.table().values():
        kinds = set(route.named.values())
        if not route.is_for(role, roles) or not kinds <= {"school_code"}:
            continue
        answer = client.get(route.address({"school_code": school.code}))
        text = answer.content.decode(errors="replace")
        assert answer.status_code in {200, 302, 404}, route.name
        assert [one for one in secrets if one in text] == [], route.name
        seen += answer.status_code == 200
        if kinds:
            assert client.get(route.address({"school_code": other_school.code})).status_code in {404, 405, 302}, (
                route.name
            )
        else:
            assert other_school.short_name not in text, route.name
    assert seen >= 10
