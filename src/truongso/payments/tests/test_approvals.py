"""Everything that waits for a second person is on one page and in the number beside it."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.ledger.public import open_books
from truongso.organizations.models import School
from truongso.payments.approvals import waiting_count
from truongso.payments.cash import services as cash
from truongso.payments.cash.types import CountedCash
from truongso.payments.models import Reminder
from truongso.payments.refunds.tests.build import ask_fee, paid, proposed
from truongso.payments.reminders.types import ReminderState

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("school_day")]


def text(answer: object) -> str:
    return answer.content.decode().replace("\u00a0", " ")  # type: ignore[attr-defined, no-any-return]


def waiting_things(school: School) -> None:
    """A refund proposed, a confirmed count asked to be reopened, a reminder to sixty families."""
    proposed(school, ask_fee(paid(school)))
    cashier, principal = Actor(301, "Thủ quỹ", "web"), Actor(302, "Hiệu trưởng", "web")
    with transaction():
        open_books(school.pk)
        count = cash.sign_count(school.pk, day=clock.today(), cash=CountedCash({}), reason="", actor=cashier)
    with transaction():
        cash.confirm_count(school.pk, count_id=count.pk, actor=principal)
    with transaction():
        cash.ask_reopening(school.pk, count_id=count.pk, reason="Ghi thiếu một khoản", actor=cashier)
    made = money.invoice(school, [100_000], full_name="Lê Minh Châu")
    Reminder.objects.create(
        school=school, round=made.round, channels=["email"], template="before_due", send_at=clock.now(),
        state=ReminderState.WAITING.value, recipients=60, created_at=clock.now(), created_by=7,
    )  # fmt: skip


def test_refunds_reopenings_and_reminders_wait_on_one_page(school: School) -> None:
    waiting_things(school)
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    page = text(client.get("/thu/viec-can-duyet"))
    wanted = ("Đề nghị mở lại ngày quỹ", "Ghi thiếu một khoản", "Lời nhắc chờ duyệt", "60 tin", "Không phục vụ bữa ăn")
    assert [shown for shown in wanted if shown not in page] == []
    assert waiting_count(school.pk, lambda _permission: True) == 3


def test_what_somebody_may_not_decide_is_not_counted(school: School, other_school: School) -> None:
    waiting_things(school)
    assert waiting_count(school.pk, lambda _permission: False) == 0
    assert waiting_count(other_school.pk, lambda _permission: True) == 0


def test_nothing_waits(school: School) -> None:
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    assert "Không có việc chờ." in text(client.get("/thu/viec-can-duyet"))
