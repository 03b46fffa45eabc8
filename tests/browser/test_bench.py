"""The browser bench itself: widths, complaints and third parties are really seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Error, Page

from tests import factories
from tests.browser.conftest import Complaints
from truongso.accounts.models import User
from truongso.organizations.models import School

pytestmark = pytest.mark.browser


def test_a_missing_page_is_shown_and_reported(phone: Page, complaints: Complaints) -> None:
    answer = phone.goto("/khong-co-trang-nay")
    assert answer is not None
    assert answer.status == 404
    assert phone.evaluate("innerWidth") == 390
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert [text.split(":")[0] for text in complaints.left()] == ["console"]
    complaints.allow("404")


def test_desktop_width(desktop: Page, complaints: Complaints) -> None:
    desktop.goto("/khong-co-trang-nay")
    assert desktop.evaluate("innerWidth") == 1280
    complaints.allow("404")


@pytest.mark.usefixtures("transactional_db")  # what the browser refuses to load it reports, and reports are counted
def test_third_parties_and_script_errors_are_caught(desktop: Page, complaints: Complaints) -> None:
    desktop.goto("/khong-co-trang-nay")
    complaints.allow("404")
    with desktop.expect_response("**" + reverse("accounts:csp_report")) as told, pytest.raises(Error):
        desktop.evaluate("fetch('https://example.invalid/pixel.gif')")
    assert told.value.status == 204
    with desktop.expect_event("pageerror"):
        desktop.evaluate("setTimeout(() => { throw new Error('broken page') }, 0)")
    found = complaints.left()
    assert any("broken page" in text for text in found)
    assert any("example.invalid" in text for text in found)
    complaints.allow("example.invalid|broken page|Content Security Policy|ERR_BLOCKED_BY_CLIENT")


def test_a_page_is_signed_in(desktop: Page, sign_in: Callable[[Page, User], None], school: School) -> None:
    user = factories.user(school=school)
    sign_in(desktop, user)
    cookie = next(c for c in desktop.context.cookies() if c["name"] == settings.SESSION_COOKIE_NAME)
    assert Session.objects.get(pk=cookie["value"]).get_decoded()["_auth_user_id"] == str(user.pk)
