"""Rows sent ahead of their answers are the same rows; what the database refuses takes all of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from truongso.kernel import audit, clock, outbox, sending
from truongso.kernel.actor import Actor
from truongso.kernel.bulk import insert_many
from truongso.kernel.db import retrying
from truongso.kernel.models import AuditEntry, OutboxDelivery, OutboxEvent, Tally
from truongso.kernel.sending import draw_ids, sending_ahead, when_answered
from truongso.payments.events import PaymentBooked

pytestmark = pytest.mark.django_db
MANY = sending.FEW_ROWS


@pytest.fixture(autouse=True)
def in_transaction() -> None:
    assert connection.in_atomic_block


def _events(count: int) -> list[OutboxEvent]:
    now = clock.now()
    return [
        OutboxEvent(school_id=7, topic=f"t{n}", version=1, payload={"n": n, "said": '"a" \\ %s'}, created_at=now)
        for n in range(count)
    ]


def test_drawn_rows_know_their_ids_at_once_and_the_others_in_the_end() -> None:
    drawn, others = _events(MANY), _events(3)
    with sending_ahead(MANY):
        draw_ids({OutboxEvent: MANY})
        draw_ids({OutboxEvent: MANY})  # are there already
        insert_many(drawn)
        ids = [row.pk for row in drawn]
        insert_many(others)
    assert None not in ids
    assert ids == sorted(set(ids))
    assert [row.pk for row in drawn] == ids
    assert [row.pk for row in others] == sorted({row.pk for row in others} - set(ids))
    stored = OutboxEvent.objects.in_bulk([*ids, *(row.pk for row in others)])
    assert [(stored[row.pk].topic, stored[row.pk].payload) for row in [*drawn, *others]] == [
        (row.topic, row.payload) for row in [*drawn, *others]
    ]


def test_what_waits_for_the_answers_comes_last_and_sees_every_row() -> None:
    seen: list[int] = []
    with sending_ahead(MANY):
        when_answered(lambda: seen.append(OutboxEvent.objects.count()))
        insert_many(_events(MANY))
    before = [MANY] if connection.vendor == "postgresql" else [0]
    assert seen == before
    when_answered(lambda: seen.append(-1))
    assert seen == [*before, -1]


def test_deliveries_of_events_sent_ahead_point_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "handlers", lambda: {PaymentBooked.topic: {"a": print, "b": print}})
    event = PaymentBooked(
        school_id=7, payment_id=1, family_id=1, invoice_ids=[1], amount=1_000, method="cash", received_on="2026-09-05"
    )
    with sending_ahead(MANY):
        outbox.emit(*[event] * MANY)
    assert OutboxDelivery.objects.count() == 2 * MANY
    assert set(OutboxDelivery.objects.values_list("event_id", flat=True)) == set(
        OutboxEvent.objects.values_list("pk", flat=True)
    )


def test_the_head_of_the_audit_chain_is_taken_early_and_the_chain_goes_on() -> None:
    actor = Actor(user_id=None, label="test", channel="cli")
    acts = [audit.Act("kernel:event:test", "event", str(n)) for n in range(MANY)]
    audit.record_many(actor, school_id=7, acts=acts[:2])
    with sending_ahead(MANY):
        audit.hold(7)
        insert_many(_events(MANY))
        audit.record_many(actor, school_id=7, acts=acts)
        audit.record_many(actor, school_id=7, acts=acts[:1])
    entries = AuditEntry.objects.filter(school_id=7).order_by("seq")
    assert [row.seq for row in entries] == list(range(1, MANY + 4))
    assert audit.first_broken(entries) is None
    assert audit.place(7) == (MANY + 3, entries[MANY + 2].hash)
    assert audit.place(8) == (0, "")


def _refused() -> None:
    now = clock.now()
    with transaction.atomic(), sending_ahead(MANY):
        insert_many([Tally(key="a", count=1, ends_at=now), Tally(key="a", count=1, ends_at=now)])
        insert_many(_events(MANY))


def _broken_off() -> None:
    with transaction.atomic(), sending_ahead(MANY):
        insert_many(_events(MANY))
        raise KeyError("lost")


@pytest.mark.parametrize(("act", "error"), [(_refused, IntegrityError), (_broken_off, KeyError)])
def test_what_fails_inside_is_told_by_the_end_of_the_block_and_nothing_stays(
    act: Callable[[], None], error: type[Exception]
) -> None:
    with pytest.raises(error):
        act()
    assert Tally.objects.count() == OutboxEvent.objects.count() == 0
    assert sending.present() is None
    assert len(insert_many(_events(2))) == OutboxEvent.objects.count()  # the connection works on


@pytest.mark.postgres
def test_a_deadlock_that_is_told_late_is_known_as_one_and_tried_again() -> None:
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        with transaction.atomic(), sending_ahead(MANY):
            if len(tries) == 1:
                connection.cursor().execute("DO $$ BEGIN RAISE deadlock_detected; END $$")
            insert_many(_events(MANY))
            audit.hold(7)
            audit.record_many(Actor(user_id=None, label="test", channel="cli"), school_id=7, acts=[])
            outbox.emit()
            sending.present().answer(("audit head", 7))  # type: ignore[union-attr]  # the first wait for an answer

    retrying(work)
    assert len(tries) == 2
    assert OutboxEvent.objects.count() == MANY


def test_few_rows_are_not_worth_it() -> None:
    with sending_ahead(MANY - 1):
        assert sending.present() is None
    with sending_ahead(MANY):
        assert (sending.present() is not None) == (connection.vendor == "postgresql")
        with sending_ahead(MANY):
            insert_many(_events(1))
    assert OutboxEvent.objects.count() == 1
