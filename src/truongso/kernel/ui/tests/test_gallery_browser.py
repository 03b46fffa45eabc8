"""The gallery in a real browser: accessibility, width, target sizes, behaviours, strict policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import override_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, Page, Route, expect
from tests.chromium import violations

pytestmark = pytest.mark.browser

PAGES = ["", "?loi=1", "?thong-bao=1", "parent/", "parent/?loi=1", "public/", "auth/"]
SETTINGS: dict[str, Any] = {
    "DEBUG": True,
    "ROOT_URLCONF": "truongso.kernel.ui.urls",
    "MIDDLEWARE": [
        "csp.middleware.CSPMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    "MESSAGE_STORAGE": "django.contrib.messages.storage.cookie.CookieStorage",
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with override_settings(**SETTINGS):
        thread = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={})
        thread.daemon = True
        thread.start()
        thread.is_ready.wait()
        assert thread.error is None
        yield f"http://127.0.0.1:{thread.port}/_ui/"
        thread.terminate()


@pytest.fixture
def problems() -> list[str]:
    """What the browser complained about: blocked styles and scripts, missing files, script errors."""
    return []


def _leave_open(route: Route) -> None:
    route.fulfill(status=204)


def _page(browser: Browser, problems: list[str], width: int, scheme: Any = "light") -> Page:
    # Test scripts are put in past the policy; the page's own parts are still reported when it blocks them.
    page = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme).new_page()
    page.on("console", lambda m: problems.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    return page


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")])
def test_no_accessibility_violations_and_nothing_blocked(
    browser: Browser, address: str, problems: list[str], width: int, scheme: str
) -> None:
    page = _page(browser, problems, width, scheme)
    found = []
    for path in PAGES:
        page.goto(address + path)
        page.wait_for_timeout(150)
        found += [(path, *violation) for violation in violations(page)]
    page.context.close()
    assert found == []
    assert problems == []


def test_no_page_scrolls_sideways(browser: Browser, address: str, problems: list[str]) -> None:
    page = _page(browser, problems, 320)
    wide = []
    for path in PAGES:
        page.goto(address + path)
        for width in (320, 360, 390, 768, 1024, 1280, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth > screen.width"):
                wide.append((path, width))
    page.context.close()
    assert wide == []


def test_parent_targets_are_44_pixels(browser: Browser, address: str, problems: list[str]) -> None:
    page = _page(browser, problems, 390)
    page.goto(address + "parent/?loi=1")
    small = page.evaluate(
        """() => [...document.querySelectorAll('a,button,input,select,textarea,summary,label')]
        .filter(e => !e.closest('.skip') && !e.matches('.opt input, .pm input, .f > label:not(.opt)'))
        .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
        .filter(([, box]) => box.width && (box.width < 44 || box.height < 44)).map(([html]) => html)"""
    )
    page.context.close()
    assert small == []


def test_menu_opens_and_closes_under_900_pixels(browser: Browser, address: str, problems: list[str]) -> None:
    page = _page(browser, problems, 390)
    page.goto(address)
    expect(page.locator("#menu")).to_be_hidden()
    page.locator("[data-nav-open]").click()
    expect(page.locator("#menu")).to_be_visible()
    expect(page.locator("#menu :focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#menu")).to_be_hidden()
    expect(page.locator("[data-nav-open]")).to_be_focused()
    page.context.close()


def test_menu_works_without_javascript(browser: Browser, address: str) -> None:
    page = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    page.goto(address)
    page.locator("[data-nav-open]").click()
    expect(page.locator("#menu")).to_be_visible()
    page.locator(".scrim").click(position={"x": 380, "y": 400})
    expect(page.locator("#menu")).to_be_hidden()
    page.context.close()


def test_question_is_asked_before_an_irreversible_act(browser: Browser, address: str, problems: list[str]) -> None:
    page = _page(browser, problems, 1280)
    page.goto(address)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    page.get_by_role("button", name="Huỷ phiếu TS7K4Q2M9").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Huỷ phiếu TS7K4Q2M9? Mã cũ không dùng lại.")
    dialog.get_by_role("button", name="Thôi").click()
    expect(dialog).to_have_count(0)
    assert sent == []
    page.get_by_role("button", name="Huỷ phiếu TS7K4Q2M9").click()
    with page.expect_navigation():
        page.get_by_role("dialog").get_by_role("button", name="Huỷ phiếu").click()
    assert sent == ["POST"]
    page.context.close()


def test_form_is_sent_once_however_often_the_button_is_pressed(
    browser: Browser, address: str, problems: list[str]
) -> None:
    page = _page(browser, problems, 390)
    page.goto(address + "auth/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    # "No content": the page stays, as it does for a download or on a line that has died.
    page.route("**/*", lambda route: _leave_open(route) if route.request.method == "POST" else route.continue_())
    button = page.get_by_role("button", name="Đăng nhập")
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    button.click()
    page.wait_for_timeout(200)
    assert len(sent) == 1
    page.context.close()


def test_rows_are_counted_and_chosen_together(browser: Browser, address: str, problems: list[str]) -> None:
    page = _page(browser, problems, 1280)
    page.goto(address)
    bar = page.locator("[data-select-bar]")
    expect(bar).to_be_hidden()
    boxes = page.locator("table[data-select] tbody input")
    boxes.nth(1).click()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(bar).to_contain_text("Đã chọn 3 lớp")
    page.locator("[data-select-all]").click()
    expect(bar).to_contain_text("Đã chọn 5 lớp")
    page.locator("[data-select-all]").click()
    expect(bar).to_be_hidden()
    page.context.close()


def test_theme_is_remembered_and_written_by_the_server(browser: Browser, address: str, problems: list[str]) -> None:
    page = _page(browser, problems, 1280)
    page.goto(address)
    page.locator("[data-theme-toggle]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(address)
    assert page.content().count('<html lang="vi" data-theme="dark">') == 1
    page.context.close()


def test_search_key_copy_reveal_and_focus_on_errors(browser: Browser, address: str, problems: list[str]) -> None:
    page = _page(browser, problems, 1280)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(address + "?loi=1")
    expect(page.locator(".errors")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.locator("[data-search]")).to_be_focused()
    page.locator("[data-copy=TS7K4Q2M9]").click()
    expect(page.locator("[data-copy=TS7K4Q2M9]")).to_contain_text("Đã chép")
    assert page.evaluate("navigator.clipboard.readText()") == "TS7K4Q2M9"
    page.goto(address + "auth/")
    page.locator("[data-reveal]").click()
    expect(page.locator("#p")).to_have_attribute("type", "text")
    page.context.close()


def test_paper_is_white_even_when_the_screen_is_dark(browser: Browser, address: str, problems: list[str]) -> None:
    page = _page(browser, problems, 1280, "dark")
    page.goto(address)
    page.locator("[data-theme-toggle]").click()
    page.locator("[data-theme-toggle]").click()
    page.emulate_media(media="print")
    expect(page.locator("body")).to_have_css("color", "rgb(20, 26, 41)")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator(".side")).to_be_hidden()
    expect(page.locator(".top")).to_be_hidden()
    page.context.close()
