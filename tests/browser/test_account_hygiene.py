"""A review campaign from its start to the principal's signature, and the response to a leaked list, at phone width."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.test_sign_in import look
from truongso.accounts.hygiene.models import LeakRow, Review
from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.organizations.models import School

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[Page, User], None]


@pytest.fixture
def place(transactional_db: None) -> School:
    return factories.school()


def test_a_review_and_a_leak_on_a_phone(phone: Page, place: School, sign_in: SignIn) -> None:
    it = factories.user(Role.IT_ADMIN, school=place, username="quan", full_name="Vàng A Quản")
    principal = factories.user(Role.PRINCIPAL, school=place, username="truong", full_name="Lò Thị Trưởng")
    factories.user(Role.SUBJECT_TEACHER, school=place, username="day", full_name="Giàng A Dạy", second_factor=False)
    factories.user(Role.SUBJECT_TEACHER, school=place, username="nghi", full_name="Lý Thị Nghỉ", second_factor=False)

    # The administrator starts the campaign and reviews all accounts but the own one.
    sign_in(phone, it)
    phone.goto("/an-toan-tai-khoan")
    look(phone, "an-toan-tai-khoan")
    phone.get_by_role("button", name="Mở đợt rà soát").click()
    expect(phone.get_by_role("heading", name="Đợt rà soát tài khoản")).to_be_visible()
    look(phone, "dot-ra-soat")
    phone.get_by_role("link", name="Lý Thị Nghỉ").click()
    expect(phone.get_by_role("heading", name="Quyết định")).to_be_visible()
    look(phone, "mot-tai-khoan")
    phone.get_by_label("Tạm khóa vì").fill("Nghỉ hưu từ tháng trước")
    phone.get_by_role("button", name="Tạm khóa").click()
    expect(phone.get_by_text("Nghỉ hưu từ tháng trước")).to_be_visible()
    phone.get_by_label("Chọn Giàng A Dạy").check()
    phone.get_by_label("Chọn Lò Thị Trưởng").check()
    phone.get_by_role("button", name="Xác nhận các tài khoản đã đánh dấu").click()
    expect(phone.get_by_text("Đã xác nhận 2 tài khoản.").first).to_be_visible()
    expect(phone.get_by_label("Chọn Vàng A Quản")).to_have_count(0)

    # The principal reviews the administrator's and signs.
    page = phone.url
    sign_in(phone, principal)
    phone.goto(page)
    phone.get_by_label("Chọn Vàng A Quản").check()
    phone.get_by_role("button", name="Xác nhận các tài khoản đã đánh dấu").click()
    expect(phone.get_by_text("Đã xác nhận 1 tài khoản.").first).to_be_visible()
    phone.get_by_role("button", name="Ký kết quả").click()
    phone.get_by_role("dialog").get_by_role("button", name="Ký kết quả").click()
    expect(phone.get_by_text("Lò Thị Trưởng ký kết quả")).to_be_visible()
    look(phone, "da-ky")
    signed = Review.objects.for_school(place).get()
    assert (signed.signed_by, len(signed.digest)) == (principal, 64)
    assert not User.objects.get(username="nghi").is_active
    phone.goto("/an-toan-tai-khoan/minh-chung")
    expect(phone.get_by_text("xác nhận 3, tạm khóa 1")).to_be_visible()
    look(phone, "minh-chung")

    # A leaked list: looked at, handled, the slip handed over.
    phone.goto("/an-toan-tai-khoan/bi-lo")
    content = b"email,mat khau\nday,MatKhau1@\nnguoila@noikhac.example,x\n"
    phone.get_by_label("Tệp danh sách").set_input_files(
        {"name": "danh-sach-lo.csv", "mimeType": "text/csv", "buffer": content}
    )
    look(phone, "bi-lo")
    phone.get_by_role("button", name="Xem trước").click()
    expect(phone.get_by_text("n…@noikhac.example")).to_be_visible()
    look(phone, "bi-lo-xem-truoc")
    phone.get_by_role("button", name="Xử lý 1 tài khoản").click()
    phone.get_by_role("dialog").get_by_role("button", name="Xử lý").click()
    expect(phone.get_by_text("Cần phiếu kích hoạt")).to_be_visible()
    look(phone, "bi-lo-da-xu-ly")
    assert LeakRow.objects.get(user__username="day").outcome == "link"
    phone.get_by_role("button", name="Phiếu kích hoạt cho 1 người").click()
    expect(phone.get_by_role("heading", name="Phiếu kích hoạt tài khoản", exact=True)).to_be_visible()
    phone.goto("/an-toan-tai-khoan/danh-sach?tt=reset")
    expect(phone.get_by_role("link", name="Giàng A Dạy")).to_be_visible()
    look(phone, "danh-sach-tai-khoan")
