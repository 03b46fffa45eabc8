"""Slowing down guesses: growing waits per name and source, known browsers apart, never a lock."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.test import Client, RequestFactory
from tests import factories

from truongso.accounts.models import User
from truongso.accounts.signin import throttle
from truongso.accounts.signin.models import Device, TryCount
from truongso.accounts.types import Role
from truongso.kernel import clock, limits
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.accounts.tests.urls")]

WRONG = "Nui-Cao4mua"
WAIT = "Đã thử nhiều lần. Chờ 1 phút rồi thử lại."
START = dt.datetime(2026, 10, 5, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def person(school: School) -> User:
    return factories.user(Role.ACCOUNTANT, school=school, username="hoapt.lvt", second_factor=False)


def sign_in(client: Client, name: str, password: str, address: str = "10.0.0.1") -> str:
    answer = client.post("/dang-nhap", {"login": name, "password": password}, REMOTE_ADDR=address)
    return "in" if answer.status_code == 302 else answer.content.decode()


def guess(name: str, times: int, address: str = "10.0.0.1") -> None:
    for _n in range(times):
        assert sign_in(Client(), name, WRONG, address) != "in"


@pytest.mark.parametrize(
    ("tries", "seconds"), [(1, 0), (4, 0), (5, 15), (6, 30), (7, 60), (10, 480), (11, 900), (12, 900), (10_000, 900)]
)
def test_waits_grow_and_end_at_a_quarter_of_an_hour(tries: int, seconds: int) -> None:
    assert throttle.wait_after(tries) == seconds


def test_the_fifth_failure_brings_a_wait_also_for_the_right_password_and_it_passes(person: User) -> None:
    with clock.frozen(START):
        guess(person.username, 5)
        assert WAIT in sign_in(Client(), person.username, factories.PASSWORD)
    with clock.frozen(START + dt.timedelta(seconds=14)):
        assert WAIT in sign_in(Client(), person.username, factories.PASSWORD)
    with clock.frozen(START + dt.timedelta(seconds=15)):
        assert sign_in(Client(), person.username, factories.PASSWORD) == "in"
    assert TryCount.objects.count() == 0


def test_a_stranger_elsewhere_never_delays_the_owner(person: User) -> None:
    with clock.frozen(START):
        guess(person.username, 6, "203.0.113.9")
        assert sign_in(Client(), person.username, factories.PASSWORD, "10.0.0.1") == "in"


def test_a_known_browser_is_exempt_from_failures_behind_the_same_address(person: User) -> None:
    own = Client()
    with clock.frozen(START):
        assert sign_in(own, person.username, factories.PASSWORD) == "in"
        own.post("/dang-xuat")
        guess(person.username, 9)
        assert WAIT in sign_in(Client(), person.username, factories.PASSWORD)
        assert sign_in(own, person.username, factories.PASSWORD) == "in"
    assert Device.objects.count() == 1


def test_a_known_browser_is_slowed_down_by_its_own_failures(person: User) -> None:
    own = Client()
    with clock.frozen(START):
        assert sign_in(own, person.username, factories.PASSWORD) == "in"
        own.post("/dang-xuat")
        for _n in range(5):
            sign_in(own, person.username, WRONG)
        assert WAIT in sign_in(own, person.username, factories.PASSWORD)


def test_unknown_names_are_slowed_down_alike(person: User) -> None:
    with clock.frozen(START):
        guess("khongco", 5)
        guess(person.username, 5, "10.0.0.2")
        unknown = sign_in(Client(), "khongco", WRONG)
        known = sign_in(Client(), person.username, WRONG, "10.0.0.2")
    assert WAIT in unknown
    assert WAIT in known


def test_a_list_from_one_address_stops_at_a_hundred_failures(person: User, school: School) -> None:
    with clock.frozen(START):
        for number in range(100):
            limits.count(throttle.SOURCE, "203.0.113.9")
            assert number < 100
        answer = sign_in(Client(), "nguoi.moi", WRONG, "203.0.113.9")
        assert "Chờ 15 phút rồi thử lại." in answer
        assert sign_in(Client(), person.username, factories.PASSWORD, "10.0.0.1") == "in"


def test_a_name_guessed_from_everywhere_leaves_its_known_browsers_alone(person: User) -> None:
    own = Client()
    with clock.frozen(START):
        assert sign_in(own, person.username, factories.PASSWORD) == "in"
        own.post("/dang-xuat")
        for number in range(20):
            guess(person.username, 5, f"198.51.100.{number}")
        assert "Chờ 60 phút rồi thử lại." in sign_in(Client(), person.username, WRONG, "198.51.100.200")
        assert sign_in(own, person.username, factories.PASSWORD) == "in"


def test_tries_are_forgotten_after_a_day(person: User) -> None:
    with clock.frozen(START):
        guess(person.username, 4)
    with clock.frozen(START + dt.timedelta(hours=24, seconds=1)):
        guess(person.username, 4)
        assert sign_in(Client(), person.username, factories.PASSWORD) == "in"
    with clock.frozen(START + dt.timedelta(days=3)):
        guess("khongco", 1)
        assert throttle.forget_old() == 0
    with clock.frozen(START + dt.timedelta(days=5)):
        assert throttle.forget_old() == 1


def test_an_ipv6_client_is_its_whole_network() -> None:
    factory = RequestFactory()
    addresses = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "10.0.0.1", "::ffff:10.0.0.1", "lạ"]
    found = [throttle.source_of(factory.get("/", REMOTE_ADDR=address)) for address in addresses]
    assert found == ["2001:db8:1:2::/64", "2001:db8:1:2::/64", "2001:db8:1:3::/64", "10.0.0.1", "10.0.0.1", "lạ"]


def test_the_table_of_tries_names_nobody(person: User) -> None:
    with clock.frozen(START):
        guess(person.username, 1)
    kept = TryCount.objects.get()
    assert len(kept.key) == 64
    assert person.username not in kept.key


def test_taking_a_try_needs_a_row_lock(person: User) -> None:
    with clock.frozen(START), transaction.atomic():
        assert [throttle.take("k") for _n in range(6)] == [0, 0, 0, 0, 0, 15]
