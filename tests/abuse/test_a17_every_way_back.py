"""A17: no `next`, no way back and no name like it leads out of the product, wherever it is sent along."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from django.test import Client

from tests import factories
from tests.abuse.lists import pages
from tests.abuse.test_a17_payment_return import ELSEWHERE
from tests.depth import tries
from truongso.accounts.factors.services import make_sheet
from truongso.accounts.types import Role
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
NAMES = (
    "next", "ve", "tro-ve", "back", "url", "u", "r", "to", "redirect", "redirect_to", "redirect_uri", "return",
    "return_url", "returnUrl", "goto", "target", "continue", "dest", "callback", "success_url", "cancel_url", "path",
)  # fmt: skip
_LINK = re.compile(r"(?:href|action|src|formaction|hx-[a-z]+|content)=[\"']?([^\"'>]*)")


def leads_out(target: str) -> bool:
    """Whether a browser that reads this on a page of ours would go elsewhere: it drops line ends and tabs, takes a
    backslash for a slash, and many slashes for two."""
    read = re.sub(r"[\t\r\n]", "", target).strip("\x00 ").replace("\\", "/")
    read = re.sub(r"^/{2,}", "//", read)
    found = urlsplit(urljoin("http://testserver/a/b", read))
    return found.netloc != "testserver" or found.scheme not in {"http", "https"}


def test_what_a_browser_makes_of_an_address() -> None:
    ours = {"", "evil.example", "http:evil.example", "?next=//evil.example", "/%09/../\\evil.example"}
    for one in ELSEWHERE:
        assert leads_out(one) != (one in ours or one.strip("/x") == "" or "\x00" in one), one


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_and_proving_again_stay_here(school: School, target: str) -> None:
    person = factories.user(Role.SUBJECT_TEACHER, school=school, username="hoapt", second_factor=False)
    word = {"password": factories.PASSWORD, "next": target}
    query = urlencode({"next": target})
    visitor = Client()
    answers: list[Any] = [visitor.post(f"/dang-nhap?{query}", {"login": "hoapt", **word})]
    answers += [visitor.get(f"/dang-nhap?{query}"), visitor.get(f"/xac-nhan-lai?{query}")]
    answers += [visitor.post("/xac-nhan-lai", word), visitor.post(f"/xac-nhan-lai?{query}", {**word, "next": ""})]
    answers += [visitor.post(f"/dang-xuat?{query}", {"next": target}), visitor.get(f"/dang-nhap?{query}")]
    with savepoint():
        codes = make_sheet(user=person, actor=Actor.system("test", "cli"))
    answers += [visitor.post(f"/dang-nhap?{query}", {"login": "hoapt", **word})]
    answers += [visitor.post(answers[-1].headers.get("Location", "/"), {"code": codes[0], "next": target})]
    if "\x00" not in target:  # that is refused before anything is looked at
        assert visitor.get("/tai-khoan").status_code == 200, "the code was right"
    for number, answer in enumerate(answers):
        assert answer.status_code < 500, number
        assert not leads_out(answer.headers.get("Location", "")), (number, answer.headers)
        if answer.status_code == 200:
            assert [one for one in _LINK.findall(answer.content.decode()) if leads_out(one)] == [], number


@pytest.mark.once
def test_no_page_takes_its_way_from_the_address(school: School) -> None:
    opened = 0
    for number, page in enumerate(pages(school, factories.org_unit())):
        if number % tries(2, 1):
            continue
        query = dict.fromkeys(NAMES, "//evil.example/x")
        answer: Any = page.client.get(f"{page.address}?{urlencode(query)}")
        assert "evil.example" not in urlsplit(answer.headers.get("Location", "")).netloc, page.name
        if answer.status_code == 200 and not answer.streaming:
            opened += 1
            text = answer.content.decode(errors="replace")
            assert [one for one in _LINK.findall(text) if "evil.example" in one and leads_out(one)] == [], page.name
        if number % tries(4, 1) == 0:
            sent: Any = page.client.post(page.address, query)
            assert not leads_out(sent.headers.get("Location", "")), page.name
    assert opened > tries(50, 100)
