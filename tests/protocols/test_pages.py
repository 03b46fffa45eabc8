"""A parent pays on a phone: the gateway's page, the wallet and the bank's app in a real browser, back to the school."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import factories, money
from tests.protocols.scenes import AMOUNT, AtAGateway, Scene, counts
from tests.protocols.test_bank_feeds import connected
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.public import invoice_payload
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.gateway_client import SandboxGateways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """390 px wide, with touch; what the pages complain about fails the test."""
    found: list[str] = []
    page = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="vi-VN")
    page.set_default_timeout(15_000)
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    yield page
    page.close()
    assert found == []


class _OnAGatewaysPage(AtAGateway):
    def test_pays_on_the_page(self, scene: Scene, phone: Page) -> None:
        phone.goto(scene.attempt.pay_url)
        expect(phone.get_by_role("note")).to_have_text("Cổng thanh toán thử – không phải tiền thật")
        expect(phone.locator(".amount")).to_have_text("250.000\u00a0đ")
        assert phone.evaluate("document.documentElement.scrollWidth") == 390
        phone.get_by_role("button", name="Thanh toán", exact=True).click()
        phone.wait_for_url(re.compile(re.escape(f"{scene.product}/p/{scene.invoice.public_id}")))
        scene.settle()
        assert (scene.state()[0], scene.owed(), counts()) == ("paid", 0, (1, 1, 1, 1))

    def test_turns_back_on_the_page(self, scene: Scene, phone: Page) -> None:
        phone.goto(scene.attempt.pay_url)
        phone.get_by_role("button", name="Hủy giao dịch").click()
        phone.wait_for_url(re.compile(re.escape(f"{scene.product}/p/tra-ve/")))
        scene.settle()
        assert (scene.state()[0], scene.owed(), counts()) == ("failed", AMOUNT, (0, 0, 0, 0))


class TestVnpayPage(_OnAGatewaysPage):
    provider = "vnpay"


class TestMomoPage(_OnAGatewaysPage):
    provider = "momo"


class TestZalopayPage(_OnAGatewaysPage):
    provider = "zalopay"


class TestPayosPage(AtAGateway):
    provider = "payos"

    def test_scans_the_code_of_the_page_at_the_bank(self, scene: Scene, phone: Page) -> None:
        phone.goto(scene.attempt.pay_url)
        expect(phone.locator(".qr svg")).to_be_visible()
        phone.get_by_role("link", name="Mở ngân hàng thử").click()
        phone.get_by_role("button", name="Xác nhận chuyển").click()
        expect(phone.get_by_role("heading", name="Đã chuyển tiền")).to_be_visible()
        scene.heard_from_bank()
        scene.settle()
        assert (scene.state()[0], scene.owed(), counts()) == ("paid", 0, (1, 1, 1, 1))
        phone.goto(scene.attempt.pay_url)
        phone.get_by_role("link", name="Về trang của trường").click()
        phone.wait_for_url(re.compile(re.escape(f"{scene.product}/p/{scene.invoice.public_id}")))


def test_pays_with_a_mobile_money_wallet(
    school: School, product: str, bank: SandboxBank, gateways: SandboxGateways, phone: Page
) -> None:
    with transaction():
        account = factories.bank_account(school, number="410000000001")
    bank.register_account(bin=account.bank_bin, number=account.number, holder=account.holder_name)
    connected(account, bank, product, "sepay")
    invoice = money.invoice(school, [AMOUNT])
    phone.goto(f"{gateways.url}/vi")
    phone.get_by_label("Chuỗi mã VietQR").fill(invoice_payload(invoice))
    phone.get_by_role("button", name="Đọc chuỗi mã").click()
    phone.get_by_role("button", name="Xác nhận trả").click()
    expect(phone.get_by_role("heading", name="Đã trả bằng ví")).to_be_visible()
    bank.wait_for_deliveries(account=account.number)
    invoice.refresh_from_db()
    assert (invoice.paid, counts()[:3]) == (Dong(AMOUNT), (1, 1, 1))
