"""Pages of receiving accounts, partners and changes: fit, accessible, and worked through without a mouse's help."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import factories, money
from tests.chromium import violations
from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.organizations.models import BankAccount, OrgUnit, School
from truongso.organizations.public import AccountData, supervise, take_account_into_use
from truongso.organizations.types import SupervisionFunction
from truongso.payments.changes.accounts import approve_account, propose_account
from truongso.payments.changes.models import SetupChange
from truongso.payments.gateways.tests import twin
from truongso.payments.models import PartnerFile
from truongso.payments.settlements.tests.build import terminal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("TRUONGSO_SCREENSHOTS", "")
FIRST = AccountData("970418", "12310000777888", "TRUONG TIEU HOC LE VAN TAM")
NEXT = AccountData("970415", "110000222333", "TRUONG TIEU HOC LE VAN TAM")


def show(page: Page, path: str, name: str) -> None:
    """Open a page; it fits its width and breaks no rule of accessibility."""
    page.goto(path)
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert violations(page) == [], name
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)


@pytest.fixture
def people(school: School) -> tuple[User, User, User]:
    """Accountant, principal, and an officer of the department above the school."""
    unit = OrgUnit.objects.create(kind="department", code="SO", name="Sở GD&ĐT Lào Cai", valid_from="2020-01-01")
    with transaction():
        supervise(
            actor=twin.ACTOR, school=school, unit=unit, function=SupervisionFunction.REPORTING,
            valid_from=factories.YEAR_START,
        )  # fmt: skip
    return (
        factories.user(Role.ACCOUNTANT, school=school, full_name="Phạm Thị Hòa"),
        factories.user(Role.PRINCIPAL, school=school, full_name="Lê Minh Châu"),
        factories.user(Role.OFFICER, unit=unit, full_name="Trần Văn Bình"),
    )


@pytest.fixture
def change(school: School, people: tuple[User, User, User]) -> SetupChange:
    """An account replaced before, another one approved and waiting for its hour."""
    money.invoice(school, [894_000])
    asking, deciding = (Actor(p.pk, p.full_name, "web") for p in people[:2])
    old = BankAccount.objects.for_school(school).get()
    with transaction():
        used = take_account_into_use(actor=twin.ACTOR, school=school, account=FIRST, replaces=old, label="Học phí")
        made = propose_account(
            school, account=NEXT, replaces=used.public_id, reason="Công văn 15 ngày 02/10/2026", actor=asking
        )
    with transaction():
        return approve_account(school, change_id=made.pk, actor=deciding)


def test_pages_of_accounts_fit_and_are_accessible(
    phone: Page, desktop: Page, sign_in: Callable[[Page, User], None], people: tuple[User, User, User],
    change: SetupChange,
) -> None:  # fmt: skip
    for page in (phone, desktop):
        sign_in(page, people[0])
        show(page, "/cai-dat/tai-khoan", "tai-khoan")
        show(page, "/cai-dat/tai-khoan/moi", "tai-khoan-moi")
        show(page, f"/cai-dat/cho-duyet/{change.public_id}", "tai-khoan-doi")
        show(page, "/cai-dat/cho-duyet", "cho-duyet")
    sign_in(desktop, people[2])
    show(desktop, "/phong/tai-khoan-thu", "truong-doi-tai-khoan")
    expect(desktop.get_by_text("Trường Tiểu học Lê Văn Tám")).to_be_visible()


def test_an_account_is_asked_for_and_approved_on_a_phone(
    phone: Page, sign_in: Callable[[Page, User], None], people: tuple[User, User, User], school: School
) -> None:
    factories.bank_account(school)
    sign_in(phone, people[0])
    phone.goto("/cai-dat/tai-khoan")
    phone.get_by_role("link", name="Đề nghị tài khoản mới").click()
    phone.get_by_label("Dùng để").select_option(label="Thay tài khoản 0071000123456")
    phone.get_by_label("Ngân hàng").select_option(label="BIDV")
    phone.locator("[name=so]").fill("1231 0000 777 888")
    phone.locator("[name=so_lan_hai]").fill("12310000777888")
    phone.get_by_label("Chủ tài khoản").fill("TRUONG TIEU HOC LE VAN TAM")
    phone.get_by_label("Lý do và căn cứ").fill("Công văn 15")
    phone.get_by_role("button", name="Gửi đề nghị").click()
    expect(phone.get_by_text("Chờ người thứ hai duyệt")).to_be_visible()
    sign_in(phone, people[1])
    phone.goto("/cai-dat/cho-duyet")
    phone.get_by_role("link", name="Đổi tài khoản nhận tiền").click()
    phone.get_by_role("button", name="Duyệt", exact=True).click()
    expect(phone.get_by_text("Bắt đầu dùng lúc").first).to_be_visible()
    assert SetupChange.objects.for_school(school).get().state == "approved"


def test_pages_of_partners_fit_and_are_accessible(
    phone: Page, desktop: Page, sign_in: Callable[[Page, User], None], people: tuple[User, User, User], school: School
) -> None:
    money.invoice(school, [894_000])
    channel = twin.channel(school, "vnpay", active=False)
    terminal(school)
    factories.in_operation(school, "feed", "sepay")
    file = PartnerFile.objects.for_school(school).get(subject=channel.public_id)
    for page in (phone, desktop):
        sign_in(page, people[0])
        show(page, "/cai-dat/doi-tac", "doi-tac-danh-sach")
        show(page, f"/cai-dat/doi-tac/{file.public_id}", "doi-tac")
        show(page, f"/thu/kenh-thu/{channel.public_id}", "kenh-thu")
        show(page, "/thu/ket-noi", "ket-noi")
        show(page, "/thu/ngan-hang-thu", "ngan-hang-thu")
