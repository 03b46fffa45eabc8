"""A02: a view that forgets its school, or names the wrong one, still shows and changes nothing of another school: the
database itself holds a signed-in person to the own places. Asked as the product's role on PostgreSQL."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path

from tests import app_role, factories
from truongso.accounts.access import AuthedRequest, public, requires, signed_in
from truongso.accounts.types import Permission, Role
from truongso.kernel import scope
from truongso.organizations.models import OrgUnit, School
from truongso.organizations.types import SupervisionFunction

pytestmark = [pytest.mark.django_db, pytest.mark.postgres, pytest.mark.urls(__name__)]


def _names() -> HttpResponse:
    """What a query without any condition finds and changes: pupils' names, and how many rows it could rewrite."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT full_name FROM people_student ORDER BY full_name")
        names = ", ".join(name for (name,) in cursor.fetchall())
        cursor.execute("UPDATE people_student SET full_name = full_name")
        return HttpResponse(f"{names}: {cursor.rowcount}")


@requires(Permission.SCHOOL_STUDENT_READ)
def of_staff(_request: AuthedRequest) -> HttpResponse:
    return _names()


@requires(Permission.UNIT_SCHOOL_READ)
def of_unit(_request: AuthedRequest) -> HttpResponse:
    return _names()


@signed_in
def of_anybody(_request: AuthedRequest) -> HttpResponse:
    return _names()


@public("a test")
def of_all(_request: AuthedRequest) -> HttpResponse:
    return _names()


urlpatterns = [
    path("truong", of_staff), path("co-quan", of_unit), path("toi", of_anybody), path("chung", of_all),
]  # fmt: skip


@pytest.fixture
def schools(product_roles: None, school: School, other_school: School) -> tuple[School, School, OrgUnit]:
    """Two schools with a pupil each; a unit looks after the second alone."""
    factories.student(school, "Nguyễn Bảo An")
    factories.student(other_school, "Lê Minh Châu")
    unit = factories.org_unit()
    other_school.supervisions.create(
        unit=unit, function=SupervisionFunction.REPORTING.value, valid_from="2025-01-01", valid_to="2026-01-01"
    )
    return school, other_school, unit


def _said(address: str, client: Client) -> str:
    with app_role.working(), override_settings(ROOT_URLCONF=__name__):
        return client.get(address).content.decode()


def test_a_query_without_a_school_finds_the_callers_own_alone(schools: tuple[School, School, OrgUnit]) -> None:
    here, there, unit = schools
    accountant = factories.login(Client(), factories.user(school=here))
    assert _said("/truong", accountant) == "Nguyễn Bảo An: 1"
    assert _said("/toi", accountant) == "Nguyễn Bảo An: 1"
    elsewhere = factories.login(Client(), factories.user(Role.PRINCIPAL, school=there))
    assert _said("/truong", elsewhere) == "Lê Minh Châu: 1"
    officer = factories.login(Client(), factories.user(Role.OFFICER, unit=unit))
    assert _said("/co-quan", officer) == "Lê Minh Châu: 1"  # also of a time that is over: old reports stay readable
    nobody = factories.login(Client(), factories.user(None))
    assert _said("/toi", nobody) == ": 0"
    assert _said("/chung", Client()) == ": 0"
    assert _said("/chung", accountant) == ": 0"  # a page open to all is open to its own object alone


@pytest.mark.django_db(transaction=True)
def test_a_page_costs_two_statements_more(
    schools: tuple[School, School, OrgUnit], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there, unit = schools
    clients = [factories.login(Client(), factories.user(school=one)) for one in (here, there)]
    officer = factories.login(Client(), factories.user(Role.OFFICER, unit=unit))
    monkeypatch.setattr(scope, "_of_process", [])  # as in a web process
    cost = []
    for client, address in (
        (clients[0], "/truong"),
        (clients[1], "/truong"),
        (officer, "/co-quan"),
        (Client(), "/chung"),
    ):
        with app_role.working(), override_settings(ROOT_URLCONF=__name__):
            client.get(address)  # whatever was told before
            before = connection.told  # type: ignore[attr-defined]
            assert client.get(address).status_code == 200
            cost.append(connection.told - before)  # type: ignore[attr-defined]
    # Nobody's places while the caller is looked up, then his own; visitors of an open page never leave nobody's.
    assert cost == [2, 2, 2, 0]
