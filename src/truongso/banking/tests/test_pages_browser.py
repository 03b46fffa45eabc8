"""The pages in a real browser: accessibility, width, and the workbench by keyboard alone."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests import factories, money
from tests.chromium import violations

from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.banking.models import BankLine
from truongso.banking.statement_import import preview
from truongso.banking.tests.helpers import ACTOR, bring, file, hook, line
from truongso.fees.models import Invoice
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import School

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("truongso.banking.tests.urls"),
]


def _page(browser: Browser, live_server: LiveServer, user: User, width: int, problems: list[str]) -> Page:
    client = factories.login(Client(), user)
    context = browser.new_context(viewport={"width": width, "height": 900}, base_url=live_server.url)
    context.add_cookies([{"name": "sid", "value": client.cookies["sid"].value, "url": live_server.url}])
    page = context.new_page()
    page.on("console", lambda m: problems.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    return page


def _paid(school: School) -> dict[str, int]:
    return {i.student_name: i.paid.value for i in Invoice.objects.for_school(school) if i.paid}


def test_every_page_is_accessible_and_fits(school: School, live_server: LiveServer, browser: Browser) -> None:
    account = factories.bank_account(school)
    invoices = [money.invoice(school, [894_000], full_name=n) for n in ("Giàng Thị Dở", "Nguyễn Thị Loan")]
    codes = [i.code for i in invoices]
    statement, _counts = bring(
        account,
        line(f"{codes[0]} nop tien", 900_000, "R1"),
        line("nguyen thi loan 3a2", 1_000_000, "R2"),
        line(f"{codes[0]} lan nua", 894_000, "R3"),
        line("x" * 300, 5_000, "R4"),
    )
    with transaction():
        look = preview(account, content=file(account, line("moi", 7_000, "R9")), file_name="b.xlsx", actor=ACTOR)
    sepay = hook(school, account)
    body = sepay.body("tien", 1)
    sepay.send(body, sepay.headers(body, secret="sai"))
    ids = dict(BankLine.objects.for_school(school).values_list("reference", "public_id"))
    split = f"&phieu={codes[0]}&phieu={codes[1]}"
    paths = [
        "/thu/doi-soat",
        f"/thu/doi-soat?dong={ids['R2']}",
        f"/thu/doi-soat?dong={ids['R3']}",
        f"/thu/doi-soat?dong={ids['R4']}&tim=3a2{split}",
        "/thu/doi-soat?loc=de-sau",
        f"/thu/giao-dich/{ids['R1']}",
        f"/thu/giao-dich/{ids['R4']}",
        "/thu/sao-ke",
        f"/thu/sao-ke/{statement.public_id}",
        f"/thu/sao-ke/{look.public_id}",
        "/thu/ket-noi",
    ]
    user = factories.user(Role.ACCOUNTANT, school=school)
    problems: list[str] = []
    wide, found = [], []
    for width in (390, 1280):
        page = _page(browser, live_server, user, width, problems)
        for path in paths:
            page.goto(path)
            page.wait_for_timeout(120)
            if page.evaluate("document.documentElement.scrollWidth > screen.width"):
                wide.append((width, path))
            found += [(width, path, *v) for v in violations(page)]
        page.context.close()
    assert found == []
    assert wide == []
    assert problems == []


def test_the_workbench_by_keyboard_alone(school: School, live_server: LiveServer, browser: Browser) -> None:
    account = factories.bank_account(school)
    for name in ("Giàng Thị Dở", "Nguyễn Thị Loan", "Lý Văn Bình"):
        money.invoice(school, [250_000], full_name=name)
    bring(
        account,
        line("giang thi do 3a2", 250_000, "R1"),
        line("nguyen thi loan 3a2", 280_000, "R2"),
        line("ly van binh 3a2", 250_000, "R3"),
    )
    problems: list[str] = []
    user = factories.user(Role.ACCOUNTANT, school=school)
    page = _page(browser, live_server, user, 1280, problems)
    chosen = page.locator("[data-row][aria-current]")
    page.goto("/thu/doi-soat")
    expect(chosen).to_contain_text("giang thi do")
    page.keyboard.press("j")
    expect(chosen).to_contain_text("nguyen thi loan")
    page.keyboard.press("k")
    expect(chosen).to_contain_text("giang thi do")
    page.wait_for_timeout(500)
    page.keyboard.press("Enter")
    expect(page.locator("#recon [role=status]")).to_contain_text("Đã ghi nhận 250.000")
    expect(chosen).to_contain_text("nguyen thi loan")
    assert _paid(school) == {"Giàng Thị Dở": 250_000}

    # More than is owed asks before it credits; no answers no.
    page.wait_for_timeout(500)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("thừa 30.000")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert _paid(school) == {"Giàng Thị Dở": 250_000}

    # f finds, letters in the field are letters; s opens the division of the suggestion.
    page.locator("[data-line-title]").focus()
    page.keyboard.press("f")
    page.keyboard.type("ly jks")
    expect(page.locator("[data-find]")).to_have_value("ly jks")
    page.locator("[data-line-title]").focus()
    page.keyboard.press("s")
    expect(page.locator("[data-split]")).to_be_visible()
    expect(page.locator("[data-left-value]")).to_have_text(re.compile(r"30\.000"))

    # u takes the last one back, with its reason.
    page.goto("/thu/doi-soat")
    page.wait_for_timeout(500)
    page.keyboard.press("j")
    expect(chosen).to_contain_text("ly van binh")
    page.wait_for_timeout(500)
    page.keyboard.press("Enter")
    expect(page.locator("#recon [role=status]")).to_contain_text("Đã ghi nhận 250.000")
    page.keyboard.press("u")
    page.keyboard.press("Enter")
    expect(page.locator("#recon [role=status]")).to_contain_text("Đã hoàn tác: ghi nhận giao dịch 250.000")
    assert _paid(school) == {"Giàng Thị Dở": 250_000}

    # Switched off, single keys do nothing, and it stays so.
    page.get_by_role("button", name="Phím tắt: bật").click()
    expect(page.get_by_role("button", name="Phím tắt: tắt")).to_be_visible()
    page.goto("/thu/doi-soat")
    expect(chosen).to_have_count(1)
    before = chosen.inner_text()
    page.keyboard.press("j")
    page.wait_for_timeout(300)
    assert chosen.inner_text() == before
    expect(page.get_by_role("button", name="Phím tắt: tắt")).to_be_visible()
    page.context.close()
    assert problems == []
    assert Invoice.objects.for_school(school).get(student_name="Lý Văn Bình").paid == Dong(0)
    assert money.broken_invariants() == []


def test_the_workbench_without_javascript(school: School, live_server: LiveServer, browser: Browser) -> None:
    account = factories.bank_account(school)
    money.invoice(school, [250_000], full_name="Giàng Thị Dở")
    bring(account, line("khong ro", 280_000, "R1"))
    client = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, base_url=live_server.url, java_script_enabled=False
    )
    context.add_cookies([{"name": "sid", "value": client.cookies["sid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto("/thu/doi-soat")
    page.get_by_role("link", name="khong ro").click()
    expect(page).to_have_url(re.compile("dong="))
    page.get_by_label("Tìm phiếu để ghi nhận").last.fill("giang do")
    page.get_by_role("button", name="Tìm phiếu", exact=True).click()
    page.get_by_role("link", name="Chọn").click()
    expect(page).to_have_url(re.compile("phieu="))
    page.get_by_role("button", name="Ghi nhận", exact=True).click()
    expect(page.get_by_text("Còn thừa 30.000")).to_be_visible()
    assert _paid(school) == {}
    page.get_by_role("button", name="Đồng ý, ghi nhận và ghi có").click()
    expect(page.get_by_text("trong đó ghi có 30.000")).to_be_attached()
    context.close()
    assert _paid(school) == {"Giàng Thị Dở": 250_000}
    assert money.broken_invariants() == []
