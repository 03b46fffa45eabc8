"""Limits hold in the database: counted atomically, per window, per client as the trusted proxy saw it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import RequestFactory, override_settings

from truongso.kernel import clock
from truongso.kernel.limit_blocks import Blocks
from truongso.kernel.limits import Limit, client_of, count, counted_as, forget_ended, is_spent, seconds_left, used
from truongso.kernel.models import Tally

LIMIT = Limit("test", 3, 600)


@pytest.mark.django_db
def test_tries_are_counted_by_name_by_whose_and_by_window(school_day: dt.datetime) -> None:
    assert [count(LIMIT, "1.2.3.4") for _ in range(3)] == [1, 2, 3]
    assert is_spent(LIMIT, "1.2.3.4")
    assert not is_spent(LIMIT, "1.2.3.5")
    assert not is_spent(Limit("other", 3, 600), "1.2.3.4")
    assert (used(LIMIT, "1.2.3.4"), seconds_left(LIMIT)) == (3, 600)
    with clock.frozen(school_day + dt.timedelta(minutes=9, seconds=59)):
        assert is_spent(LIMIT, "1.2.3.4")
        assert seconds_left(LIMIT) == 1
    with clock.frozen(school_day + dt.timedelta(minutes=10)):
        assert not is_spent(LIMIT, "1.2.3.4")
        assert forget_ended() == 0
    with clock.frozen(school_day + dt.timedelta(minutes=10, seconds=1)):
        assert forget_ended() == 1
    assert Tally.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("2001:0db8:0001:0002:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::4", "2001:db8:1:3::/64"), ("::ffff:203.0.113.7", "203.0.113.7"),
        ("203.0.113.7", "203.0.113.7"), ("family:12", "family:12"), ("hoapt", "hoapt"), ("", ""),
    ],
)  # fmt: skip
def test_an_ipv6_client_is_its_network(text: str, counted: str) -> None:
    assert counted_as(text) == counted


@pytest.mark.django_db
def test_other_addresses_of_one_network_are_no_fresh_tries(school_day: dt.datetime) -> None:
    assert [count(LIMIT, f"2001:db8::{n}") for n in range(1, 5)] == [1, 2, 3, 4]
    assert count(LIMIT, "2001:db8:0:1::1") == 1
    reads = Blocks(part=30, seconds=600)
    spent = [reads.spent((Limit("reads", 30, 600), (f"2001:db8::{n}",))) for n in range(1, 32)]
    assert [one is None for one in spent] == [True] * 30 + [False]


@pytest.mark.django_db
def test_addresses_are_kept_by_nobody() -> None:
    count(LIMIT, "203.0.113.77")
    row = Tally.objects.get()
    assert len(row.key) == 64
    assert "203" not in str(vars(row)).replace(row.key, "")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [
        (0, "9.9.9.9", "127.0.0.1"),
        (1, "9.9.9.9, 203.0.113.5", "203.0.113.5"),
        (2, "9.9.9.9, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_only_what_trusted_proxies_wrote_is_believed(proxies: int, forwarded: str, client: str) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
    with override_settings(PROXIES=proxies):
        assert client_of(request) == client
