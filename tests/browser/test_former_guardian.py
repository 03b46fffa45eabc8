"""The school ends a guardianship on the pupil's page; the link from before opens its own invoice alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import factories, money
from tests.browser.test_sign_in import look
from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.people.models import FormerGuardian, Guardianship

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_a_guardian_is_none_any_more(
    request: pytest.FixtureRequest, width: str, sign_in: Callable[[Page, User], None]
) -> None:
    page: Page = request.getfixturevalue(width)
    request.getfixturevalue("complaints").allow("403")
    school = factories.school()
    invoice = money.invoice(school, (200_000,))
    father = factories.guardian(invoice.student.family, "Nguyễn Văn Hùng", phone="0900000002")
    Guardianship.objects.create(school=school, student=invoice.student, guardian=father, relationship="father")
    sign_in(page, factories.user(Role.ACCOUNTANT, school=school))
    page.goto(f"/hoc-sinh/{invoice.student.public_id}")
    page.get_by_role("link", name="Sửa Nguyễn Văn Hùng").click()
    expect(page.get_by_role("link", name="Người này không còn là người giám hộ của em")).to_be_visible()
    look(page, f"sua-nguoi-giam-ho-{width}")
    page.get_by_role("link", name="Người này không còn là người giám hộ của em").click()
    expect(page.get_by_text("Nguyễn Văn Hùng không còn mở được trang của em")).to_be_visible()
    look(page, f"thoi-giam-ho-{width}")
    page.get_by_label("Lý do").fill("Quyết định 12/2026/QĐST-HNGĐ")
    page.get_by_role("button", name="Ghi thôi giám hộ").click()
    expect(page.get_by_text("Đã lưu thay đổi của Nguyễn Bảo An.").first).to_be_visible()
    expect(page.get_by_text("Quyết định 12/2026/QĐST-HNGĐ")).to_be_visible()
    look(page, f"da-thoi-giam-ho-{width}")
    assert FormerGuardian.objects.for_school(school).get().guardian == father
    page.context.clear_cookies()
    page.goto(f"/p/{invoice.public_id}")
    page.get_by_role("link", name="Dữ liệu của con").click()
    expect(page.get_by_role("heading", name="Đường dẫn này chỉ còn mở phiếu báo thu")).to_be_visible()
    look(page, f"duong-dan-cu-{width}")
    page.get_by_role("link", name="Về phiếu báo thu").click()
    expect(page).to_have_url(re.compile(f"/p/{invoice.public_id}$"))
