"""Reminders: who owes is told politely, once, by a way that reaches; nobody else is; nothing voluntary is a debt."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests import factories, money

from truongso.fees.models import CollectionRound
from truongso.fees.types import FeeNature, RoundState
from truongso.kernel import clock, jobs
from truongso.kernel.actor import Actor
from truongso.kernel.models import Job
from truongso.kernel.money import ZERO, Dong
from truongso.messaging.models import Delivery
from truongso.messaging.public import opt_out
from truongso.messaging.types import ChannelKind
from truongso.organizations.models import School
from truongso.payments.models import Reminder, ReminderTarget
from truongso.payments.reminders.exclusions import _SOURCES, leave_out
from truongso.payments.reminders.planning import Plan, plan, voluntary_open
from truongso.payments.reminders.queries import Effect, effect, ways
from truongso.payments.reminders.services import approve, ask, cancel, send
from truongso.payments.reminders.tasks import send_scheduled
from truongso.payments.reminders.tests.helpers import FILE, MAIL, channel, debt, guardian, pupil
from truongso.payments.reminders.types import ReminderRefusedError
from truongso.payments.services import book, undo

pytestmark = pytest.mark.django_db
NINE = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)


@pytest.fixture
def of_round(school: School, school_day: dt.datetime, actor: Actor) -> CollectionRound:
    channel(school, actor)
    return factories.collection_round(school, state=RoundState.ISSUED)


def _plan(of_round: CollectionRound, *channels: ChannelKind, classes: tuple[str, ...] = ()) -> Plan:
    return plan(of_round.school_id, round_id=of_round.pk, class_names=classes, channels=channels or (FILE,))


def _ask(of_round: CollectionRound, actor: Actor, **changes: Any) -> Reminder:
    values: dict[str, Any] = {
        "round_id": of_round.pk, "class_names": [], "channels": [FILE], "send_at": clock.now(),
        "seen": len(_plan(of_round).messages), "actor": actor,
    }  # fmt: skip
    return ask(of_round.school_id, **{**values, **changes})


def _run() -> None:
    while job := Job.objects.filter(state="waiting").order_by("pk").first():
        jobs.run(job.pk)


def test_only_what_is_owed_and_obligatory_is_reminded(school: School, of_round: CollectionRound, actor: Actor) -> None:
    club = factories.fee_item(school, "CLB", "Câu lạc bộ", nature=FeeNature.AGREED, is_voluntary=True)
    meals = factories.fee_item(school, "AN", "Tiền ăn")
    both = debt(of_round, pupil(school, "Nguyễn An", "0900000011"), [100_000, 50_000], [meals, club])
    only_club = debt(of_round, pupil(school, "Nguyễn Bình", "0900000012"), [50_000], [club])
    paid = debt(of_round, pupil(school, "Nguyễn Châu", "0900000013"))
    book(school.pk, booking=money.booking((paid, 250_000)), actor=actor)
    partly = debt(of_round, pupil(school, "Nguyễn Dung", "0900000014"))
    book(school.pk, booking=money.booking((partly, 100_000)), actor=actor)
    planned = _plan(of_round)
    assert {d.code: d.owed for m in planned.messages for d in m.debts} == {
        both.code: Dong(100_000),
        partly.code: Dong(150_000),
    }
    assert only_club.code not in str(planned)
    assert planned.owed == Dong(250_000)
    left = voluntary_open(school.pk, round_id=of_round.pk, class_names=[])
    assert left == Dong(100_000)  # of both and only_club: nobody is reminded of it


def test_classes_and_ways_are_chosen_in_order(school: School, of_round: CollectionRound) -> None:
    debt(of_round, pupil(school, "Nguyễn An", "0900000011", email="an@x.vn"))
    debt(of_round, pupil(school, "Nguyễn Bình", "0900000012", class_name="4A1"))
    debt(of_round, pupil(school, "Nguyễn Châu", "số lạ", class_name="4A1"))
    assert [(m.kind, m.address) for m in _plan(of_round, MAIL, FILE).messages] == [
        (MAIL, "an@x.vn"), (FILE, "0900000012"),
    ]  # fmt: skip
    assert [d.student_name for d in _plan(of_round, MAIL, FILE).on_paper] == ["Nguyễn Châu"]
    assert [m.address for m in _plan(of_round, classes=("4A1",)).messages] == ["0900000012"]


def test_another_guardian_is_asked_when_the_payer_cannot_be_reached(
    school: School, of_round: CollectionRound, actor: Actor
) -> None:
    child = pupil(school, "Nguyễn An", "0900000011")
    guardian(child, "Bố", "0900000099")
    debt(of_round, child)
    assert [m.address for m in _plan(of_round).messages] == ["0900000011"]
    opt_out(school.pk, kind=FILE, address="0900000011", actor=actor)
    assert [(m.address, m.contact.full_name) for m in _plan(of_round).messages] == [("0900000099", "Bố")]
    opt_out(school.pk, kind=FILE, address="0900000099", actor=actor)
    assert len(_plan(of_round).on_paper) == 1


def test_children_of_one_guardian_come_in_one_message(school: School, of_round: CollectionRound, actor: Actor) -> None:
    first = pupil(school, "Nguyễn An", "0900000011")
    second = factories.student(school, "Nguyễn Bình", school_class=factories.school_class(school, "1A1"),
                               family=first.family, payer="Mẹ của Nguyễn An")  # fmt: skip
    debt(of_round, first)
    debt(of_round, second, [120_000])
    (message,) = _plan(of_round).messages
    assert (message.owed, [d.student_name for d in message.debts]) == (Dong(370_000), ["Nguyễn Bình", "Nguyễn An"])
    _ask(of_round, actor)
    _run()
    body = Delivery.objects.for_school(school).get().body
    assert "“Thu tháng 10/2026” của Nguyễn Bình, Nguyễn An: 370.000 đ, hạn nộp 20/10/2026" in body.replace(
        "\u00a0", " "
    )


def test_claimed_and_pending_ones_are_left_out(school: School, of_round: CollectionRound) -> None:
    invoice = debt(of_round, pupil(school, "Nguyễn An", "0900000011"))
    debt(of_round, pupil(school, "Nguyễn Bình", "0900000012"))
    leave_out("test", lambda school_id: {invoice.pk} if school_id == school.pk else set())
    try:
        planned = _plan(of_round)
    finally:
        del _SOURCES["test"]
    assert [m.address for m in planned.messages] == ["0900000012"]
    assert planned.held == 1


def test_a_claim_of_the_family_holds_the_reminder_back(school: School, of_round: CollectionRound) -> None:
    from truongso.banking.claims.models import PaymentClaim

    invoice = debt(of_round, pupil(school, "Nguyễn An", "0900000011"))
    PaymentClaim.objects.create(
        school=school, invoice=invoice, reference="FT1", reference_key="FT1", amount=Dong(250_000),
        paid_on=clock.today(), due_at=clock.now(), created_at=clock.now(),
    )  # fmt: skip
    assert (_plan(of_round).messages, _plan(of_round).held) == ((), 1)


def test_it_is_sent_once_and_kept_with_whom_it_reached(school: School, of_round: CollectionRound, actor: Actor) -> None:
    debt(of_round, pupil(school, "Nguyễn An", "0900000011"))
    debt(of_round, pupil(school, "Nguyễn Bình"))
    made = _ask(of_round, actor)
    _run()
    made.refresh_from_db()
    assert (made.state, made.sent_at, made.template) == ("sent", NINE, "fee_reminder_before")
    rows = ReminderTarget.objects.for_school(school).order_by("pk")
    assert [(t.way, t.owed) for t in rows] == [("file", Dong(250_000)), ("paper", Dong(250_000))]
    assert not send(school.pk, reminder_id=made.pk, actor=actor)
    assert send_scheduled() == 0
    assert Delivery.objects.for_school(school).count() == 1
    assert [(w.way.value, w.invoices, w.sent) for w in ways(made)] == [("file", 1, 1), ("paper", 1, 0)]


def test_a_scheduled_one_is_worked_out_anew_when_its_time_comes(
    school: School, of_round: CollectionRound, actor: Actor
) -> None:
    paid = debt(of_round, pupil(school, "Nguyễn An", "0900000011"))
    moved = debt(of_round, pupil(school, "Nguyễn Bình", "0900000012"))
    made = _ask(of_round, actor, send_at=NINE + dt.timedelta(days=20))
    assert made.template == "fee_reminder_after"
    assert send_scheduled() == 0
    book(school.pk, booking=money.booking((paid, 250_000)), actor=actor)
    from truongso.people.models import Guardian

    Guardian.objects.for_school(school).filter(family=moved.family_id).update(phone="0900000077")
    with clock.frozen(NINE + dt.timedelta(days=20)):
        assert send_scheduled() == 1
    (row,) = Delivery.objects.for_school(school)
    assert row.address == "0900000077"
    assert "vui lòng nộp" in row.body


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seen": 5}, "changed"),
        ({"class_names": ["9Z9"]}, "unknown_class"),
        ({"channels": []}, "no_channel"),
        ({"channels": [MAIL]}, "no_channel"),
        ({"round_id": 999_999}, "unknown_round"),
        ({"send_at": NINE + dt.timedelta(days=61)}, "too_far"),
    ],
)
def test_refusals_change_nothing(
    school: School, of_round: CollectionRound, actor: Actor, changes: dict[str, Any], code: str
) -> None:
    debt(of_round, pupil(school, "Nguyễn An", "0900000011"))
    with pytest.raises(ReminderRefusedError, match=code):
        _ask(of_round, actor, **changes)
    assert Reminder.objects.for_school(school).count() == Job.objects.count() == 0


def test_nobody_owes(of_round: CollectionRound, actor: Actor) -> None:
    with pytest.raises(ReminderRefusedError, match="nobody_owes"):
        _ask(of_round, actor)


def test_another_schools_round_is_unknown(of_round: CollectionRound, other_school: School, actor: Actor) -> None:
    channel(other_school, actor)
    with pytest.raises(ReminderRefusedError, match="unknown_round"):
        ask(other_school.pk, round_id=of_round.pk, class_names=[], channels=[FILE], send_at=clock.now(), seen=0,
            actor=actor)  # fmt: skip


def test_a_given_up_one_is_never_sent(school: School, of_round: CollectionRound, actor: Actor) -> None:
    debt(of_round, pupil(school, "Nguyễn An", "0900000011"))
    made = _ask(of_round, actor, send_at=NINE + dt.timedelta(days=1))
    cancel(school.pk, reminder_id=made.pk, reason="Đổi ý", actor=actor)
    with clock.frozen(NINE + dt.timedelta(days=2)):
        assert send_scheduled() == 0
    with pytest.raises(ReminderRefusedError, match="already_sent"):
        cancel(school.pk, reminder_id=made.pk, reason="", actor=actor)
    with pytest.raises(ReminderRefusedError, match="not_waiting"):
        approve(school.pk, reminder_id=made.pk, actor=Actor(5, "Hiệu trưởng", "web"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.for_school(school).update(state="approved")
    assert Delivery.objects.for_school(school).count() == 0


@pytest.mark.usefixtures("verify_after")
def test_the_effect_counts_money_within_seven_days(school: School, of_round: CollectionRound, actor: Actor) -> None:
    club = factories.fee_item(school, "CLB", "Câu lạc bộ", nature=FeeNature.AGREED, is_voluntary=True)
    meals = factories.fee_item(school, "AN", "Tiền ăn")
    soon = debt(of_round, pupil(school, "Nguyễn An", "0900000011"), [100_000, 50_000], [meals, club])
    part = debt(of_round, pupil(school, "Nguyễn Bình", "0900000012"), [200_000], [meals])
    late = debt(of_round, pupil(school, "Nguyễn Châu", "0900000013"), [300_000], [meals])
    back = debt(of_round, pupil(school, "Nguyễn Dung", "0900000014"), [400_000], [meals])
    paper = debt(of_round, pupil(school, "Nguyễn Em"), [500_000], [meals])
    made = _ask(of_round, actor)
    assert effect(made) == Effect(0, 0, ZERO, ZERO)
    _run()
    made.refresh_from_db()

    def pays(invoice: Any, amount: int, days: float) -> Any:
        moment = NINE + dt.timedelta(days=days)
        return book(school.pk, booking=money.booking((invoice, amount), received_at=moment), actor=actor)

    pays(soon, 150_000, 1)
    pays(part, 50_000, 6.9)
    pays(late, 300_000, 7.1)
    wrong = pays(back, 400_000, 2)
    undo(school.pk, payment_id=wrong.pk, reason="Ghi nhầm", actor=actor)
    pays(paper, 500_000, 1)
    with CaptureQueriesContext(connection) as queries:
        found = effect(made)
    assert found == Effect(reminded=4, settled=1, owed=Dong(1_000_000), paid=Dong(150_000))
    assert len(queries) == 2


def test_planning_costs_a_bounded_number_of_queries(school: School, of_round: CollectionRound) -> None:
    def used() -> int:
        with CaptureQueriesContext(connection) as queries:
            _plan(of_round)
        return len(queries)

    debt(of_round, pupil(school, "Nguyễn An", "0900000011"))
    few = used()
    for n in range(20):
        debt(of_round, pupil(school, f"Nguyễn {n}", f"09000001{n:02}"))
    assert used() == few <= 7
