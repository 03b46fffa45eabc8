"""Queues keep what was done for days, as the register of data says, and what waits as long as it waits."""

from __future__ import annotations

import datetime as dt

import pytest
from django_tasks_db.models import DBTaskResult

from truongso.kernel import clock, jobs, outbox
from truongso.kernel.models import Job, OutboxDelivery, OutboxEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


def _event(days: int, *done: bool) -> int:
    now = clock.now()
    event = OutboxEvent.objects.create(
        school_id=1, topic="test.done", version=1, payload={}, created_at=now - dt.timedelta(days=days)
    )
    for number, one in enumerate(done):
        OutboxDelivery.objects.create(
            event=event, handler=f"h{number}", next_attempt_at=now, done_at=now if one else None
        )
    return int(event.pk)


def test_events_go_once_they_are_old_and_nobody_waits() -> None:
    _event(31), _event(31, True, True)
    kept = [_event(31, True, False), _event(29, True), _event(29)]
    assert "kernel.forget_events" in jobs.ticks()
    assert (outbox.forget_done(), outbox.forget_done()) == (2, 0)
    assert list(OutboxEvent.objects.order_by("pk").values_list("pk", flat=True)) == kept
    assert OutboxDelivery.objects.count() == 3


def test_results_of_ended_work_go_and_work_to_do_stays() -> None:
    ended = [clock.now() - dt.timedelta(days=days) for days in (31, 29)]
    for finished in (*ended, None):
        DBTaskResult.objects.create(
            args_kwargs={"args": [], "kwargs": {}}, task_path="truongso.kernel.jobs.run_job", finished_at=finished,
            backend_name="default", exception_class_path="", traceback="", run_after=clock.now(),
        )  # fmt: skip
    assert "kernel.forget_results" in jobs.ticks()
    assert (jobs.forget_results(), jobs.forget_results()) == (1, 0)
    assert sorted(str(one) for one in DBTaskResult.objects.values_list("finished_at", flat=True)) == sorted(
        str(one) for one in (ended[1], None)
    )


def test_jobs_that_were_done_go_and_failed_ones_wait_to_be_started_again() -> None:
    now = clock.now()
    for number, (state, days) in enumerate([("done", 91), ("done", 89), ("failed", 400), ("waiting", None)]):
        ended = now - dt.timedelta(days=days) if days else None
        Job.objects.create(
            school_id=1, kind="test", key=str(number), state=state, created_at=now, updated_at=now, finished_at=ended
        )
    assert "kernel.forget_jobs" in jobs.ticks()
    assert (jobs.forget_done(), jobs.forget_done()) == (1, 0)
    assert [*Job.objects.order_by("key").values_list("key", flat=True)] == ["1", "2", "3"]
