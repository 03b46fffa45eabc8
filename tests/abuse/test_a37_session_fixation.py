"""A37: signing in changes the session; a new password and a lost factor end the others."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.test import Client

from tests import factories
from truongso.accounts.models import User
from truongso.accounts.signin.sessions import end_sessions
from truongso.accounts.types import Role
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(school: School) -> User:
    return factories.user(Role.ACCOUNTANT, school=school, second_factor=False)


def enter(client: Client, person: User) -> None:
    client.post("/dang-nhap", {"login": person.username, "password": factories.PASSWORD})


def test_a_session_known_before_signing_in_is_worth_nothing(client: Client, person: User) -> None:
    session = client.session
    session["planted"] = "x"
    session.save()
    planted = client.session.session_key
    enter(client, person)
    assert client.session.session_key != planted
    thief = Client()
    thief.cookies["sid"] = planted or ""
    assert thief.get("/tai-khoan").status_code == 302


def test_a_new_password_ends_the_other_sessions(person: User) -> None:
    here, there = Client(), Client()
    enter(here, person)
    enter(there, person)
    here.post("/tai-khoan", {"old_password": factories.PASSWORD, "password": "Nui-Cao4mua"})
    assert here.get("/tai-khoan").status_code == 200
    assert there.get("/tai-khoan").status_code == 302


def test_ending_all_sessions_signs_every_browser_out(person: User) -> None:
    browsers = [Client(), Client(), Client()]
    for browser in browsers:
        enter(browser, person)
    with transaction.atomic():
        assert end_sessions(person) == 3
    assert [browser.get("/tai-khoan").status_code for browser in browsers] == [302, 302, 302]
    assert UserSession.objects.count() == 0
