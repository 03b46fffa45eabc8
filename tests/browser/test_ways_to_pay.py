"""A family pays by each way on a small screen; pages stay light, accessible and whole without JavaScript."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import factories, money
from tests.browser.conftest import PHONE, Complaints
from tests.browser.test_parent_page import MOST_BYTES, MOST_REQUESTS, SMALL_TARGETS
from tests.chromium import violations
from truongso.fees.models import CollectionRound, Invoice
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.kernel.qr_image import read_qr
from truongso.messaging.public import Recipient
from truongso.messaging.stop_links import token_of as stop_token
from truongso.messaging.types import ChannelKind
from truongso.organizations.models import School
from truongso.payments.methods.models import MethodSetting
from truongso.payments.models import Attempt, AttemptShare, BillPartner, BillService, Channel, PosTerminal
from truongso.payments.public import group_invoices
from truongso.payments.vietqr import decode
from truongso.workspaces.basket import Entry, token_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def invoice(school: School) -> Invoice:
    """An invoice of a school that offers every way to pay."""
    School.objects.filter(pk=school.pk).update(
        support_contact="Cô Phạm Thị Hòa", support_phone="02140000111", support_hours="7:30–16:30",
        fanpage="https://fanpage.example/thlevantam", website="https://thlevantam.example", has_public_page=True,
    )  # fmt: skip
    made = money.invoice(school, [588_000, 150_000, 12_000, 144_000])
    CollectionRound.objects.for_school(school).update(allows_partial=True)
    now = clock.now()
    Channel.objects.create(
        school=school, provider="vnpay", label="VNPAY", merchant="TS000001", is_active=True,
        fee_fixed=Dong(1_000), fee_basis_points=110, payer_pays=True, created_at=now,
    )  # fmt: skip
    Channel.objects.create(
        school=school, provider="momo", label="MoMo", merchant="TSM", is_active=True, failing_since=now, created_at=now
    )
    PosTerminal.objects.create(school=school, code="T1", acquirer="VCB", bank_account=made.bank_account, created_at=now)
    partner = BillPartner.objects.create(code="AGRI", name="Agribank", key_id="k1", created_at=now)
    BillService.objects.create(school=school, partner=partner, created_at=now)
    channels = Channel.objects.for_school(school).values_list("public_id", flat=True)
    factories.in_operation(school, "gateway", *channels)
    factories.in_operation(school, "acquirer", "VCB")
    factories.in_operation(school, "bill", partner.public_id)
    told = {"card_pos": "Phòng kế toán, tầng 1, 7:30–11:00", "bank_bill": "Mọi quầy Agribank trong tỉnh"}
    for method in ("mobile_money", "card_pos", "bank_bill"):
        MethodSetting.objects.create(school=school, method=method, how_to=told.get(method, ""), updated_at=now)
    return made


def _others(invoice: Invoice) -> list[Invoice]:
    school = invoice.school
    taught = factories.school_class(school, "5A1")
    item = factories.fee_item(school, "AN", "Tiền ăn")
    pupils = [
        factories.student(school, name, school_class=taught, family=invoice.family)
        for name in ("Nguyễn Minh Khôi", "Nguyễn Gia Hân")
    ]
    return [factories.invoice(pupil, [factories.Charge(item, 100_000)]) for pupil in pupils]


def test_all_ways_stand_on_a_light_page(phone: Page, invoice: Invoice) -> None:
    session = phone.context.new_cdp_session(phone)
    session.send("Network.enable")
    sizes: dict[str, float] = {}
    addresses: dict[str, str] = {}
    session.on("Network.requestWillBeSent", lambda e: addresses.update({e["requestId"]: e["request"]["url"]}))
    session.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}))
    phone.goto(f"/p/{invoice.public_id}", wait_until="load")
    phone.wait_for_timeout(1_000)
    expect(phone.locator(".pm a")).to_have_count(6)
    expect(phone.locator(".pm a").first).to_have_attribute("aria-current", "page")
    asked = [url for url in addresses.values() if url.startswith("http")]
    assert len(asked) <= MOST_REQUESTS, asked
    assert sum(sizes.values()) <= MOST_BYTES
    print(f"{len(asked)} requests, {sum(sizes.values()):.0f} bytes with all ways on")
    assert read_qr(phone.locator(".qr svg").screenshot())


@pytest.mark.parametrize(
    ("tile", "heading", "said"),
    [
        ("Mobile Money", "Tài khoản Mobile Money", "Mở app Mobile Money của nhà mạng"),
        ("Quẹt thẻ", "Quẹt thẻ tại trường (máy POS)", "Phòng kế toán, tầng 1, 7:30–11:00"),
        ("Tại ngân hàng", "Quầy hoặc app ngân hàng, mục Thanh toán hóa đơn", "Mọi quầy Agribank trong tỉnh"),
        ("Tiền mặt", "Tiền mặt tại trường", "Đọc mã này, không cần giấy tờ khác"),
        ("Thẻ, ví, web", "Thẻ hoặc ví qua cổng trực tuyến", "VNPAY: trả 904.834\u00a0đ"),
    ],
)
def test_each_way_is_one_tap_away_and_says_what_to_do(
    phone: Page, invoice: Invoice, tile: str, heading: str, said: str
) -> None:
    phone.goto(f"/p/{invoice.public_id}")
    phone.locator(".pm").get_by_role("link", name=tile).click()
    expect(phone.locator("h2").first).to_have_text(heading)
    expect(phone.locator("main")).to_contain_text(said)
    expect(phone.locator("main")).to_contain_text("Anh/chị trả tất cả")
    phone.get_by_role("link", name="Về mã QR").click()
    expect(phone.locator(".qr svg")).to_be_visible()


def test_siblings_are_paid_by_one_code(phone: Page, invoice: Invoice) -> None:
    _others(invoice)
    phone.goto(f"/p/{invoice.public_id}")
    phone.get_by_role("link", name="Nộp chung với 2 phiếu khác").click()
    expect(phone.locator(".big").first).to_have_text("1.094.000\u00a0đ")
    phone.get_by_role("button", name="Lấy mã QR để nộp").click()
    expect(phone.locator("h1")).to_have_text("1.094.000\u00a0đ")
    read = decode(read_qr(phone.locator(".qr svg").screenshot())[0])
    assert read.amount == Dong(1_094_000)
    assert read.memo.endswith("GOP 3 PHIEU")


def test_everything_works_without_javascript(browser: Browser, live_server: LiveServer, invoice: Invoice) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False, **PHONE)
    page = context.new_page()
    page.goto(f"/p/{invoice.public_id}/mot-phan")
    page.get_by_label("Số tiền nộp lần này").fill("300.000")
    page.get_by_role("button", name="Tạo mã QR cho số tiền này").click()
    expect(page).to_have_url(re.compile("so-tien=300"))
    assert decode(read_qr(page.locator(".qr svg").screenshot())[0]).amount == Dong(300_000)
    page.goto(f"/p/{invoice.public_id}/da-chuyen")
    page.get_by_label("Số giao dịch của ngân hàng").fill("FT26278001")
    page.get_by_label("Ngày chuyển").fill(clock.today().strftime("%d/%m/%Y"))
    page.get_by_role("button", name="Tìm khoản tiền này").click()
    expect(page.locator("main")).to_contain_text("Nhà trường đã nhận lời báo và sẽ trả lời.")
    page.goto("/truong/79-thu")
    page.get_by_label("Mã hóa đơn").fill(invoice.code)
    page.get_by_label("Ngày sinh của học sinh hoặc số điện thoại phụ huynh").fill("14/03/2018")
    page.get_by_role("button", name="Tra cứu").click()
    expect(page.locator("h1")).to_have_text("894.000\u00a0đ")
    expect(page.locator("main")).to_contain_text("Ng*** B*** An")
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (390, "dark"), (1280, "light")])
def test_pages_are_accessible_and_never_scroll_sideways(  # noqa: PLR0917  fixtures and parameters
    browser: Browser, live_server: LiveServer, invoice: Invoice, complaints: Complaints, width: int, scheme: Any
) -> None:
    others = _others(invoice)
    channel = Channel.objects.for_school(invoice.school).get(provider="vnpay")
    with transaction():
        group_invoices(invoice.school_id, invoice_ids=[invoice.pk, *(o.pk for o in others)])
        attempt = Attempt.objects.create(
            school_id=invoice.school_id, channel=channel, family_id=invoice.family_id, reference="R1",
            amount=Dong(894_000), state="pending", pay_url="https://sandbox.vnpayment.vn/x", created_at=clock.now(),
            expires_at=clock.now() + dt.timedelta(minutes=15),
        )  # fmt: skip
        AttemptShare.objects.create(school_id=invoice.school_id, attempt=attempt, invoice=invoice, amount=Dong(894_000))
    basket = token_of([Entry(i.pk, is_own=True) for i in (invoice, *others)])
    own = f"/p/{invoice.public_id}"
    paths = [
        own, f"{own}/cach/truc-tuyen", f"{own}/cach/mobile-money", f"{own}/cach/quet-the", f"{own}/cach/tien-mat",
        f"{own}/cach/quay-ngan-hang", f"{own}/mot-phan?so-tien=300000", f"{own}/da-chuyen", f"{own}/lich-su",
        f"{own}/cong/{attempt.public_id}", f"/gop/{basket}", f"/gop/{basket}/nop", f"/kt/{invoice.public_id[:12]}",
        "/kt", "/kt/qr", "/kt/0000-0000-0000", "/truong/79-thu", "/truong/79-thu/tra-cuu",
        "/truong/79-thu/huong-dan", "/truong/79-thu/huong-dan/ma-qr",
        f"/nt/{stop_token(Recipient(invoice.school_id, ChannelKind.SMS, '0900000011'))}",
    ]  # fmt: skip
    complaints.allow("404")
    size: Any = {"width": width, "height": 800}
    context = browser.new_context(base_url=live_server.url, viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    found: list[Any] = []
    for path in paths:
        page.goto(path)
        for summary in page.locator("summary").all():
            summary.click()
        found += [(path, *violation) for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > screen.width"):
            found.append((path, "scrolls sideways"))
        if not path.startswith("/truong"):
            found += [(path, "small target", html) for html in page.evaluate(SMALL_TARGETS)]
    context.close()
    assert not found, found
