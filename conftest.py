"""What every test may use: a school, an actor, a held clock, and databases that empty themselves."""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.core.management.commands import flush
from django.test import Client
from django.urls import get_resolver
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer
from tests import app_role, chromium, emptying, factories
from tests.depth import IS_DEEP

from truongso.accounts.models import User
from truongso.kernel import clock, database_roles, selfcheck
from truongso.kernel.actor import Actor
from truongso.organizations.models import School

ENGINE = os.environ.get("TRUONGSO_TEST_DB", "sqlite")
CI = os.environ.get("CI", "").lower() in {"1", "true"}

# A busy machine is no failure. With CI=true hypothesis loads a profile of its own that says so too.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if not CI:
    settings.load_profile("patient")

_PURE = "pure"
_left_out = pytest.StashKey[list[str]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this run cannot show; with CI=true a missing browser is an error instead.

    Tests marked `postgres` need real concurrency, which SQLite hides: they run in the PostgreSQL run. Tests that touch
    no database, or are marked `once`, run once, with SQLite; the latter also in a deep run as the product's own role.
    """
    reasons: dict[str, str] = {}
    if ENGINE != "postgres":
        reasons["postgres"] = "they run with TRUONGSO_TEST_DB=postgres"
    else:
        reasons[_PURE] = "they touch no database and run with SQLite"
        if not (IS_DEEP and app_role.IS_FOR_ALL):
            reasons["once"] = "the engine is no matter to them and they run with SQLite"
    if chromium.PATH is None:
        reasons["browser"] = "Chromium is not installed"
    kept: list[pytest.Item] = []
    gone: dict[str, list[pytest.Item]] = {name: [] for name in reasons}
    for item in items:
        mark = next((name for name in reasons if item.get_closest_marker(name)), None)
        if mark is None and _PURE in reasons and not _touches_database(item):
            mark = _PURE
        (gone[mark] if mark else kept).append(item)
    if CI and gone.get("browser"):
        raise pytest.UsageError("CI=true and Chromium is not installed: nothing may be left out")
    config.stash[_left_out] = [f"{len(g)} {n} tests left out: {reasons[n]}" for n, g in gone.items() if g]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for group in gone.values() for item in group])
        items[:] = kept


def _touches_database(item: pytest.Item) -> bool:
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("postgres")
    return bool(marked) or not {"db", "transactional_db", "live_server"}.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for line in config.stash.get(_left_out, []):
        terminalreporter.write_line(line)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """What `secrets` and `random` draw in a test follows from its name: codes that hold a searched word by chance would
    fail one run in thousands. Keys of cryptography come from elsewhere and stay random."""
    kept = random._urandom  # type: ignore[attr-defined]
    random._urandom = random.Random(item.nodeid).randbytes  # type: ignore[attr-defined]
    random.seed(item.nodeid)
    try:
        yield
    finally:
        random._urandom = kept  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, emptied quickly after transactional tests."""
    original = flush.Command.handle
    with django_db_blocker.unblock():
        emptying.remember_guards()
        if app_role.IS_FOR_ALL:
            app_role.take_for_the_run()
    flush.Command.handle = emptying.handle  # type: ignore[assignment]
    yield
    flush.Command.handle = original  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def product_roles(django_db_setup: None, django_db_blocker: Any) -> None:
    """The roles of an installation on PostgreSQL, for tests that work as the product's own (tests.app_role)."""
    if ENGINE == "postgres":
        with django_db_blocker.unblock():
            database_roles.create()


@pytest.fixture(scope="session")
def live_server(live_server: LiveServer) -> LiveServer:
    """The product on a port, every page of it loaded: the first to ask waits no longer than the others."""
    assert get_resolver().url_patterns
    return live_server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, one for the tests of a file."""
    with chromium.launched() as running:
        yield running


@pytest.fixture
def actor() -> Actor:
    """A process acting in tests (no user behind it)."""
    return Actor.system("test", "cli")


@pytest.fixture
def school(db: None) -> School:
    """The school under test; invoice prefix TS."""
    return factories.school()


@pytest.fixture
def other_school(db: None) -> School:
    """A foreign school, to prove that nothing crosses; invoice prefix KD."""
    return factories.school(code="79-KHAC", name="Trường Tiểu học Kim Đồng", prefix="KD")


@pytest.fixture
def frozen() -> Callable[[dt.datetime], AbstractContextManager[None]]:
    """Hold the clock: `with frozen(moment): …`; the moment is aware."""
    return clock.frozen


@pytest.fixture
def school_day() -> Iterator[dt.datetime]:
    """The clock held at 9:00 on Monday 5/10/2026 at school."""
    moment = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)
    with clock.frozen(moment):
        yield moment


@pytest.fixture
def login() -> Callable[[Client, User], Client]:
    """`login(client, user)`: the client is signed in as the user."""
    return factories.login


@pytest.fixture
def verify_after(db: None) -> Iterator[None]:
    """After the test, every invariant recomputed from the raw rows must hold, as in `truongso verify`."""
    yield
    assert [result for result in selfcheck.run_all() if not result.ok] == []
