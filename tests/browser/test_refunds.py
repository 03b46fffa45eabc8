"""A refund in a browser: the accountant proposes, the principal approves, a file is taken, the bank line matched."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import factories, money
from tests.browser.test_school_pages import faults
from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.banking.refunds.services import match_refunds
from truongso.banking.refunds.tests.test_refund_lines import seen
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.payments.models import RefundFile, RefundItem
from truongso.payments.public import book
from truongso.payments.refunds.bank_files import memo_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def invoice(transactional_db: None) -> Invoice:
    """Paid in full by transfer, with something above it."""
    made = money.invoice(factories.school(), [200_000, 100_000])
    with transaction():
        book(made.school_id, booking=money.booking((made, 320_000), payer_account="0071000999888"), actor=money.ACTOR)
    return made


def _look(page: Page, name: str) -> None:
    """Accessible and not wider than the screen; a picture where one is asked for."""
    folder = os.environ.get("TRUONGSO_SCREENSHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
    assert faults(page) == []


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_a_refund_from_proposal_to_bank_line(
    request: pytest.FixtureRequest, device: str, invoice: Invoice, sign_in: Callable[[Page, User], None]
) -> None:
    page: Page = request.getfixturevalue(device)
    accountant = factories.user(Role.ACCOUNTANT, school=invoice.school)
    principal = factories.user(Role.PRINCIPAL, school=invoice.school, username="hieutruong", full_name="Trần Văn Hiệu")
    line = invoice.lines.order_by("pk")[0]
    sign_in(page, accountant)
    page.goto("/thu/hoan-tien")
    _look(page, f"hoan-tien-trong-{device}")
    page.get_by_role("link", name="Lập đề nghị").click()
    page.get_by_label("Khoản thu", exact=True).select_option(str(line.fee_item_id))
    page.get_by_label("Mã phiếu của từng học sinh").fill(invoice.code)
    page.get_by_label("Số ngày", exact=True).fill("2")
    page.get_by_label("Mức một ngày").fill("35.000")
    page.get_by_label("Lý do hoàn tiền").fill("Không phục vụ bữa ăn 2 ngày")
    _look(page, f"hoan-tien-lap-{device}")
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_role("cell", name="70.000").first).to_be_visible()
    page.get_by_label("Ngân hàng, Nguyễn Bảo An").select_option("970436")
    expect(page.get_by_label("Số tài khoản, Nguyễn Bảo An")).to_have_value("0071000999888")
    page.get_by_label("Chủ tài khoản, Nguyễn Bảo An").fill("Trần Thị Thu Hằng")
    _look(page, f"hoan-tien-xem-truoc-{device}")
    page.get_by_role("button", name="Gửi đề nghị để duyệt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"HT-{clock.today().year}-0001")
    _look(page, f"hoan-tien-cho-duyet-{device}")
    sign_in(page, principal)
    page.goto("/thu/viec-can-duyet")
    _look(page, f"viec-can-duyet-{device}")
    page.get_by_role("link", name="Xem và duyệt").click()
    expect(page.get_by_role("button", name="Duyệt", exact=True)).to_be_visible()
    _look(page, f"hoan-tien-duyet-{device}")
    page.get_by_role("button", name="Duyệt", exact=True).click()
    expect(page.get_by_text("Cần chi").first).to_be_visible()
    sign_in(page, accountant)
    page.goto("/thu/hoan-tien")
    page.get_by_label("Chọn Nguyễn Bảo An").check()
    _look(page, f"hoan-tien-can-chi-{device}")
    page.get_by_role("button", name="Lập tệp cho ngân hàng").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="hoan-tien-").click()
    file = RefundFile.objects.for_school(invoice.school).get()
    assert Path(taken.value.path()).read_bytes() == bytes(file.content)
    item = RefundItem.objects.for_school(invoice.school).get()
    debit = seen(invoice.school, memo_of(item), 70_000)
    with transaction():
        match_refunds(invoice.school_id, [debit], actor=money.ACTOR)
    page.goto(f"/thu/giao-dich/{debit.public_id}")
    expect(page.get_by_text("Đã hoàn tiền")).to_be_visible()
    _look(page, f"tien-ra-{device}")
    page.get_by_role("link", name=item.code).click()
    expect(page.get_by_text("Đã chi").first).to_be_visible()
    _look(page, f"hoan-tien-da-chi-{device}")
    for address in ("/thu/tien-nop-thua", "/thu/tien-nop-thua/dung", "/thu/tien-ra"):
        page.goto(address)
        _look(page, f"{address.strip('/').replace('/', '-')}-{device}")
