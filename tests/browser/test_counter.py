"""A morning at the counter in a browser: a queue served by keys alone, the box counted by two, the cash handed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import factories, money
from tests.browser.test_school_pages import faults
from truongso.accounts.types import Role
from truongso.banking.models import BankLine
from truongso.banking.tests.helpers import arrive
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.organizations.models import School
from truongso.payments.cash.book import cash_balance
from truongso.payments.models import Receipt
from truongso.payments.public import book, invoice_payload

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEYS, PAGES = 16, 4
"""What one family may cost at the counter, from the first key to the next empty field: strokes (a scan is one) and
pages. At 0.28 s a stroke of an average typist (keystroke-level model, Card, Moran, Newell 1980) and a second a page
that is 8.5 s of the 10 s a family may take."""

# Like a browser set up to print without asking: the page is told that it has been printed.
PRINTS = "window.print = () => setTimeout(() => dispatchEvent(new Event('afterprint')), 0)"


@pytest.fixture
def school(transactional_db: None) -> School:
    return factories.school()


@pytest.fixture
def queue(school: School) -> list[Invoice]:
    """Three families, the first with two children."""
    with transaction():
        first = money.invoice(school, (150_000, 100_000))
        money.invoice(school, (400_000,), full_name="Nguyễn Bảo Yến", family=first.family)
        second = money.invoice(school, (320_000,), full_name="Lê Minh Châu")
        third = money.invoice(school, (90_000,), full_name="Hoàng Gia Bảo")
    return [Invoice.objects.for_school(school).select_related("round", "bank_account").get(pk=i.pk)
            for i in (first, second, third)]  # fmt: skip


def serve(page: Page, who: str, given: str, change: str) -> None:
    """One family by keys alone, from the first key to the empty field for the next."""
    keys = page.keyboard
    expect(page.get_by_role("searchbox", name="Tên, lớp, mã hóa đơn")).to_be_focused()
    keys.type(who)
    keys.press("Enter")
    expect(page.get_by_label("Khách đưa")).to_be_focused()
    keys.type(given)
    keys.press("Enter")
    expect(page.locator(".quay-change")).to_have_text(change)
    expect(page.get_by_role("button", name="In biên lai")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("searchbox", name="Tên, lớp, mã hóa đơn")).to_be_focused()


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_three_families_are_served_by_keys_alone(
    request: pytest.FixtureRequest, device: str, queue: list[Invoice], sign_in: Callable[[Page, object], None]
) -> None:
    page: Page = request.getfixturevalue(device)
    page.add_init_script(PRINTS)
    school = queue[0].school
    sign_in(page, factories.user(Role.CASHIER, school=school, full_name="Phạm Thị Thu Quỹ"))
    page.goto("/thu/quay")
    assert faults(page) == []
    families = [("bao yen", "700k", "50.000\xa0đ"), (queue[1].code.lower(), "500", "180.000\xa0đ")]
    assert [len(who) + len(given) + len("\n\n\n") <= KEYS for who, given, _change in families] == [True, True]
    scanned = (invoice_payload(queue[2]), "90000", "0\xa0đ")
    pages: list[str] = []
    page.on("domcontentloaded", lambda one: pages.append(one.url))
    for one in (*families, scanned):
        serve(page, *one)
    assert len(pages) <= 3 * PAGES, pages
    papers = Receipt.objects.for_school(school).order_by("pk").select_related("payment")
    taken = [(one.payment.method, int(one.payment.amount), one.number) for one in papers]
    assert taken == [("cash", 650_000, 1), ("cash", 320_000, 2), ("cash", 90_000, 3)]
    assert money.broken_invariants() == []


def test_the_pages_of_the_counter_are_sound(
    desktop: Page, phone: Page, queue: list[Invoice], sign_in: Callable[[Page, object], None]
) -> None:
    user = factories.user(Role.CASHIER, school=queue[0].school)
    for page in (desktop, phone):
        sign_in(page, user)
        for address in ("/thu/quay?q=bao", f"/thu/quay?q={queue[0].code}", f"/thu/quay/qr/{queue[0].code}",
                        "/thu/quy", "/thu/quy/ban-in", "/thu/quy/kiem-quy", "/thu/nop-quy"):  # fmt: skip
            page.goto(address)
            assert faults(page) == [], address


def test_keys_move_through_pupils_and_a_scan_starts_over(
    desktop: Page, queue: list[Invoice], sign_in: Callable[[Page, object], None]
) -> None:
    sign_in(desktop, factories.user(Role.CASHIER, school=queue[0].school))
    desktop.goto("/thu/quay?q=bao")
    names = desktop.locator("[data-rows] a")
    expect(names.nth(0)).to_be_focused()
    desktop.keyboard.press("ArrowDown")
    expect(names.nth(1)).to_be_focused()
    desktop.keyboard.type(queue[1].code)
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_role("heading", level=2, name="Lê Minh Châu · 3A2")).to_be_visible()
    expect(desktop.get_by_label("Khách đưa")).to_be_focused()
    desktop.wait_for_load_state()
    desktop.keyboard.press("Escape")
    expect(desktop.get_by_role("searchbox", name="Tên, lớp, mã hóa đơn")).to_be_focused()


def test_the_qr_turns_to_paid_in_front_of_the_payer(
    desktop: Page, queue: list[Invoice], sign_in: Callable[[Page, object], None]
) -> None:
    invoice = queue[1]
    sign_in(desktop, factories.user(Role.CASHIER, school=invoice.school))
    desktop.goto(f"/thu/quay?q={invoice.code}")
    desktop.get_by_role("link", name="Chuyển khoản/QR").click()
    expect(desktop.get_by_text("Đang chờ tiền về")).to_be_visible()
    with transaction():
        book_transfer(invoice)
    expect(desktop.get_by_role("heading", name="Đã nộp đủ 320.000\xa0đ")).to_be_visible()
    expect(desktop.get_by_role("button", name="In biên lai")).to_be_focused()


def book_transfer(invoice: Invoice) -> None:
    request = money.booking((invoice, 320_000), received_at=clock.now())
    book(invoice.school_id, booking=request, actor=Actor.system("bank-feed", "hook"))


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_the_day_is_counted_closed_and_the_cash_arrives_at_the_bank(
    request: pytest.FixtureRequest, device: str, queue: list[Invoice], sign_in: Callable[[Page, object], None]
) -> None:
    page: Page = request.getfixturevalue(device)
    request.getfixturevalue("complaints").allow("400")  # the count without a reason is refused
    page.add_init_script(PRINTS)
    school, account = queue[0].school, queue[0].bank_account
    cashier = factories.user(Role.CASHIER, school=school, full_name="Phạm Thị Thu Quỹ")
    accountant = factories.user(Role.ACCOUNTANT, school=school)
    sign_in(page, cashier)
    page.goto("/thu/quay")
    serve(page, "minh chau", "320000", "0\xa0đ")
    # Handing in 300.000 đ.
    page.goto("/thu/nop-quy")
    page.get_by_label("Số tiền nộp").fill("300.000")
    page.get_by_label("Số giấy nộp tiền").fill("GNT 0012")
    page.get_by_role("button", name="Ghi nộp vào ngân hàng").click()
    expect(page.get_by_text("đang chuyển", exact=True)).to_be_visible()
    # Counting: 20.000 đ by the book, 10.000 đ in the box.
    page.goto("/thu/quy/kiem-quy")
    page.get_by_label("10.000\xa0đ", exact=True).fill("1")
    expect(page.locator("[data-off]")).to_have_text("−10.000\xa0đ")
    page.get_by_role("button", name="Ký kiểm quỹ").click()
    expect(page.get_by_text("Số đếm lệch sổ −10.000\xa0đ").first).to_be_visible()
    page.get_by_label("Lý do chênh lệch").fill("Trả nhầm tiền thừa một tờ 10.000 đ")
    page.get_by_role("button", name="Ký kiểm quỹ").click()
    expect(page.get_by_text("Người ký không tự xác nhận được")).to_be_visible()
    assert page.get_by_role("button", name="Xác nhận, khóa sổ").count() == 0
    counted = page.url
    assert faults(page) == []
    # The accountant confirms and links the deposit.
    page.context.clear_cookies()
    sign_in(page, accountant)
    page.goto(counted)
    page.get_by_role("button", name="Xác nhận, khóa sổ").click()
    page.get_by_role("dialog").get_by_role("button", name="Xác nhận, khóa sổ").click()
    expect(page.get_by_text("đã khóa sổ", exact=True)).to_be_visible()
    page.get_by_role("link", name="Biên bản kiểm quỹ").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("BIÊN BẢN KIỂM QUỸ TIỀN MẶT")
    assert faults(page) == []
    page.goto("/thu/quay")
    expect(page.get_by_text("Quỹ tiền mặt hôm nay đã khóa sổ")).to_be_visible()
    with transaction():
        arrive(account, "NOP TIEN MAT TH LE VAN TAM", 300_000, booked_on=clock.today())
    page.goto("/thu/nop-quy")
    assert faults(page) == []
    page.get_by_role("button", name="Nối với giao dịch này").click()
    expect(page.get_by_text("đã về tài khoản", exact=True)).to_be_visible()
    page.get_by_role("link", name="xem giao dịch").click()
    expect(page.get_by_text("không tính là không tiền mặt")).to_be_visible()
    assert faults(page) == []
    assert BankLine.objects.for_school(school).get().state == "deposit"
    assert int(cash_balance(school.pk)) == 10_000
    assert money.broken_invariants() == []
