"""A32: lists of leaked passwords are tried; the limits hold across processes because the database counts."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from tests import factories
from tests.depth import tries
from truongso.accounts.models import User
from truongso.accounts.signin import throttle
from truongso.accounts.types import Role
from truongso.kernel import clock, limits
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 10, 5, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Passwords that were really compared with somebody's."""
    seen: list[str] = []
    original = User.check_password

    def check(self: User, raw: str) -> bool:
        seen.append(self.username)
        return original(self, raw)

    monkeypatch.setattr(User, "check_password", check)
    return seen


def test_of_many_passwords_for_one_name_from_one_place_five_are_compared(school: School, hashes: list[str]) -> None:
    factories.user(Role.ACCOUNTANT, school=school, username="hoapt.lvt", second_factor=False)
    with clock.frozen(START):
        for number in range(tries(100, 1_000)):
            answer = Client().post("/dang-nhap", {"login": "hoapt.lvt", "password": f"Doan-Mo{number}!"})
            assert answer.status_code == 200
    assert len(hashes) == 5


def test_a_list_of_names_from_one_place_is_compared_a_hundred_times_in_a_quarter_of_an_hour(
    school: School, hashes: list[str]
) -> None:
    for number in range(150):
        User.objects.create_user(f"nguoi.{number}", "Người Dùng")
    with clock.frozen(START):
        for number in range(150):
            Client().post("/dang-nhap", {"login": f"nguoi.{number}", "password": "Doan-Mo1!"})
        assert limits.used(throttle.SOURCE, "127.0.0.1") == 100
    assert len(hashes) == 100


def test_the_counts_are_kept_in_the_database_alone(school: School, hashes: list[str]) -> None:
    """Another process knows nothing but the database: emptying the cache changes nothing."""
    from django.core.cache import cache

    person = factories.user(Role.ACCOUNTANT, school=school, second_factor=False)
    with clock.frozen(START):
        for _n in range(5):
            Client().post("/dang-nhap", {"login": person.username, "password": "Doan-Mo1!"})
            cache.clear()
        client = Client()
        client.post("/dang-nhap", {"login": person.username, "password": factories.PASSWORD})
    assert "_auth_user_id" not in client.session
    assert len(hashes) == 5
