"""First login, the second factor by each method, and its loss, in a browser at phone and desktop width.

Passkeys are made by Chromium's own virtual authenticator, so the whole ceremony runs as with a fingerprint reader.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.db import transaction
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.conftest import Complaints
from tests.browser.test_school_pages import faults
from truongso.accounts.factors.services import make_sheet
from truongso.accounts.models import User
from truongso.accounts.services import new_activation
from truongso.accounts.types import Role
from truongso.kernel.actor import Actor
from truongso.organizations.models import School

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GOOD = "Nui-Cao4mua"


@pytest.fixture
def place(transactional_db: None) -> School:
    return factories.school()


@pytest.fixture(params=["phone", "desktop"])
def page(request: pytest.FixtureRequest) -> Page:
    found: Page = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def person(place: School) -> User:
    return factories.user(
        Role.SUBJECT_TEACHER, school=place, username="hoapt.lvt", full_name="Phạm Thị Hòa", second_factor=False
    )


def look(page: Page, name: str) -> None:
    """Accessible and not wider than the screen; a picture where one is asked for."""
    folder = os.environ.get("TRUONGSO_SCREENSHOTS")
    width = page.viewport_size["width"] if page.viewport_size else 0
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)
    assert faults(page) == []


def fingerprint(page: Page) -> Any:
    """A reader that recognises its owner; the session by which tests talk to it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def type_password(page: Page, password: str) -> None:
    page.goto("/dang-nhap")
    page.get_by_label("Tên đăng nhập").fill("hoapt.lvt")
    page.get_by_label("Mật khẩu", exact=False).first.fill(password)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()


def type_code(page: Page, code: str) -> None:
    page.get_by_label("Mã xác thực").fill(code)
    page.get_by_role("button", name="Xác nhận", exact=True).click()


def code_now(secret: str) -> str:
    step = next(totp.yield_hotp_counters_from_time()) + 1
    code: str = totp.format_hotp_value(totp.hotp_value(secret, step))
    return code


def signed_in(page: Page) -> None:
    expect(page.get_by_role("heading", level=1, name="Lớp tôi dạy")).to_be_visible()


def sign_out(page: Page) -> None:
    page.context.clear_cookies(name="sid")


def fresh_link(user: User) -> str:
    with transaction.atomic():
        return "/kich-hoat/" + new_activation(actor=Actor.system("test", "cli"), user=user)


def new_person(place: School) -> User:
    user = User.objects.create_user("hoapt.lvt", "Phạm Thị Hòa")
    user.memberships.create(role=Role.SUBJECT_TEACHER.value, school=place, valid_from=factories.YEAR_START)
    return user


def test_first_login_with_a_password_of_ones_own(page: Page, place: School) -> None:
    page.goto(fresh_link(new_person(place)))
    expect(page.get_by_text("Phạm Thị Hòa").first).to_be_visible()
    look(page, "kich-hoat")
    page.get_by_label("Mật khẩu mới").fill("Thlevantam@1")
    page.get_by_role("button", name="Lưu và vào hệ thống").click()
    expect(page.locator(".err:visible").first).to_contain_text("Không dùng tên mình, tên trường")
    page.get_by_label("Mật khẩu mới").fill(GOOD)
    page.get_by_role("button", name="Lưu và vào hệ thống").click()
    signed_in(page)
    sign_out(page)
    type_password(page, GOOD)
    signed_in(page)


def test_first_login_with_a_fingerprint_and_no_password_at_all(page: Page, place: School) -> None:
    fingerprint(page)
    user = new_person(place)
    page.goto(fresh_link(user))
    page.get_by_role("button", name="Vân tay, khuôn mặt hoặc khóa bảo mật").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bảo mật tài khoản")
    look(page, "bao-mat-khoa")
    user.refresh_from_db()
    assert not user.has_usable_password()
    sign_out(page)
    page.goto("/dang-nhap?next=/tai-khoan/bao-mat")
    page.get_by_role("button", name="Vân tay, khuôn mặt hoặc khóa bảo mật").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bảo mật tài khoản")
    expect(page).to_have_url(re.compile("/tai-khoan/bao-mat$"))


def test_the_authenticator_app_from_adding_to_signing_in(page: Page, person: User) -> None:
    type_password(page, factories.PASSWORD)
    signed_in(page)
    page.goto("/tai-khoan/bao-mat")
    look(page, "bao-mat-mot-lop")
    page.get_by_role("link", name="Thêm ứng dụng").click()
    expect(page.locator("span.code")).to_be_visible()
    look(page, "them-ung-dung")
    shown = page.locator("span.code").inner_text()
    page.get_by_label("Mã 6 số ứng dụng đang hiện").fill(code_now(shown.replace(" ", "")))
    page.get_by_role("button", name="Xác nhận ứng dụng").click()
    expect(page.locator("b.code")).to_have_count(10)
    codes = page.locator("b.code").all_inner_texts()
    look(page, "ma-du-phong")
    sign_out(page)
    type_password(page, factories.PASSWORD)
    expect(page.get_by_label("Mã xác thực")).to_be_visible()
    look(page, "lop-hai")
    type_code(page, "000000")
    expect(page.locator(".err:visible").first).to_contain_text("Mã chưa đúng hoặc đã dùng")
    step = next(totp.yield_hotp_counters_from_time()) + 2  # the next half minute's: this one's was used to add the app
    type_code(page, totp.format_hotp_value(totp.hotp_value(shown.replace(" ", ""), step)))
    signed_in(page)
    sign_out(page)
    type_password(page, factories.PASSWORD)
    type_code(page, codes[4])
    signed_in(page)


def test_a_printed_sheet_and_a_trusted_browser(page: Page, person: User) -> None:
    with transaction.atomic():
        codes = make_sheet(user=person, actor=Actor.system("test", "cli"))
    type_password(page, factories.PASSWORD)
    expect(page.get_by_text("Nhập mã số 1 trên phiếu mã đã in.")).to_be_visible()
    page.get_by_label("Tin trình duyệt này 30 ngày").last.check()
    type_code(page, codes[0])
    signed_in(page)
    sign_out(page)
    type_password(page, factories.PASSWORD)
    signed_in(page)


def test_a_passkey_is_added_used_as_second_factor_and_for_step_up(page: Page, person: User) -> None:
    fingerprint(page)
    type_password(page, factories.PASSWORD)
    signed_in(page)
    page.goto("/tai-khoan/bao-mat/khoa")
    look(page, "them-khoa")
    page.get_by_role("button", name="Tạo khóa trên máy này").click()
    expect(page.locator("b.code").first).to_be_visible()
    assert Authenticator.objects.filter(user=person, type="webauthn").count() == 1
    sign_out(page)
    type_password(page, factories.PASSWORD)
    page.get_by_role("button", name="Vân tay, khuôn mặt hoặc khóa bảo mật").click()
    signed_in(page)
    page.goto("/xac-nhan-lai?next=/tai-khoan/bao-mat")
    look(page, "xac-nhan-lai")
    page.get_by_role("button", name="Vân tay, khuôn mặt hoặc khóa bảo mật").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bảo mật tài khoản")


def test_a_lost_factor_is_opened_again_by_two_people(
    page: Page, person: User, place: School, sign_in: Callable[[Page, User], None], complaints: Complaints
) -> None:
    with transaction.atomic():
        make_sheet(user=person, actor=Actor.system("test", "cli"))
    it = factories.user(Role.IT_ADMIN, school=place, username="quan", full_name="Vàng A Quản")
    principal = factories.user(Role.PRINCIPAL, school=place, username="truong", full_name="Lò Thị Trưởng")
    sign_in(page, it)
    page.goto("/nguoi-dung")
    look(page, "nguoi-dung")
    page.get_by_role("link", name="Phạm Thị Hòa").click()
    expect(page.get_by_label("Mất điện thoại, khóa và mã dự phòng")).to_be_visible()
    look(page, "nguoi-dung-mot-nguoi")
    page.get_by_label("Mất điện thoại, khóa và mã dự phòng").fill("Gặp tại phòng kế toán, đúng người")
    page.get_by_role("button", name="Đề nghị mở lại").click()
    expect(page.get_by_text("Đã gửi đề nghị.").first).to_be_visible()
    sign_in(page, principal)
    page.goto("/nguoi-dung")
    page.get_by_role("button", name="Duyệt", exact=True).click()
    expect(page.get_by_role("heading", name="PHIẾU KÍCH HOẠT TÀI KHOẢN", exact=True)).to_be_visible()
    look(page, "phieu-kich-hoat")
    link = page.locator("[data-copy]").first.get_attribute("data-copy") or ""
    sign_out(page)
    found = re.search(r"/kich-hoat/.+", link)
    assert found is not None
    page.goto(found[0])
    page.get_by_label("Mật khẩu mới").fill(GOOD)
    page.get_by_role("button", name="Lưu và vào hệ thống").click()
    signed_in(page)


def test_people_are_added_and_listed(page: Page, place: School, sign_in: Callable[[Page, User], None]) -> None:
    sign_in(page, factories.user(Role.IT_ADMIN, school=place, username="quan", full_name="Vàng A Quản"))
    page.goto("/nguoi-dung/them")
    look(page, "them-nguoi")
    page.get_by_label("Họ và tên").fill("Thào Thị Tiền")
    page.get_by_label("Vai trò").select_option("cashier")
    page.get_by_role("button", name="Thêm người").click()
    expect(page.get_by_text("Đã gửi đề nghị.").first).to_be_visible()
    look(page, "nguoi-dung-cho-duyet")
    page.goto("/nguoi-dung/nhap")
    look(page, "nhap-danh-sach-nhan-su")
    page.goto("/truong/phan-su-dung")
    look(page, "phan-dang-dung")


def test_the_policy_is_read_and_chosen(page: Page, place: School, sign_in: Callable[[Page, User], None]) -> None:
    sign_in(page, factories.user(Role.PRINCIPAL, school=place, username="truong", full_name="Lò Thị Trưởng"))
    page.goto("/chinh-sach-tai-khoan")
    look(page, "chinh-sach")
    page.get_by_text("Đặt từng mục").click()
    look(page, "chinh-sach-tung-muc")
    page.get_by_role("button", name="Áp dụng").nth(1).click()
    page.get_by_role("dialog").get_by_role("button", name="Áp dụng").click()
    expect(page.get_by_text("đang theo hồ sơ NIST 800-63B-4")).to_be_visible()
