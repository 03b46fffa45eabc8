"""A39: a form without the token changes nothing anywhere; what takes programs' messages is a short, signed list."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.abuse.lists import using
from tests.tenancy import walk
from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School

SIGNED = {
    "accounts/web/csp_reports.py": "a browser's report: counted, never believed",
    "banking/web/hooks.py": "notices of bank feeds carry a key or a signature",
    "payments/web/bill_api.py": "the bill service's messages are signed",
    "payments/web/hooks.py": "notices of gateways are signed",
}
"""Views that programs call: each verifies its message before it reads it."""


def exempt(name: str) -> bool:
    return bool(getattr(walk.product_routes()[name].callback, "csrf_exempt", False))


def test_exceptions_are_those_listed() -> None:
    found = using(r"^\s*@csrf_exempt")
    assert found == set(SIGNED)
    assert {name for name in walk.table() if exempt(name) and not name.split(":")[1].startswith(("hook", "bill"))} == {
        "accounts:csp_report"
    }


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.usefixtures("school_day")
def test_no_address_takes_a_form_without_the_token(school: School) -> None:
    """Every route, whatever its objects are: the token is asked before anything is looked up."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    factories.login(client, factories.user(Role.PRINCIPAL, school=school))
    before = AuditEntry.objects.count(), list(User.objects.values_list("pk", "password", "is_active"))
    open_doors = []
    with walk.quietly():
        for name, pattern in walk.product_routes().items():
            if exempt(name):
                continue
            places = {place: _any(kind) for place, kind in pattern.pattern.converters.items()}
            fixed = {place: value for place, value in walk.table()[name].fixed.items() if place in places}
            status = client.post(reverse(name, kwargs={**places, **fixed}), {"x": "1"}).status_code
            if status != 403:
                open_doors.append((name, status))
    assert open_doors == []
    assert (AuditEntry.objects.count(), list(User.objects.values_list("pk", "password", "is_active"))) == before


def _any(converter: object) -> object:
    kind = type(converter).__name__
    return 1 if "Int" in kind else factories.YEAR_START if "Da" in kind else "x"


@pytest.mark.django_db
def test_a_token_of_somebody_else_is_none(school: School) -> None:
    client, other = Client(enforce_csrf_checks=True), Client()
    factories.login(client, factories.user(Role.PRINCIPAL, school=school))
    other.get("/dang-nhap")
    foreign = other.cookies["csrf"].value
    assert client.post("/dang-xuat", {"csrfmiddlewaretoken": foreign}).status_code == 403
    assert "_auth_user_id" in client.session
