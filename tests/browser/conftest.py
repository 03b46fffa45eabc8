"""Pages in a real browser at the two widths that count; what the browser complains about fails the test.

`phone` (390 px, touch) and `desktop` (1280 px) are fresh, signed-out pages on the live server;
`sign_in(page, user)` signs one in. A test that provokes a complaint on purpose (an answer 404) names it:
`complaints.allow("404")`. Screenshots of failed tests go to TRUONGSO_SCREENSHOTS, by default to a folder in
the system's temporary directory.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, Route
from pytest_django.live_server_helper import LiveServer

from tests import factories
from tests.chromium import PATIENCE_MS
from truongso.accounts.models import User

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}

_failed = pytest.StashKey[bool]()


@dataclass
class Complaints:
    """What the browser reported while the test ran, without what the test expects."""

    expected: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """A complaint matching this pattern is part of the test."""
        self.expected.append(pattern)

    def left(self) -> list[str]:
        return [text for text in self.found if not any(re.search(p, text) for p in self.expected)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_failed] = report.failed
    return report


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def phone(request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page 390 px wide with touch."""
    yield from _page(request, "phone", PHONE)


@pytest.fixture
def desktop(request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page 1280 px wide."""
    yield from _page(request, "desktop", DESKTOP)


@pytest.fixture
def sign_in(live_server: LiveServer) -> Callable[[Page, User], None]:
    """Give the page the session of a signed-in user."""

    def give(page: Page, user: User) -> None:
        client = factories.login(Client(), user)
        name = settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
        page.context.add_cookies([cookie])  # type: ignore[list-item]

    return give


def _page(request: pytest.FixtureRequest, kind: str, device: dict[str, Any]) -> Iterator[Page]:
    home = request.getfixturevalue("live_server").url
    complaints: Complaints = request.getfixturevalue("complaints")
    browser: Browser = request.getfixturevalue("browser")
    # Without transitions, so that colours are measured as they stay and not on their way.
    context = browser.new_context(
        base_url=home, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", reduced_motion="reduce", **device
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    _listen(page, home, complaints)
    yield page
    if request.node.stash.get(_failed, False):
        print(f"screenshot: {_shoot(page, request.node.name, kind)}")
    context.close()
    assert complaints.left() == []


def _listen(page: Page, home: str, complaints: Complaints) -> None:
    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.found.append(f"console: {message.text}")

    def answered(response: Response) -> None:
        if response.status >= 500:
            complaints.found.append(f"{response.status}: {response.url}")

    def failed(request: Request) -> None:
        # A page that is left stops what it was loading; that is no fault.
        if request.failure and "ERR_ABORTED" not in request.failure:
            complaints.found.append(f"{request.failure}: {request.url}")

    def outside(route: Route) -> None:
        complaints.found.append(f"third party: {route.request.url}")
        route.abort("blockedbyclient")

    page.on("console", console)
    page.on("pageerror", lambda error: complaints.found.append(f"script: {error}"))
    page.on("response", answered)
    page.on("requestfailed", failed)
    page.context.route(lambda url: not url.startswith((home, "data:", "blob:", "about:")), outside)


def _shoot(page: Page, test: str, kind: str) -> Path:
    given = os.environ.get("TRUONGSO_SCREENSHOTS")
    folder = Path(given) if given else Path(tempfile.gettempdir()) / "truongso-screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.-]+", "-", f"{test}-{kind}")
    path = folder / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path
