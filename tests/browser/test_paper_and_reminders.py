"""Printing and reminding on a phone and on a desk: chosen, previewed, done; accessible, no sideways scrolling."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import factories, money, pdf
from tests.browser.test_school_pages import faults
from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.fees.models import CollectionRound
from truongso.fees.types import RoundState
from truongso.kernel import jobs
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.models import Job
from truongso.messaging.models import Delivery
from truongso.organizations.models import School
from truongso.payments.models import Reminder
from truongso.payments.reminders.tests.helpers import FILE, channel, debt, pupil
from truongso.payments.services import book

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ACTOR = Actor.system("test", "cli")
DEVICES = pytest.mark.parametrize("device", ["phone", "desktop"])


@pytest.fixture
def of_round(transactional_db: None) -> CollectionRound:
    """Two classes of pupils who owe, one without a telephone, one who has paid."""
    school = factories.school()
    School.objects.filter(pk=school.pk).update(support_phone="02140000000", support_hours="7:00–17:00")
    found = factories.collection_round(school, state=RoundState.ISSUED)
    with transaction():
        channel(school, ACTOR, FILE)
        for n, name in enumerate(("An", "Bình", "Châu", "Dung")):
            debt(found, pupil(school, f"Nguyễn Bảo {name}", f"09000000{n:02}", class_name=f"{n % 2 + 3}A2"), [262_000])
        debt(found, pupil(school, "Giàng Thị Dở", "", class_name="3A2"))
        paid = debt(found, pupil(school, "Lý Mẩy Sính", "0900000009", class_name="3A2"))
        book(school.pk, booking=money.booking((paid, 250_000)), actor=ACTOR)
    return found


def keep(page: Page, name: str) -> None:
    """A picture for the eye, where one is asked for."""
    if folder := os.environ.get("TRUONGSO_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}-{page.viewport_size['width']}.png", full_page=True)  # type: ignore[index]


@DEVICES
def test_notices_are_printed_from_the_page(
    request: pytest.FixtureRequest, device: str, of_round: CollectionRound, sign_in: Callable[[Page, User], None]
) -> None:
    page: Page = request.getfixturevalue(device)
    sign_in(page, factories.user(school=of_round.school))
    page.goto("/thu/in")
    assert faults(page) == []
    expect(page.get_by_text("5 phiếu còn phải nộp của 2 lớp")).to_be_visible()
    page.get_by_label("3A2").check()
    page.get_by_role("button", name="Chọn phạm vi này").click()
    expect(page.get_by_role("button", name="In 3 phiếu báo thu")).to_be_visible()
    keep(page, "in")
    answer = page.request.post(
        "/thu/in/phieu",
        form={
            "csrfmiddlewaretoken": page.locator("form[action$='/in/phieu'] [name=csrfmiddlewaretoken]").input_value(),
            "dot": of_round.public_id, "lop": "3A2", "cat": "lop",
        },
    )  # fmt: skip
    made = answer.body()
    assert len(pdf.page_sizes(made)) == 1
    assert "Giàng Thị Dở" in pdf.text(made)
    assert "Lý Mẩy Sính" not in pdf.text(made)


@DEVICES
def test_a_reminder_is_previewed_sent_and_measured(
    request: pytest.FixtureRequest, device: str, of_round: CollectionRound, sign_in: Callable[[Page, User], None]
) -> None:
    page: Page = request.getfixturevalue(device)
    sign_in(page, factories.user(school=of_round.school))
    page.goto("/thu/nhac-nop")
    assert faults(page) == []
    page.get_by_role("link", name="Lập lời nhắc").click()
    expect(page.get_by_text("Giàng Thị Dở · 3A2")).to_be_visible()
    assert faults(page) == []
    expect(page.get_by_text("Lý Mẩy Sính")).to_have_count(0)
    keep(page, "nhac-moi")
    page.get_by_role("button", name="Gửi 4 tin").click()
    expect(page.get_by_text("Đã lập lời nhắc.")).to_be_visible()
    while job := Job.objects.filter(state="waiting").order_by("pk").first():
        jobs.run(job.pk)
    page.reload()
    assert faults(page) == []
    expect(page.get_by_text("Phiếu đã nhắc", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="In 1 phiếu giấy")).to_be_visible()
    keep(page, "nhac")
    assert Reminder.objects.for_school(of_round.school).get().state == "sent"
    assert Delivery.objects.for_school(of_round.school).count() == 4
    page.goto("/thu/nhac-nop")
    keep(page, "nhac-danh-sach")


@DEVICES
def test_wording_channels_documents_and_keys_open(
    request: pytest.FixtureRequest, device: str, of_round: CollectionRound, sign_in: Callable[[Page, User], None]
) -> None:
    page: Page = request.getfixturevalue(device)
    sign_in(page, factories.user(school=of_round.school))
    for number, path in enumerate(("nhac-nop/mau-tin", "nhac-nop/mau-tin/fee_reminder_before/sms",
                                   "ban-giao-hoa-don", "ban-giao-hoa-don/loai-chung-tu")):  # fmt: skip
        page.goto(f"/thu/{path}")
        assert faults(page) == [], path
        keep(page, f"thiet-lap-{number}")
    sign_in(page, factories.user(Role.PRINCIPAL, school=of_round.school))
    for number, path in enumerate(("nhac-nop/kenh", "nhac-nop/kenh/zalo")):
        page.goto(f"/thu/{path}")
        assert faults(page) == [], path
        keep(page, f"kenh-{number}")
    page.goto("/khoa-cong-khai")
    assert faults(page) == []
    keep(page, "khoa")
