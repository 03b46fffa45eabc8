"""The gate: default deny, permission by the present membership, safe returns after signing in."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests import factories

from truongso.accounts.models import Membership
from truongso.accounts.tests import urls
from truongso.accounts.types import Role
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.accounts.tests.urls")]


@pytest.fixture(autouse=True)
def _nothing_opened() -> None:
    urls.opened.clear()


def test_a_view_that_declares_nothing_is_not_found(client: Client, school: School) -> None:
    assert client.get("/khong-khai-bao").status_code == 404
    factories.login(client, factories.user(Role.ACCOUNTANT, school=school))
    assert client.get("/khong-khai-bao").status_code == 404
    assert urls.opened == []


def test_a_missing_permission_is_refused_with_a_page_and_nothing_runs(client: Client, school: School) -> None:
    factories.login(client, factories.user(Role.IT_ADMIN, school=school))
    answer = client.get("/tien")
    assert answer.status_code == 403
    assert "Chưa có quyền mở trang này" in answer.content.decode()
    assert urls.opened == []


def test_the_permission_of_the_present_membership_counts(client: Client, school: School, other_school: School) -> None:
    person = factories.user(Role.IT_ADMIN, school=school)
    money = Membership.objects.create(
        user=person, role=Role.CASHIER.value, school=other_school, valid_from=dt.date(2026, 1, 1)
    )
    factories.login(client, person)
    client.post("/doi-don-vi", {"membership": money.pk})
    assert client.get("/tien").status_code == 200
    assert urls.opened == ["money 79-KHAC"]
    first = person.memberships.exclude(pk=money.pk).get()
    client.post("/doi-don-vi", {"membership": first.pk})
    assert client.get("/tien").status_code == 403


@pytest.mark.parametrize("wanted", ["", "x", "-1", "٣", "999999", "9" * 5000, "foreign"])
def test_only_ones_own_membership_can_be_chosen(client: Client, school: School, wanted: str) -> None:
    foreign = factories.user(Role.ACCOUNTANT, school=school).memberships.get()
    factories.login(client, factories.user(Role.IT_ADMIN, school=school))
    value = foreign.pk if wanted == "foreign" else wanted
    answer = client.post("/doi-don-vi", {"membership": value})
    assert (answer.status_code, answer["Location"]) == (302, "/tai-khoan")
    assert "membership" not in client.session
    assert client.get("/tien").status_code == 403


def test_a_membership_that_ended_yesterday_opens_nothing(
    client: Client, school: School, school_day: dt.datetime
) -> None:
    person = factories.user(Role.ACCOUNTANT, school=school)
    factories.login(client, person)
    person.memberships.update(valid_to=dt.date(2026, 10, 5))
    assert client.get("/tien").status_code == 200
    person.memberships.update(valid_to=dt.date(2026, 10, 4))
    assert client.get("/tien").status_code == 403
    assert client.get("/cua-toi").status_code == 200


def test_a_disabled_user_is_a_visitor(client: Client, school: School) -> None:
    person = factories.user(Role.ACCOUNTANT, school=school)
    factories.login(client, person)
    person.is_active = False
    person.save()
    answer = client.get("/tien")
    assert (answer.status_code, answer["Location"]) == (302, "/dang-nhap?next=/tien")


def test_visitors_sign_in_first_and_come_back(client: Client, school: School) -> None:
    person = factories.user(Role.ACCOUNTANT, school=school, second_factor=False)
    answer = client.get("/tien?thang=10")
    assert (answer.status_code, answer["Location"]) == (302, "/dang-nhap?next=/tien%3Fthang%3D10")
    page = client.get(answer["Location"]).content.decode()
    assert '<input type="hidden" name="next" value="/tien?thang=10"' in page
    data = {"login": person.username, "password": factories.PASSWORD, "next": "/tien?thang=10"}
    answer = client.post("/dang-nhap", data)
    assert (answer.status_code, answer["Location"]) == (302, "/tien?thang=10")


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\t//evil.example"],
)
def test_the_way_back_never_leaves_the_site(client: Client, school: School, target: str) -> None:
    person = factories.user(Role.ACCOUNTANT, school=school, second_factor=False)
    data = {"login": person.username, "password": factories.PASSWORD, "next": target}
    answer = client.post("/dang-nhap", data)
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_personal_pages_are_not_kept_by_browsers(client: Client, school: School) -> None:
    factories.login(client, factories.user(Role.ACCOUNTANT, school=school))
    assert client.get("/tien")["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("role", "target"),
    [
        (Role.ACCOUNTANT, "/thu"),
        (Role.PRINCIPAL, "/thu"),
        (Role.CASHIER, "/thu"),
        (Role.IT_ADMIN, "/hoc-sinh"),
        (Role.HOMEROOM_TEACHER, "/lop-chu-nhiem"),
        (Role.SUPPORT, "/ho-tro"),
        (Role.SUBJECT_TEACHER, "/lop-toi-day"),
        (None, "/tai-khoan"),
    ],
)
def test_the_landing_page_follows_the_role(client: Client, school: School, role: Role | None, target: str) -> None:
    factories.login(client, factories.user(role, school=school))
    assert client.get("/")["Location"] == target
    assert Client().get("/")["Location"] == "/dang-nhap?next=/"
