"""A parent makes an account on a phone from the invoice's link, adds a code app, and sees two children at two schools;
the school's page and slip at the width of a desk. The pages of the account are the pages of the link."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import factories, money
from tests.browser.test_sign_in import code_now, look
from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.messaging.models import Channel, Delivery
from truongso.people.family_accounts import services
from truongso.people.models import Guardian

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[Page, User], None]


def _take_up(invoice: Invoice, user: User) -> None:
    """A slip of the other school, joined by the same person."""
    guardian = Guardian.objects.for_school(invoice.school_id).get(guardianships__student=invoice.student)
    with transaction():
        address = services.print_offer(actor=money.ACTOR, student=invoice.student, guardian=guardian)
        offer = services.find_offer(address.rsplit("/", 1)[1])
        assert offer is not None
        services.take_up(offer=offer, user=user, actor=money.ACTOR)


def test_a_parent_makes_an_account_and_sees_two_children(phone: Page, desktop: Page, sign_in: SignIn) -> None:
    school = factories.school()
    elsewhere = factories.school(code="79-KHAC", name="Trường THCS Kim Đồng", prefix="KD")
    an = money.invoice(school, (250_000,))
    binh = money.invoice(elsewhere, (90_000,), full_name="Nguyễn Bảo Bình")
    Channel.objects.create(school=school, kind="sms", is_active=True, updated_at=clock.now())

    phone.goto(f"/p/{an.public_id}")
    phone.get_by_role("link", name="Tài khoản phụ huynh").click()
    expect(phone.get_by_role("heading", name="Tạo tài khoản phụ huynh")).to_be_visible()
    look(phone, "xin-tai-khoan")
    phone.get_by_label("Tr*** Th*** Th*** Hằng · …0001").check()
    phone.get_by_label("Ngày sinh của con").fill("14/03/2018")
    phone.get_by_role("button", name="Gửi đường dẫn cho tôi").click()
    expect(phone.get_by_text("Đã gửi đường dẫn tới …0001").first).to_be_visible()

    said = Delivery.objects.for_school(school).get(template="family_account").body
    phone.goto("/gia-dinh/mo/" + said.split("/gia-dinh/mo/", 1)[1].split()[0].rstrip("."))
    expect(phone.get_by_role("button", name="Tạo tài khoản mới")).to_be_visible()
    look(phone, "mo-tai-khoan")
    phone.get_by_label("Ngày sinh của con").fill("14/03/2018")
    phone.get_by_role("button", name="Tạo tài khoản mới").click()
    expect(phone.get_by_role("heading", name="Tạo mật khẩu của riêng mình")).to_be_visible()
    look(phone, "dat-mat-khau-phu-huynh")
    phone.get_by_label("Mật khẩu mới").first.fill("Nui-Cao4mua")
    phone.get_by_role("button", name="Lưu và vào hệ thống").click()
    expect(phone.get_by_role("heading", name="Nguyễn Bảo An")).to_be_visible()

    user = User.objects.get()
    _take_up(binh, user)
    phone.goto("/gia-dinh")
    expect(phone.get_by_role("heading", name="Nguyễn Bảo Bình")).to_be_visible()
    expect(phone.get_by_role("link", name="Nộp chung tất cả")).to_be_visible()
    look(phone, "gia-dinh-cua-toi")

    phone.goto("/tai-khoan/bao-mat/ung-dung")
    shown = phone.locator("span.code").inner_text()
    phone.get_by_label("Mã 6 số ứng dụng đang hiện").fill(code_now(shown.replace(" ", "")))
    phone.get_by_role("button", name="Xác nhận ứng dụng").click()
    expect(phone.locator("b.code")).to_have_count(10)
    user.refresh_from_db()
    assert user.second_factor_since is not None

    for child in (an, binh):
        phone.goto(f"/gia-dinh/{child.student.public_id}/ai-da-xem")
        expect(phone.get_by_text("Chưa ai mở thông tin nhạy cảm")).to_be_visible()
    look(phone, "ai-da-xem-con-toi")
    for page, name in (("tin-nhan", "tin-nhan-cua-truong"), ("lien-he", "doi-lien-he")):
        phone.goto(f"/gia-dinh/{page}")
        expect(phone.get_by_role("heading", level=1)).to_be_visible()
        look(phone, name)

    sign_in(desktop, user)
    desktop.goto("/gia-dinh")
    look(desktop, "gia-dinh-cua-toi")
    desktop.context.clear_cookies()
    sign_in(desktop, factories.user(Role.IT_ADMIN, school=school))
    desktop.goto(f"/hoc-sinh/{an.student.public_id}/tai-khoan")
    expect(desktop.get_by_role("heading", name="Tài khoản của gia đình")).to_be_visible()
    look(desktop, "tai-khoan-cua-gia-dinh")
