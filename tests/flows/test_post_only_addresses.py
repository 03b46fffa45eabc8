"""No address answers a person who opens it with a bare 405: what only takes forms leads to its page."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests import factories
from truongso.accounts.types import Role
from truongso.accounts.web.wrong_method import all_routes
from truongso.organizations.models import School

PLACES = {"str": "khong-co", "slug": "khong-co", "int": "7", "fees_day": "2026-10-05"}
PROGRAMS = ("api/", "hooks/", "bao-vi-pham-csp")
"""Interfaces for programs of banks, providers and browsers: a 405 is the right answer there."""


def addresses() -> list[str]:
    """Every address of the product with something in its places."""
    return sorted(
        "/" + re.sub(r"<(\w+):\w+>", lambda m: PLACES[m[1]], route)
        for route in all_routes()
        if not route.startswith(PROGRAMS) and "<path:" not in route
    )


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.PRINCIPAL, Role.OFFICER])
def test_no_signed_in_person_meets_a_bare_405(school: School, role: Role) -> None:
    place = {"unit": factories.org_unit()} if role is Role.OFFICER else {"school": school}
    client = Client(raise_request_exception=True)
    client.force_login(factories.user(role, **place))
    found = {address: client.get(address).status_code for address in addresses()}
    assert [address for address, status in found.items() if status == 405] == []
    assert len(found) > 150


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/thu/may-pos/moi", "/thu/may-pos"),
        ("/thu/quyet-toan/tai-len", "/thu/quyet-toan"),
        ("/thu/sao-ke/tai-len", "/thu/sao-ke"),
        ("/thu/may-pos/abc/doi", "/thu/may-pos"),
        ("/thu/hoan-tien/khoan/HT1/tien-mat", "/thu/hoan-tien"),
        ("/thu/hoan-tien/abc/rut", "/thu/hoan-tien/abc"),
        ("/thu/quy/kiem-quy/abc/tra-lai", "/thu/quy/kiem-quy/abc"),
        ("/doi-don-vi", "/tai-khoan"),
        ("/dang-xuat", "/"),
    ],
)
def test_the_page_an_address_belongs_to(school: School, address: str, page: str) -> None:
    client = Client()
    client.force_login(factories.user(Role.ACCOUNTANT, school=school))
    response = client.get(address)
    assert (response.status_code, response.headers.get("Location")) == (302, page)


@pytest.mark.django_db
def test_who_may_not_send_the_form_is_told_so(school: School) -> None:
    client = Client()
    client.force_login(factories.user(Role.IT_ADMIN, school=school))
    assert client.get("/thu/may-pos/moi").status_code == 403


@pytest.mark.django_db
def test_interfaces_for_programs_keep_their_405() -> None:
    assert Client().get("/api/bill/v1/inquiry").status_code == 405
