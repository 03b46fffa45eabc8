"""A school that does without every part it may do without has the reports it had, figure by figure (R35)."""

from __future__ import annotations

import re

import pytest

from tests import money
from tests.tenancy import walk
from tests.tenancy.world import NOW, place
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.organizations.public import switch_modules
from truongso.organizations.types import Module

pytestmark = [pytest.mark.once, pytest.mark.django_db]
_MAIN = re.compile(r"<main\b.*</main>", re.DOTALL)
"""The page itself: the rail no longer leads to what is closed."""
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


def test_reports_stay_as_they_were() -> None:
    with clock.frozen(NOW), walk.quietly():
        here = place("79-THU", "Trường Tiểu học Lê Văn Tám", "TS")
        other = place("79-KHAC", "Trường Tiểu học Kim Đồng", "KD")
        routes = [one for name, one in walk.table().items() if name.startswith("reporting:")]
        at = walk.walkers(here, other, routes)
        before = _pages(at)
        with transaction():
            switch_modules(actor=money.ACTOR, school=here.school, off=list(Module))
        pages = ("/thu/nhac-nop", "/thu/ban-giao-hoa-don")
        closed = [at.clients[Role.ACCOUNTANT].get(page).status_code for page in pages]
        after = _pages(at)
    assert closed == [403, 403]
    assert len(before) > 25
    assert [key for key, page in after.items() if page != before[key]] == []


def _pages(at: walk.Walkers) -> dict[tuple[str, str], tuple[int, str]]:
    """What each role reads at each address of reports: the answer and a page's words; of a file, marked anew each
    time, its kind."""
    found = {}
    for route in at.routes:
        for role in at.allowed(route):
            answer = at.clients[role].get(route.address(at.own))
            content = b"".join(answer) if answer.streaming else answer.content
            is_page = answer.headers.get("Content-Type", "").startswith("text/html")
            text = _words(content.decode()) if is_page else answer.headers["Content-Type"]
            found[route.name, role.value] = (answer.status_code, text)
    return found


def _words(html: str) -> str:
    page = _MAIN.search(html)  # a sheet to print has no rail
    return _TOKEN.sub("", page[0] if page else html)
