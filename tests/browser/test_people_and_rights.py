"""Support by grant, homeroom teachers and consent on paper: accessible and no wider than a phone, end to end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.test_sign_in import look
from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.kernel.db import transaction
from truongso.people.sensitive.services import keep_facts
from truongso.people.sensitive.types import FactKind

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "Sao kê của ngân hàng ngày đầu tháng nhập không được, cần xem lại từng dòng cùng kế toán"


def test_rights_that_are_given_for_a_while_on_a_phone(phone: Page, sign_in: Callable[[Page, User], None]) -> None:
    school = factories.school()
    pupil = factories.student(school, "Giàng A Páo", school_class=factories.school_class(school, "3A2"))
    with transaction():
        keep_facts(school.pk, {pupil.pk: {FactKind.HEALTH: "Hen suyễn"}})
    principal = factories.user(Role.PRINCIPAL, school=school, full_name="Lò Thị Trưởng")
    teacher = factories.user(Role.HOMEROOM_TEACHER, school=school, full_name="Vàng Thị Chủ Nhiệm Lớp Ba A Hai")
    helper = factories.user(Role.SUPPORT, school=school, full_name="Nguyễn Văn Hỗ Trợ")

    sign_in(phone, helper)
    phone.goto("/ho-tro")
    phone.get_by_label("Mã trường").fill(school.code)
    phone.get_by_label("Thu tiền và đối soát").check()
    phone.get_by_label("Lý do").fill(LONG)
    phone.get_by_role("button", name="Gửi hiệu trưởng").click()
    expect(phone.get_by_text("Chờ hiệu trưởng ký")).to_be_visible()
    look(phone, "ho-tro")

    sign_in(phone, principal)
    phone.goto("/phep-ho-tro")
    look(phone, "phep-ho-tro")
    phone.get_by_role("button", name="Ký cho xem").click()
    expect(phone.get_by_role("button", name="Thu hồi ngay")).to_be_visible()
    phone.goto("/giao-vien-chu-nhiem")
    phone.locator("select[name=giao_vien]").select_option(label=teacher.full_name)
    phone.get_by_role("button", name="Phân công").click()
    expect(phone.get_by_role("button", name="Kết thúc")).to_be_visible()
    look(phone, "giao-vien-chu-nhiem")

    sign_in(phone, helper)
    phone.goto("/ho-tro")
    phone.get_by_role("button", name="Vào xem").click()
    expect(phone.get_by_text("theo phép hỗ trợ")).to_be_visible()
    look(phone, "dang-xem-giup")

    sign_in(phone, teacher)
    phone.goto("/lop-chu-nhiem")
    look(phone, "lop-chu-nhiem")
    phone.get_by_role("link", name="Giàng A Páo").click()
    phone.get_by_label("Sức khỏe, khuyết tật").check()
    phone.get_by_label("Lý do").fill("Em lên cơn hen ở lớp")
    phone.get_by_role("button", name="Mở, ghi lý do").click()
    expect(phone.get_by_text("Hen suyễn")).to_be_visible()
    look(phone, "lop-chu-nhiem-da-mo")

    sign_in(phone, factories.user(school=school))
    phone.goto(f"/hoc-sinh/{pupil.public_id}/du-lieu/dong-y")
    look(phone, "dong-y-tren-giay")
