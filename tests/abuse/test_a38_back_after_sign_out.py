"""A38: on a shared machine nothing of a person comes back after signing out, neither by "Back" nor from a cache."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from tests import factories, money
from tests.browser.conftest import complaints, desktop, sign_in  # noqa: F401 - fixtures
from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.organizations.models import School


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_back_shows_the_sign_in_page(desktop: Page, sign_in: Callable[[Page, User], None]) -> None:  # noqa: F811
    school = factories.school()
    money.invoice(school, (120_000,), full_name="Giàng Thị Sênh")
    sign_in(desktop, factories.user(Role.PRINCIPAL, school=school))
    desktop.goto("/hoc-sinh")
    expect(desktop.get_by_text("Giàng Thị Sênh").first).to_be_visible()
    desktop.goto("/tai-khoan")
    desktop.locator("details.menu > summary").last.click()
    desktop.get_by_role("button", name="Đăng xuất").first.click()
    desktop.wait_for_url("**/dang-nhap**")
    desktop.go_back()
    expect(desktop.get_by_role("button", name="Đăng nhập", exact=True)).to_be_visible()
    desktop.goto("/hoc-sinh")
    expect(desktop.get_by_role("button", name="Đăng nhập", exact=True)).to_be_visible()
    expect(desktop.get_by_text("Giàng Thị Sênh")).to_have_count(0)


@pytest.mark.django_db
def test_no_cache_keeps_a_personal_page(school: School) -> None:
    invoice = money.invoice(school, (120_000,))
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    pages = [client.get(path) for path in ("/hoc-sinh", "/tai-khoan", "/nguoi-dung", "/nguoi-dung/tai-ve", "/khong-co")]
    pages += [Client().get(path) for path in (f"/p/{invoice.public_id}", "/dang-nhap", "/tai-khoan", "/kiem-tra")]
    assert {"no-store" in page["Cache-Control"] for page in pages} == {True}
    status = Client().get(f"/p/{invoice.public_id}/trang-thai")  # the open page asks it again and again
    assert status["Cache-Control"] in {"private, no-cache", "no-store"}
    out = client.post("/dang-xuat")
    assert out["Clear-Site-Data"] == '"cache", "storage"'
    assert "no-store" in out["Cache-Control"]
    assert client.get("/hoc-sinh").status_code == 302
    assert clock.today() is not None
