"""Subject teachers, end to end: IT gives classes, the teacher reads their names, and nothing once it is ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.conftest import Complaints
from tests.browser.test_sign_in import look
from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.ui.formatting import ngay
from truongso.organizations.types import SchoolLevel

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_the_assignment_to_its_end(
    desktop: Page, phone: Page, sign_in: Callable[[Page, User], None], complaints: Complaints
) -> None:
    school = factories.school(level=SchoolLevel.LOWER_SECONDARY)
    today = clock.today()
    begun = today.year if today >= factories.YEAR_START.replace(year=today.year) else today.year - 1
    year = factories.school_year(f"{begun}-{begun + 1}")
    classes = {}
    for name in ("6A", "6B", "7A", "8A", "9A1"):
        classes[name] = factories.school_class(school, name, grade=name[0], year=year)
        factories.enrol(factories.student(school, f"Giàng A Páo {name}"), classes[name], year.starts_on)
    first = factories.user(Role.SUBJECT_TEACHER, school=school, full_name="Vàng Thị Dạy Toán Và Tin Học Của Trường")
    second = factories.user(Role.SUBJECT_TEACHER, school=school, full_name="Hạng A Văn")
    it = factories.user(Role.IT_ADMIN, school=school, full_name="Lý Thị Quản Trị")
    other = factories.teaching(second, classes["8A"], "Ngữ văn")

    sign_in(desktop, it)
    desktop.goto("/phan-cong-giang-day")
    look(desktop, "phan-cong-chua-co")
    desktop.get_by_label("Giáo viên bộ môn").select_option(label=first.full_name)
    desktop.get_by_label("Môn học").select_option(label="Khoa học tự nhiên")
    desktop.get_by_label("6A").check()
    desktop.get_by_label("7A").check()
    desktop.get_by_role("button", name="Phân công").click()
    expect(desktop.get_by_text("Đã phân công 2 lớp.")).to_be_visible()
    look(desktop, "phan-cong-theo-lop")
    desktop.get_by_role("link", name="Theo giáo viên").click()
    expect(desktop.get_by_text("Khoa học tự nhiên: 6A, 7A")).to_be_visible()
    look(desktop, "phan-cong-theo-giao-vien")
    desktop.get_by_role("link", name="Môn học").click()
    desktop.get_by_label("Tên môn").fill("Tiếng Mông")
    desktop.get_by_role("button", name="Thêm môn").click()
    expect(desktop.get_by_role("button", name="Ngừng dùng môn Tiếng Mông")).to_be_visible()
    look(desktop, "mon-hoc")

    sign_in(phone, first)
    phone.goto("/")
    look(phone, "lop-toi-day")
    phone.get_by_role("link", name="Lớp 6A").click()
    expect(phone.get_by_text("Giàng A Páo 6A")).to_be_visible()
    look(phone, "lop-toi-day-mot-lop")
    here = phone.url
    complaints.allow("404")
    phone.goto(f"/lop-toi-day/{other.public_id}")
    expect(phone.get_by_text("Giàng A Páo")).to_have_count(0)

    desktop.goto(f"/phan-cong-giang-day/giao-vien/{first.public_id}")
    desktop.get_by_label("6A · Khoa học tự nhiên").check()
    desktop.get_by_label("Ngày cuối của người này").fill(ngay(today - dt.timedelta(days=1)))
    look(desktop, "phan-cong-ket-thuc")
    desktop.get_by_role("button", name="Ghi thay đổi").click()
    expect(desktop.get_by_text("Đã ghi 1 phân công.")).to_be_visible()
    look(desktop, "phan-cong-da-het")
    phone.goto(here)
    expect(phone.get_by_text("Giàng A Páo")).to_have_count(0)
    phone.goto("/lop-toi-day")
    expect(phone.get_by_text("Lớp 7A")).to_be_visible()
    expect(phone.get_by_text("Lớp 6A")).to_have_count(0)

    sign_in(phone, it)
    for address in ("/phan-cong-giang-day", f"/phan-cong-giang-day/giao-vien/{first.public_id}"):
        phone.goto(address)
        look(phone, "phan-cong-dien-thoai")
