"""A family pays: the page turns to paid by itself, the picture scans, the receipt opens, and little is transferred."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import money, pdf
from tests.browser.conftest import PHONE, Complaints
from tests.chromium import violations
from truongso.fees.models import Invoice
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.qr_image import read_qr
from truongso.organizations.models import School
from truongso.payments.public import book, invoice_payload, receipts_of_invoice

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_BYTES = 40 * 1024
MOST_REQUESTS = 5
SMALL_TARGETS = """() => [...document.querySelectorAll('a,button,summary')]
.filter(e => !e.closest('.skip') && !e.closest('.tl'))
.map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
.filter(([, box]) => box.width && (box.width < 44 || box.height < 44)).map(([html]) => html)"""


@pytest.fixture
def invoice(school: School) -> Invoice:
    School.objects.filter(pk=school.pk).update(support_phone="02140000111", support_contact="Cô Phạm Thị Hòa")
    return money.invoice(school, [588_000, 150_000, 12_000, 144_000])


def _pay(invoice: Invoice, amount: int) -> None:
    with transaction():
        booking = money.booking((invoice, amount))
        book(invoice.school_id, booking=booking, actor=Actor.system("test", "cli"))


def test_the_page_turns_to_paid_by_itself_and_the_receipt_opens(phone: Page, invoice: Invoice, actor: Actor) -> None:
    phone.goto(f"/p/{invoice.public_id}")
    expect(phone.locator("h1")).to_have_text("894.000\u00a0đ")
    expect(phone.locator(".stick")).to_contain_text("Trang tự cập nhật")
    _pay(invoice, 894_000)
    expect(phone.locator("h1")).to_have_text("Đã nộp đủ 894.000\u00a0đ")  # about a second on a quiet machine
    expect(phone).to_have_title("Đã nộp đủ 894.000\u00a0đ — Tiểu học Lê Văn Tám")
    expect(phone.locator("#bao")).to_have_text("Đã nộp đủ 894.000\u00a0đ")
    expect(phone.locator(".stick")).to_have_count(0)
    with phone.expect_download() as saved:
        phone.get_by_role("link", name="Tải biên lai (PDF)").click()
    assert "BIÊN LAI THU TIỀN" in pdf.text(Path(saved.value.path()).read_bytes())
    phone.get_by_role("link", name="Xem và in biên lai").click()
    receipt = receipts_of_invoice(invoice.school_id, invoice.pk)[0]
    expect(phone.locator("article")).to_contain_text(f"BL-{receipt.year}-000001")
    expect(phone.locator("article")).to_contain_text("Tám trăm chín mươi tư nghìn đồng")


def test_a_part_brings_a_fresh_code_for_the_rest(phone: Page, invoice: Invoice) -> None:
    phone.goto(f"/p/{invoice.public_id}")
    expect(phone.locator("h1")).to_have_text("894.000\u00a0đ")
    _pay(invoice, 800_000)
    expect(phone.locator("h1")).to_have_text("94.000\u00a0đ")
    expect(phone.locator(".stick")).to_contain_text("Trang tự cập nhật")
    _pay(invoice, 94_000)
    expect(phone.locator("h1")).to_have_text("Đã nộp đủ 894.000\u00a0đ")


def test_the_saved_picture_scans_to_the_payload(phone: Page, invoice: Invoice) -> None:
    phone.goto(f"/p/{invoice.public_id}")
    with phone.expect_download() as saved:
        phone.get_by_role("link", name="Lưu ảnh mã QR").click()
    assert saved.value.suggested_filename == f"ma-qr-{invoice.code}.png"
    assert read_qr(Path(saved.value.path()).read_bytes()) == [invoice_payload(invoice)]


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_the_code_on_the_screen_scans_to_the_payload(
    request: pytest.FixtureRequest, invoice: Invoice, device: str
) -> None:
    page: Page = request.getfixturevalue(device)
    page.goto(f"/p/{invoice.public_id}")
    assert read_qr(page.locator(".qr svg").screenshot()) == [invoice_payload(invoice)]


def test_little_is_transferred_on_the_first_visit(phone: Page, invoice: Invoice) -> None:
    session = phone.context.new_cdp_session(phone)
    session.send("Network.enable")
    sizes: dict[str, float] = {}
    addresses: dict[str, str] = {}
    session.on("Network.requestWillBeSent", lambda e: addresses.update({e["requestId"]: e["request"]["url"]}))
    session.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}))
    phone.goto(f"/p/{invoice.public_id}", wait_until="load")
    phone.wait_for_timeout(1_000)
    asked = [url for url in addresses.values() if url.startswith("http")]
    assert len(asked) <= MOST_REQUESTS, asked
    assert sum(sizes.values()) <= MOST_BYTES
    assert not [url for url in asked if url.endswith(".woff2")]
    print(f"{len(asked)} requests, {sum(sizes.values()):.0f} bytes")


def test_everything_works_without_javascript(browser: Browser, live_server: LiveServer, invoice: Invoice) -> None:
    context: BrowserContext = browser.new_context(base_url=live_server.url, java_script_enabled=False, **PHONE)
    page = context.new_page()
    page.goto(f"/p/{invoice.public_id}")
    expect(page.locator(".stick")).to_contain_text("Chuyển xong, bấm Kiểm tra lại")
    page.locator("summary", has_text="Nộp trên chính máy này").click()
    expect(page.get_by_text("Bấm “Lưu ảnh mã QR”.")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Lưu ảnh mã QR").click()
    assert read_qr(Path(saved.value.path()).read_bytes()) == [invoice_payload(invoice)]
    page.get_by_role("link", name="Kiểm tra lại").click()
    expect(page.locator("h1")).to_have_text("894.000\u00a0đ")
    _pay(invoice, 894_000)
    page.get_by_role("link", name="Kiểm tra lại").click()
    expect(page.locator("h1")).to_have_text("Đã nộp đủ 894.000\u00a0đ")
    page.get_by_role("link", name="Xem và in biên lai").click()
    expect(page.locator("article")).to_contain_text("BIÊN LAI THU TIỀN")
    context.close()


def test_copy_buttons_fill_the_clipboard(phone: Page, invoice: Invoice) -> None:
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    phone.goto(f"/p/{invoice.public_id}")
    copied = {
        "Chép người thụ hưởng": "TRUONG TIEU HOC LE VAN TAM",
        "Chép mã hóa đơn": invoice.code,
        "Chép số tài khoản": "0071000123456",
        "Chép số tiền": "894000",
    }
    for name, text in copied.items():
        button = phone.get_by_role("button", name=name)
        button.click()
        expect(button).to_have_text("Đã chép")
        assert phone.evaluate("navigator.clipboard.readText()") == text


def test_an_answer_of_not_yet_is_said(phone: Page, invoice: Invoice) -> None:
    phone.goto(f"/p/{invoice.public_id}")
    phone.get_by_role("link", name="Kiểm tra lại").click()
    expect(phone.locator("#bao")).to_have_text("Chưa thấy tiền về, trang vẫn đang chờ")


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (390, "dark"), (1280, "light"), (1280, "dark")])
def test_pages_are_accessible_and_never_scroll_sideways(  # noqa: PLR0917  fixtures and parameters
    browser: Browser, live_server: LiveServer, invoice: Invoice, complaints: Complaints, width: int, scheme: Any
) -> None:
    paid = money.invoice(invoice.school, [250_000], full_name="Lý Thị Mẩy")
    _pay(paid, 250_000)
    receipt = receipts_of_invoice(paid.school_id, paid.pk)[0]
    paths = [
        f"/p/{invoice.public_id}", f"/p/{paid.public_id}", f"/p/{invoice.public_id}/app-ngan-hang",
        f"/p/{paid.public_id}/bien-lai/{receipt.public_id}", f"/kt/{receipt.public_id}", "/p/khong-co",
    ]  # fmt: skip
    size: Any = {"width": width, "height": 800}
    context = browser.new_context(base_url=live_server.url, viewport=size, color_scheme=scheme)
    page = context.new_page()
    found: list[Any] = []
    for path in paths:
        page.goto(path)
        for summary in page.locator("summary").all():
            summary.click()
        found += [(path, *violation) for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > screen.width"):
            found.append((path, "scrolls sideways"))
        found += [(path, "small target", html) for html in page.evaluate(SMALL_TARGETS)]
    context.close()
    assert not found, found
