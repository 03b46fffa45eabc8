"""Long work with progress: started from a page or command, run by the worker, safe to start twice.

Rooms list runners in `tasks.py` as `JOBS: dict[kind, runner]`; a runner takes a `Progress` and works in bounded
transactions of its own, so that a killed worker continues where it stopped. The queue is django-tasks' database
backend; this table holds what people see: how far, what came out, what went wrong.
"""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.util
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from truongso.kernel import audit_heads, clock, disk_room, limits, outbox, scope
from truongso.kernel.db import after_commit, transaction_required
from truongso.kernel.models import Job
from truongso.kernel.types import JobState

WAITING, RUNNING, DONE, FAILED = (s.value for s in JobState)
KEPT = dt.timedelta(days=90)
"""How long a job that was done is kept, so that the same act is not started twice."""
_STALE_AFTER = dt.timedelta(minutes=2)
log = logging.getLogger("truongso.jobs")


class JobRefusedError(Exception):
    """The work cannot be done as asked; the text is shown to the person who started it."""


@dataclass
class Progress:
    """The runner's view of its job."""

    job: Job

    def set_total(self, total: int) -> None:
        """How many units there are in all."""
        Job.objects.filter(pk=self.job.pk).update(total=total, updated_at=clock.now())

    def at(self, done: int) -> None:
        """How many units are finished."""
        Job.objects.filter(pk=self.job.pk).update(done=done, updated_at=clock.now())


Runner = Callable[[Progress], dict[str, Any]]


@cache
def runners() -> dict[str, Runner]:
    """kind → runner of all installed rooms."""
    found: dict[str, Runner] = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.tasks"
        if config.name.startswith("truongso.") and importlib.util.find_spec(name):
            found.update(importlib.import_module(name).JOBS)
    return found


@cache
def ticks() -> dict[str, Callable[[], int]]:
    """What rooms want done by the clock: `TICKS` in their `tasks.py`, name → function returning how much it did."""
    found: dict[str, Callable[[], int]] = {
        "kernel.wake_stale_jobs": wake_stale,
        "kernel.forget_limits": limits.forget_ended,
        "kernel.keep_audit_heads": audit_heads.keep_due,
        "kernel.watch_disks": disk_room.watch,
        "kernel.forget_events": outbox.forget_done,
        "kernel.forget_results": forget_results,
        "kernel.forget_jobs": forget_done,
    }
    for config in apps.get_app_configs():
        name = f"{config.name}.tasks"
        if config.name.startswith("truongso.") and importlib.util.find_spec(name):
            found.update(getattr(importlib.import_module(name), "TICKS", {}))
    return found


def wake_stale() -> int:
    """Hand jobs whose worker died to the queue again; returns how many."""
    old = clock.now() - _STALE_AFTER
    stale = Job.objects.filter(state__in=[RUNNING, WAITING], updated_at__lt=old).values_list("pk", "state")
    woken = 0
    for job_id, state in list(stale):
        claimed = Job.objects.filter(pk=job_id, state=state, updated_at__lt=old)
        if claimed.update(state=WAITING, updated_at=clock.now()):
            run_job.enqueue(job_id)
            woken += 1
    return woken


def forget_results() -> int:
    """Remove what the queue noted of work that ended `outbox.KEPT` ago; how many."""
    old = DBTaskResult.objects.filter(finished_at__lt=clock.now() - outbox.KEPT)
    return int(old.delete()[0])


def forget_done() -> int:
    """Delete a part of the jobs that were done `KEPT` ago; how many. What they made has rows of its own. Those that
    failed stay: somebody has yet to start them again."""
    old = Job.objects.filter(state=DONE, finished_at__lt=clock.now() - KEPT).order_by("pk")
    return int(Job.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:1000])).delete()[0])


@transaction_required
def start(kind: str, *, school_id: int, key: str, params: dict[str, Any], started_by: int | None) -> Job:
    """Create the job, or find the one already there, and hand it to the worker when the transaction commits.

    A failed job, or one whose worker died (no progress for two minutes), is started again.
    """
    if kind not in runners():
        raise ValueError(f"no runner for {kind}")
    now = clock.now()
    scope.name_place(school_id)
    job, created = Job.objects.get_or_create(
        school_id=school_id, kind=kind, key=key,
        defaults={"params": params, "started_by": started_by, "created_at": now, "updated_at": now},
    )  # fmt: skip
    stale = job.state == RUNNING and job.updated_at < now - _STALE_AFTER
    if created or job.state == FAILED or stale:
        Job.objects.filter(pk=job.pk).update(state=WAITING, error="", params=params, updated_at=now)
        job.refresh_from_db()
        job_id = job.pk
        after_commit(lambda: run_job.enqueue(job_id))
    return job


def run(job_id: int) -> Job:
    """Run one waiting job to its end, within the scope of its school; returns it. A job that another worker has taken
    is left alone."""
    with scope.every_school("the queue of all schools is worked off by one worker"):
        taken = Job.objects.filter(pk=job_id, state=WAITING).update(state=RUNNING, updated_at=clock.now())
        job = Job.objects.get(pk=job_id)
    if taken:
        with scope.at_school(job.school_id):
            _run_taken(job)
    return job


def _run_taken(job: Job) -> None:
    try:
        result = runners()[job.kind](Progress(job))
        outcome: dict[str, Any] = {"state": DONE, "result": result, "error": ""}
    except JobRefusedError as refusal:
        outcome = {"state": FAILED, "error": str(refusal)[:300]}
    except Exception as error:
        log.exception("job %s of school %s failed", job.kind, job.school_id)
        outcome = {"state": FAILED, "error": type(error).__name__}
    now = clock.now()
    Job.objects.filter(pk=job.pk).update(**outcome, updated_at=now, finished_at=now)
    job.refresh_from_db()


@task()
def run_job(job_id: int) -> None:
    """django-tasks entry: the worker runs the job row."""
    run(job_id)
