"""The accountant's composed pages in a browser: cash taken, proof opened, counted in the report; accessible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import factories, money
from tests.chromium import violations
from truongso.accounts.models import User
from truongso.fees.models import Invoice
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.payments.public import book

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ACTOR = Actor.system("test", "cli")


def faults(page: Page) -> list[Any]:
    """What axe finds, and whether the page scrolls sideways."""
    found: list[Any] = [*violations(page)]
    if page.evaluate("document.documentElement.scrollWidth > screen.width"):
        found.append(("sideways", page.url))
    return found


@pytest.fixture
def invoice(transactional_db: None) -> Invoice:
    school = factories.school()
    with transaction():
        return money.invoice(school)


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_cash_is_opened_and_counted(
    request: pytest.FixtureRequest, device: str, invoice: Invoice, sign_in: Callable[[Page, User], None]
) -> None:
    """Taking it is the counter's, see test_counter.py."""
    page: Page = request.getfixturevalue(device)
    with transaction():
        paid = book(invoice.school_id, booking=money.booking((invoice, 100_000), **money.in_cash()), actor=ACTOR)
    sign_in(page, factories.user(school=invoice.school))
    page.goto(f"/thu/phieu/{invoice.code}")
    assert faults(page) == []
    expect(page.get_by_role("link", name="Ghi thu tiền mặt")).to_be_visible()
    page.goto(f"/thu/khoan-nop/{paid.public_id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Khoản nộp 100.000\xa0đ")
    assert faults(page) == []
    for address in ("/thu", "/bao-cao/khong-tien-mat", "/tim?q=an", "/bao-cao/khong-tien-mat/ban-in"):
        page.goto(address)
        assert faults(page) == []
    page.goto("/bao-cao/khong-tien-mat")
    page.get_by_role("link", name="Tiền mặt", exact=True).click()
    expect(page.get_by_role("link", name="Trần Thị Thu Hằng")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="Trần Thị Thu Hằng").click()
    expect(page.get_by_text("Phiếu thu tại quầy")).to_be_visible()
