"""A family asks for its child's data on a phone, the school grants it, the copy opens with a birth date."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import factories, money
from tests.browser.test_sign_in import look
from tests.pdf import text as text_of
from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.messaging.models import Channel, Delivery
from truongso.payments.public import book
from truongso.people.models import DataRequest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[Page, User], None]


def test_a_child_s_data_on_a_phone(phone: Page, sign_in: SignIn, tmp_path: Path) -> None:
    school = factories.school()
    invoice = money.invoice(school, (200_000,))
    with transaction():
        book(school.pk, booking=money.booking((invoice, 120_000)), actor=money.ACTOR)
    Channel.objects.create(school=school, kind="sms", is_active=True, updated_at=clock.now())
    principal = factories.user(Role.PRINCIPAL, school=school, full_name="Lò Thị Trưởng")

    phone.goto(f"/p/{invoice.public_id}")
    phone.get_by_role("link", name="Dữ liệu của con").click()
    expect(phone.get_by_label("Xem và nhận bản sao")).to_be_visible()
    look(phone, "du-lieu-cua-con")
    phone.get_by_label("Xem và nhận bản sao").check()
    phone.get_by_label("Tr*** Th*** Th*** Hằng · …0001").check()
    phone.get_by_role("button", name="Gửi yêu cầu").click()
    expect(phone.get_by_text("Đã nhận yêu cầu YC-1.").first).to_be_visible()
    look(phone, "yeu-cau-da-gui")
    phone.get_by_role("link", name="Sự đồng ý của gia đình").click()
    expect(phone.get_by_role("heading", name="Ảnh của con trên trang của trường")).to_be_visible()
    look(phone, "su-dong-y")

    sign_in(phone, principal)
    phone.goto("/du-lieu-ca-nhan")
    look(phone, "cac-yeu-cau")
    phone.get_by_role("link", name="YC-1").click()
    expect(phone.get_by_role("button", name="Chấp nhận", exact=True)).to_be_visible()
    look(phone, "mot-yeu-cau")
    phone.get_by_role("button", name="Chấp nhận", exact=True).click()
    expect(phone.get_by_text("Đã gửi đường dẫn nhận bản sao tới …0001").first).to_be_visible()
    look(phone, "yeu-cau-co-duong-dan")

    said = Delivery.objects.for_school(school).get(template="data_answer").body
    phone.context.clear_cookies()
    phone.goto("/ban-sao/" + said.split("/ban-sao/", 1)[1].split()[0])
    look(phone, "ban-sao")
    phone.get_by_label("Ngày sinh của con").fill("14/03/2018")
    with phone.expect_download() as fetched:
        phone.get_by_role("button", name="Tải bản đọc (PDF)").click()
    file = tmp_path / fetched.value.suggested_filename
    fetched.value.save_as(file)
    assert file.name == "ban-sao-yc-1.pdf"
    words = text_of(file.read_bytes())
    assert "Nguyễn Bảo An" in words
    assert "120.000" in words
    assert "cho Trần Thị Thu Hằng" in words
    assert DataRequest.objects.for_school(school).get().state == "done"
