"""Starting long prints and removing old ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from truongso.kernel import audit, clock, jobs
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.limits import Limit, LimitReachedError, Use, first_spent
from truongso.kernel.models import Job
from truongso.payments.models import PrintPart, PrintRun
from truongso.payments.printing.types import KEPT_DAYS, PRINT_JOB, PrintKind

LONG_PRINTS = Limit("long prints", 20, 600)
LONG_PRINTS_OF_PLACE = Limit("long prints of a place", 200, 86_400)
"""Prints in parts that one person starts in ten minutes, and all of one school in a day: each is kept for days."""


def count_print(school_id: int, *, actor: Actor) -> None:
    """Count a print that is about to be started; outside its transaction. Raises LimitReachedError for whoever starts
    one after the other."""
    spent = first_spent(
        Use(LONG_PRINTS, (actor.label, str(actor.user_id))), Use(LONG_PRINTS_OF_PLACE, (str(school_id),))
    )
    if spent is not None:
        raise LimitReachedError(spent)


@transaction_required
def start_print(
    school_id: int,
    *,
    kind: PrintKind,
    title: str,
    parts: Sequence[dict[str, Any]],
    shared: dict[str, Any],
    papers: int,
    actor: Actor,
) -> PrintRun:
    """Ask for a print in parts; each part is {"label", "papers", …} as its maker reads it, `shared` goes to all.

    What each part holds is decided now, so that a job that died and is run again makes the same parts.
    """
    now = clock.now()
    run: PrintRun = PrintRun.objects.create(
        school_id=school_id, kind=kind.value, title=title, params={"shared": shared, "parts": list(parts)},
        papers=papers, created_at=now, created_by=actor.user_id, kept_until=now + dt.timedelta(days=KEPT_DAYS),
    )  # fmt: skip
    audit.record(
        actor, "payments:print:start", school_id=school_id, subject=("print", run.public_id),
        params={"kind": kind.value, "title": title, "papers": papers},
    )  # fmt: skip
    jobs.start(
        PRINT_JOB, school_id=school_id, key=run.public_id, params={"run_id": run.pk, "actor": actor.label},
        started_by=actor.user_id,
    )  # fmt: skip
    return run


def job_of(run: PrintRun) -> Job | None:
    """The job that makes the print."""
    return Job.objects.filter(school_id=run.school_id, kind=PRINT_JOB, key=run.public_id).first()


@transaction_required
def go_on(run: PrintRun, actor: Actor) -> None:
    """Start a print that stopped again; its finished parts stay."""
    jobs.start(
        PRINT_JOB, school_id=run.school_id, key=run.public_id, params={"run_id": run.pk, "actor": actor.label},
        started_by=actor.user_id,
    )  # fmt: skip


@transaction_required
def remove_old() -> int:
    """Remove prints whose days are over; how many."""
    old = PrintRun.objects.across_schools("prints of every school are removed in time").filter(
        kept_until__lt=clock.now()
    )
    ids = list(old.values_list("pk", flat=True)[:100])
    PrintPart.objects.across_schools("parts of the prints above").filter(run_id__in=ids).delete()
    old.filter(pk__in=ids).delete()
    return len(ids)
