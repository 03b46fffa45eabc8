"""A46: with one stolen account nobody reaches more than fifty families: a second person has to agree."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests import factories
from truongso.accounts.types import Role
from truongso.fees.models import CollectionRound
from truongso.fees.types import RoundState
from truongso.kernel import clock, jobs
from truongso.kernel.actor import Actor
from truongso.kernel.models import Job
from truongso.messaging.models import Delivery
from truongso.organizations.models import School
from truongso.payments.models import Reminder
from truongso.payments.reminders.services import approve, ask, send
from truongso.payments.reminders.tasks import send_scheduled
from truongso.payments.reminders.tests.helpers import FILE, channel, debt, pupil
from truongso.payments.reminders.types import ReminderRefusedError

pytestmark = pytest.mark.django_db
THIEF = Actor(11, "Kế toán", "web")
PRINCIPAL = Actor(22, "Hiệu trưởng", "web")


@pytest.fixture
def of_round(school: School, school_day: dt.datetime) -> CollectionRound:
    channel(school, THIEF)
    return factories.collection_round(school, state=RoundState.ISSUED)


def _families(school: School, of_round: CollectionRound, count: int, class_name: str = "3A2", start: int = 0) -> None:
    for n in range(start, start + count):
        debt(of_round, pupil(school, f"Nguyễn Em {n}", f"0900{n:06}", class_name=class_name))


def _ask(school: School, of_round: CollectionRound, seen: int, *classes: str) -> Reminder:
    return ask(school.pk, round_id=of_round.pk, class_names=list(classes), channels=[FILE], send_at=clock.now(),
               seen=seen, actor=THIEF)  # fmt: skip


def _nothing_left(school: School) -> None:
    for job in Job.objects.filter(state="waiting"):
        jobs.run(job.pk)
    send_scheduled()
    assert Delivery.objects.for_school(school).count() == 0


def test_fifty_go_alone_and_fifty_one_wait(school: School, of_round: CollectionRound) -> None:
    _families(school, of_round, 51)
    made = _ask(school, of_round, 51)
    assert made.state == "waiting"
    _nothing_left(school)
    assert not send(school.pk, reminder_id=made.pk, actor=THIEF)
    with pytest.raises(ReminderRefusedError, match="own_reminder"):
        approve(school.pk, reminder_id=made.pk, actor=THIEF)
    with pytest.raises(ReminderRefusedError, match="own_reminder"):
        approve(school.pk, reminder_id=made.pk, actor=Actor.system("x"))
    with pytest.raises(IntegrityError), transaction.atomic():  # nor by hand in the database
        Reminder.objects.for_school(school).update(state="approved", decided_by=THIEF.user_id)
    _nothing_left(school)
    approve(school.pk, reminder_id=made.pk, actor=PRINCIPAL)
    assert send(school.pk, reminder_id=made.pk, actor=PRINCIPAL)
    assert Delivery.objects.for_school(school).count() == 51


def test_many_small_ones_count_as_a_large_one(school: School, of_round: CollectionRound) -> None:
    _families(school, of_round, 30, "3A1")
    _families(school, of_round, 21, "3A2", start=100)
    _families(school, of_round, 20, "3A3", start=200)
    assert _ask(school, of_round, 30, "3A1").state == "approved"
    assert _ask(school, of_round, 21, "3A2").state == "waiting"
    assert _ask(school, of_round, 20, "3A3").state == "approved"
    with clock.frozen(clock.now() + dt.timedelta(hours=25)):
        assert _ask(school, of_round, 21, "3A2").state == "approved"


def test_more_than_were_approved_need_a_new_look(school: School, of_round: CollectionRound) -> None:
    _families(school, of_round, 40)
    made = ask(school.pk, round_id=of_round.pk, class_names=[], channels=[FILE], seen=40, actor=THIEF,
               send_at=clock.now() + dt.timedelta(days=1))  # fmt: skip
    assert made.state == "approved"
    _families(school, of_round, 20, start=500)
    with clock.frozen(clock.now() + dt.timedelta(days=2)):
        assert send_scheduled() == 0
    made.refresh_from_db()
    assert (made.state, made.recipients) == ("waiting", 60)
    assert Delivery.objects.for_school(school).count() == 0


@pytest.mark.parametrize("role", [Role.CASHIER, Role.HOMEROOM_TEACHER, Role.IT_ADMIN, Role.PRINCIPAL])
def test_others_may_not_ask(school: School, of_round: CollectionRound, client: Client, role: Role) -> None:
    _families(school, of_round, 1)
    factories.login(client, factories.user(role, school=school))
    response = client.post("/thu/nhac-nop/moi", {"dot": of_round.public_id, "kenh": ["file"], "thay": "1", "gui": "1"})
    assert response.status_code == 403
    assert Reminder.objects.for_school(school).count() == 0


def test_who_asks_may_not_approve_on_the_page(school: School, of_round: CollectionRound, client: Client) -> None:
    _families(school, of_round, 51)
    made = _ask(school, of_round, 51)
    factories.login(client, factories.user(Role.ACCOUNTANT, school=school))
    assert client.post(f"/thu/nhac-nop/{made.public_id}/duyet").status_code == 403
    made.refresh_from_db()
    assert made.state == "waiting"
