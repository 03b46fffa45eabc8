"""A card slip recorded by keyboard and a settlement file imported, on a phone and on a desk; accessible."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import factories, money
from tests.browser.test_school_pages import faults
from truongso.accounts.models import User
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.payments.bills.partners import create_partner
from truongso.payments.models import Payment, PosSlip, PosTerminal, Receipt, SettlementBatch
from truongso.payments.settlements.tests.build import ACTOR, file, row, slip, terminal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def invoice(transactional_db: None) -> Invoice:
    school = factories.school()
    with transaction():
        terminal(school, account=factories.bank_account(school))
        return money.invoice(school, [1_250_000])


def keep(page: Page, name: str) -> None:
    """A picture for the eye, where one is asked for."""
    if folder := os.environ.get("TRUONGSO_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}-{page.viewport_size['width']}.png", full_page=True)  # type: ignore[index]


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_a_slip_is_recorded_without_the_mouse(
    request: pytest.FixtureRequest, device: str, invoice: Invoice, sign_in: Callable[[Page, User], None]
) -> None:
    page: Page = request.getfixturevalue(device)
    sign_in(page, factories.user(school=invoice.school))
    page.goto("/thu/may-pos/ghi")
    assert faults(page) == []
    expect(page.get_by_role("textbox", name="Mã hóa đơn", exact=True)).to_be_focused()
    for text, then in ((invoice.code.lower(), "Tab"), ("", "Tab"), ("a1b2c3", "Tab"), ("628123456789", "Tab"),
                       ("1111", "Enter")):  # fmt: skip
        page.keyboard.type(text)
        page.keyboard.press(then)
    expect(page.get_by_text("Đã ghi thu thẻ 1.250.000")).to_be_visible()
    recorded = PosSlip.objects.for_school(invoice.school).get()
    assert (recorded.approval_code, recorded.rrn, recorded.card_tail) == ("A1B2C3", "628123456789", "1111")
    assert Invoice.objects.for_school(invoice.school).get().paid == Dong(1_250_000)
    paid = Payment.objects.for_school(invoice.school).get()
    paper = Receipt.objects.for_school(invoice.school).get(payment=paid)
    assert (paid.method, paid.amount, paper.number) == ("card_pos", Dong(1_250_000), 1)
    keep(page, "pos-ghi")
    page.goto("/thu/may-pos")
    assert faults(page) == []
    keep(page, "pos")


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_a_settlement_file_is_imported(
    request: pytest.FixtureRequest, device: str, invoice: Invoice, sign_in: Callable[[Page, User], None], tmp_path: Path
) -> None:
    page: Page = request.getfixturevalue(device)
    school = invoice.school
    at = PosTerminal.objects.for_school(school).get()
    now = clock.now() - dt.timedelta(minutes=5)
    with transaction():
        known, wrong = slip(at, (invoice, 1_000_000), paid_at=now), slip(at, (invoice, 50_000), paid_at=now)
    day = now.astimezone(clock.SCHOOL_TIME).strftime("%d/%m/%Y %H:%M:%S")
    rows = [
        row(known, 11_000, at=day), row(wrong, 550, gross=60_000, at=day),
        row(known, 990, gross=90_000, rrn="628999999999", approval="OTHER1", at=day),
    ]  # fmt: skip
    path = tmp_path / "quyet-toan.xlsx"
    path.write_bytes(file(rows))
    sign_in(page, factories.user(school=school))
    page.goto("/thu/quyet-toan")
    assert faults(page) == []
    page.get_by_label("Tệp quyết toán").set_input_files(path)
    page.get_by_role("button", name="Đọc tệp và xem trước").click()
    expect(page.get_by_text("Chưa rõ của ai").first).to_be_visible()
    assert faults(page) == []
    keep(page, "quyet-toan-tep")
    page.get_by_role("button", name="Nhập bảng quyết toán").click()
    expect(page.get_by_text("Đã nhập 3 giao dịch mới")).to_be_visible()
    assert faults(page) == []
    keep(page, "quyet-toan")
    page.get_by_role("link", name=SettlementBatch.objects.for_school(school).get().reference).last.click()
    expect(page.get_by_label("Lý do sửa")).to_be_visible()
    assert faults(page) == []
    keep(page, "quyet-toan-lo")
    page.get_by_label("Lý do sửa").fill("Gõ nhầm")
    page.get_by_role("button", name="Sửa khoản thu thành 60.000").click()
    expect(page.get_by_text("Đã xử lý giao dịch.")).to_be_visible()
    page.get_by_role("link", name="Tìm tiền về trên sao kê").click()
    expect(page.get_by_role("link", name="Tìm tiền về trên sao kê")).to_have_count(0)
    assert faults(page) == []
    keep(page, "quyet-toan-ngan-hang")


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_banks_of_the_bill_service(
    request: pytest.FixtureRequest, device: str, invoice: Invoice, sign_in: Callable[[Page, User], None]
) -> None:
    page: Page = request.getfixturevalue(device)
    with transaction():
        create_partner(None, name="Ngân hàng chung của tỉnh", actor=ACTOR)
    sign_in(page, factories.user(school=invoice.school))
    page.goto("/thu/ngan-hang-thu")
    assert faults(page) == []
    page.get_by_text("Thêm ngân hàng").click()
    page.get_by_label("Tên gọi").fill("Vietcombank")
    page.get_by_label("Lý do và căn cứ").fill("Hợp đồng thu hộ số 12")
    page.get_by_role("button", name="Tạo kết nối").click()
    expect(page.get_by_text("Khóa bí mật chỉ hiện một lần này")).to_be_visible()
    assert faults(page) == []
    keep(page, "ngan-hang-thu")
