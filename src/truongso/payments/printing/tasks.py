"""Long prints, made by the worker part by part."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from truongso.kernel.actor import Actor
from truongso.kernel.db import retrying, transaction
from truongso.kernel.jobs import Progress, Runner
from truongso.organizations.public import School
from truongso.payments.models import PrintPart, PrintRun
from truongso.payments.printing.makers import MAKERS
from truongso.payments.printing.services import remove_old
from truongso.payments.printing.types import PRINT_JOB, PrintKind


def make_print(progress: Progress) -> dict[str, Any]:
    """Make the parts that are not there yet; run again after a crash it goes on where it stopped."""
    school_id, params = progress.job.school_id, progress.job.params
    run: PrintRun = PrintRun.objects.for_school(school_id).get(pk=int(params["run_id"]))
    actor = Actor(user_id=progress.job.started_by, label=str(params["actor"]), channel="worker")
    school = School.objects.get(pk=school_id)
    there = set(PrintPart.objects.for_school(school_id).filter(run=run).values_list("number", flat=True))
    progress.set_total(run.papers)
    done = 0
    for number, part in enumerate(run.params["parts"], start=1):
        if number not in there:
            make = partial(
                MAKERS[PrintKind(run.kind)],
                school,
                run.params["shared"],
                part,
                actor,
                partial(_keep, run, number, part),
            )
            retrying(make)
        done += int(part["papers"])
        progress.at(done)
    return {"parts": len(run.params["parts"]), "papers": run.papers}


def _keep(run: PrintRun, number: int, part: dict[str, Any], content: bytes) -> None:
    """Store a part, in the maker's transaction. When another worker was faster, the unique key undoes the whole."""
    PrintPart.objects.create(
        school_id=run.school_id, run=run, number=number, label=str(part["label"])[:120], papers=int(part["papers"]),
        content=content,
    )  # fmt: skip


def remove_old_prints() -> int:
    """Remove prints whose days are over."""
    with transaction():
        return remove_old()


JOBS: dict[str, Runner] = {PRINT_JOB: make_print}
TICKS: dict[str, Callable[[], int]] = {"payments.remove_old_prints": remove_old_prints}
