"""Chromium for tests: Debian's own, and what axe finds on a page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

# The shell is the same engine without the windows around it, which cost a third of the time and show nothing here.
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PATH = next((path for path in map(shutil.which, _NAMES) if path), None)
_AXE = Path(__file__).parent / "vendor" / "axe.min.js"
PATIENCE_MS = 15_000
"""How long a page may take to show what it is expected to show: a busy machine is no failure."""
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def launched() -> Iterator[Browser]:
    """A running browser; runs without one leave its tests out before they come here."""
    # Playwright's loop runs in this thread, and Django would refuse the test's own queries beside it.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=PATH, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield chromium
        chromium.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@cache
def _axe() -> str:
    return _AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[tuple[str, str]]:
    """(rule, first offending element) of WCAG 2.2 A and AA and axe's best practice.

    A click that leads to another page returns before that page has its style sheet: it is waited for.
    """
    page.wait_for_load_state()
    page.evaluate(_axe())
    result: dict[str, Any] = page.evaluate("rules => axe.run(document, {runOnly: rules})", _RULES)
    return [(rule["id"], rule["nodes"][0]["html"][:300]) for rule in result["violations"]]
