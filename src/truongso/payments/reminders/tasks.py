"""Sending reminders: at once by the worker, scheduled ones by the clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import retrying, transaction
from truongso.kernel.jobs import Progress, Runner
from truongso.payments.models import Reminder
from truongso.payments.reminders.services import REMIND_JOB, send
from truongso.payments.reminders.types import ReminderState


def send_one(progress: Progress) -> dict[str, Any]:
    """Send one approved reminder."""
    params = progress.job.params
    actor = Actor(user_id=progress.job.started_by, label=str(params["actor"]), channel="worker")
    return {"sent": _send(progress.job.school_id, int(params["reminder_id"]), actor)}


def send_scheduled() -> int:
    """Send approved reminders whose time has come; how many."""
    rows = Reminder.objects.across_schools("the clock asks for every school")
    due = rows.filter(state=ReminderState.APPROVED.value, send_at__lte=clock.now())
    actor = Actor.system("reminders")
    return sum(_send(school_id, pk, actor) for pk, school_id in list(due.order_by("pk").values_list("pk", "school_id")))


def _send(school_id: int, reminder_id: int, actor: Actor) -> bool:
    def act() -> bool:
        with transaction():
            return send(school_id, reminder_id=reminder_id, actor=actor)

    return retrying(act)


JOBS: dict[str, Runner] = {REMIND_JOB: send_one}
TICKS: dict[str, Callable[[], int]] = {"payments.send_reminders": send_scheduled}
