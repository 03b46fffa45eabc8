"""A family pays by each way there is, from its own page on a phone to the paid state of that page.

One school with every partner at the sandbox; the family's page and the bank's app, wallet or gateway in a real browser,
real HTTP between all of them. Cards and cash are taken at school: `tests/browser/test_card_pages.py`,
`tests/browser/test_counter.py`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.fixtures import Settings

from tests import factories, money
from tests.protocols import scenes
from tests.protocols.test_bank_feeds import connected as feed_connected
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.ui.formatting import dong
from truongso.organizations.models import BankAccount, School
from truongso.payments.bills.partners import create_partner, switch
from truongso.payments.methods.models import MethodSetting
from truongso.payments.models import PartnerFile, Payment, Receipt
from truongso.payments.public import book
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.gateway_client import SandboxGateways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GATEWAYS = ("vnpay", "momo", "zalopay", "payos")


@dataclass
class Town:
    """The school, its partners, and the two tabs of a parent's phone."""

    school: School
    account: BankAccount
    bank: SandboxBank
    gateways: SandboxGateways
    page: Page
    app: Page

    def open(self, invoice: Invoice, way: str = "") -> None:
        """The family's page, then the tile of a way."""
        self.page.goto(f"/p/{invoice.public_id}")
        expect(self.page.locator("h1")).to_have_text(dong(invoice.total))
        if way:
            self.page.locator(".pm").get_by_role("link", name=way).click()
            expect(self.page).to_have_url(re.compile("/cach/"))
            expect(self.page.locator("main")).to_contain_text("Anh/chị trả tất cả")

    def follow(self, link: Locator) -> None:
        """Open a link of the family's page in the other tab, as the phone does with an app."""
        self.app.goto(str(link.get_attribute("href")))
        fits(self.app)


@pytest.fixture
def town(  # noqa: PLR0917  what a town has
    browser: Browser,
    settings: Settings,
    school: School,
    product: str,
    bank: SandboxBank,
    gateways: SandboxGateways,
) -> Iterator[Town]:
    settings.SANDBOX_WALLET_URL = f"{gateways.url}/vi"
    with transaction():
        account = factories.bank_account(school, number="420000000001")
        MethodSetting.objects.bulk_create(
            MethodSetting(school=school, method=m, updated_at=clock.now()) for m in ("mobile_money", "bank_bill")
        )
    bank.register_account(bin=account.bank_bin, number=account.number, holder=account.holder_name)
    feed_connected(account, bank, product, "casso")
    for provider in GATEWAYS:
        merchant = scenes.contract(gateways, bank, provider)
        channel = scenes.connected(school, gateways, merchant)
        scenes.told_where(gateways, merchant, product, channel)
    with transaction():
        partner, secret = create_partner(school, name="Ngân hàng thu hộ", actor=scenes.ACTOR)
        switch(school, partner, on=True, actor=scenes.ACTOR)
    in_operation(school)
    bank.register_biller(school_code=school.code, name=school.name, url=product, key_id=partner.key_id, secret=secret)
    context = browser.new_context(
        base_url=product, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="vi-VN"
    )
    context.set_default_timeout(15_000)
    found: list[str] = []
    context.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: found.append(str(error.error)))
    yield Town(school, account, bank, gateways, context.new_page(), context.new_page())
    context.close()
    assert found == []


def in_operation(school: School) -> None:
    """Every partner's list complete, proved by one small payment: the school's first receipt."""
    tried, today = money.invoice(school, [10_000]), clock.today()
    with transaction():
        proof = book(school.pk, booking=money.booking((tried, 10_000)), actor=scenes.ACTOR)
    PartnerFile.objects.for_school(school).update(
        contract_number="01/HD", signed_on=today, is_open_ended=True, contact_name="Hỗ trợ", contact_phone="19000000",
        contact_email="hotro@doitac.example", fees_agreed=True, started_on=today, integrated_on=today,
        test_payment=proof, live_at=clock.now(),
    )  # fmt: skip


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_each_way_leads_from_the_familys_page_to_paid(town: Town) -> None:
    ways = {
        "qr_transfer": by_code, "mobile_money": by_wallet, "bank_bill": by_bill,
        **dict.fromkeys(("vnpay", "momo", "zalopay"), at_gateway), "payos": at_payos,
    }  # fmt: skip
    amounts = itertools.count(150_000, 1_000)
    for number, (name, way) in enumerate(ways.items(), start=2):
        invoice = money.invoice(town.school, [next(amounts)], full_name="Lò Thị Mai")
        way(town, name, invoice)
        is_paid(town, name, invoice, number)
    assert money.broken_invariants() == []


def by_code(town: Town, name: str, invoice: Invoice) -> None:
    town.open(invoice)
    town.page.locator("summary", has_text="Nộp trên chính máy này").click()
    town.follow(town.page.get_by_role("link", name="Mở ngân hàng thử"))
    town.app.get_by_role("button", name="Xác nhận chuyển").click()
    expect(town.app.get_by_role("heading", name="Đã chuyển tiền")).to_be_visible()


def by_wallet(town: Town, name: str, invoice: Invoice) -> None:
    town.open(invoice, "Mobile Money")
    town.follow(town.page.get_by_role("link", name="Mở ví thử"))
    town.app.get_by_role("button", name="Xác nhận trả").click()
    expect(town.app.get_by_role("heading", name="Đã trả bằng ví")).to_be_visible()


def by_bill(town: Town, name: str, invoice: Invoice) -> None:
    town.open(invoice, "Tại ngân hàng")
    said = town.page.locator(".code.big").inner_text()
    town.app.goto(f"{town.bank.url}/hoa-don")
    town.app.get_by_label("Mã hóa đơn hoặc mã học sinh").fill(said.lower())
    town.app.get_by_role("button", name="Xem số tiền phải nộp").click()
    expect(town.app.locator(".amount")).to_have_text(dong(invoice.total))
    fits(town.app)
    town.app.get_by_role("button", name="Xác nhận nộp").click()
    expect(town.app.get_by_role("heading", name="Đã nộp hóa đơn")).to_be_visible()
    expect(town.app.locator("main")).to_contain_text("Trường đã nhận")


def at_gateway(town: Town, name: str, invoice: Invoice) -> None:
    _to_the_gateway(town, name, invoice)
    expect(town.page.locator(".amount")).to_have_text(dong(invoice.total))
    town.page.get_by_role("button", name="Thanh toán", exact=True).click()


def at_payos(town: Town, name: str, invoice: Invoice) -> None:
    _to_the_gateway(town, name, invoice)
    town.follow(town.page.get_by_role("link", name="Mở ngân hàng thử"))
    town.app.get_by_role("button", name="Xác nhận chuyển").click()
    expect(town.app.get_by_role("heading", name="Đã chuyển tiền")).to_be_visible()
    town.bank.wait_for_deliveries()
    town.page.reload()
    town.page.get_by_role("link", name="Về trang của trường").click()


def _to_the_gateway(town: Town, name: str, invoice: Invoice) -> None:
    town.open(invoice, "Thẻ, ví, web")
    town.page.get_by_role("button", name=f"Cổng {name}: trả {dong(invoice.total)}").click()
    town.page.get_by_role("link", name=f"Mở trang Cổng {name}").click()
    expect(town.page.get_by_role("note")).to_have_text("Cổng thanh toán thử – không phải tiền thật")
    fits(town.page)


def is_paid(town: Town, name: str, invoice: Invoice, number: int) -> None:
    """The family's page says so by itself; one payment of exactly that method, amount, proof and receipt."""
    page = town.page
    if name in GATEWAYS:
        page.wait_for_url(re.compile(rf"/p/{invoice.public_id}$"))
    expect(page.locator("h1")).to_have_text(f"Đã nộp đủ {dong(invoice.total)}")
    fits(page)
    receipt = f"BL-{clock.today().year}-{number:06d}"
    expect(page.locator("main p", has_text="Số biên lai")).to_have_text(f"Số biên lai {receipt}")
    came = "Tài khoản của trường đã nhận tiền"
    if name in {*GATEWAYS, "bank_bill"}:
        came = "Cổng thanh toán hoặc ngân hàng đã báo nhận tiền"
    expect(page.locator(".tl b").first).to_have_text(came)
    invoice.refresh_from_db()
    assert invoice.paid == invoice.total, name
    (paid,) = Payment.objects.for_school(town.school).filter(allocations__invoice=invoice).select_related("evidence")
    paper = Receipt.objects.for_school(town.school).get(payment=paid)
    method = "web" if name in GATEWAYS else name
    assert (paid.method, paid.amount, paper.number) == (method, invoice.total, number), name
