"""Long work of fees, run by the worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError

from truongso.fees.messages import refusal_text
from truongso.fees.models import Invoice, InvoiceLine
from truongso.fees.queries.rounds import round_by_id
from truongso.fees.services.issue import CHUNK, JOB_KIND, Issued, issue_chunk, owing_students
from truongso.fees.types import FeesRefusedError
from truongso.kernel.actor import Actor
from truongso.kernel.collector import resting_collector
from truongso.kernel.db import parts, refresh_statistics, retrying, transaction
from truongso.kernel.jobs import JobRefusedError, Progress, Runner
from truongso.ledger.public import books

_TRIES = 3
_CODE_KEYS = ("fees_invoice_code", "fees_invoice.code")  # as PostgreSQL and SQLite name the unique key


def issue_round(progress: Progress) -> dict[str, Any]:
    """Issue every invoice of a started round, chunk by chunk; what is there already stays as it is.

    The chunks of a round are the same in every run, so that a run after a crash finds whole chunks done. The first
    one of many is small: after it the planner knows the tables.
    """
    school_id, params = progress.job.school_id, progress.job.params
    round_id = int(params["round_id"])
    actor = Actor(user_id=progress.job.started_by, label=str(params["actor"]), channel="worker")
    students = owing_students(school_id, round_id)
    progress.set_total(len(students))
    for start, end in parts(len(students), CHUNK):
        _issue(school_id, round_id, students[start:end], actor)
        if start == 0 and end < len(students):
            refresh_statistics(Invoice, InvoiceLine, *books())
        progress.at(end)
    figures = round_by_id(school_id, round_id)
    return {"invoices": figures.invoices, "amount": figures.total.value}


def _issue(school_id: int, round_id: int, students: Sequence[int], actor: Actor) -> Issued:
    """One chunk in one transaction, again when another round drew one of its new codes at the same moment."""

    def attempt() -> Issued:
        with resting_collector(), transaction():
            return issue_chunk(school_id, round_id=round_id, student_ids=students, actor=actor)

    for tried in range(1, _TRIES + 1):
        try:
            return retrying(attempt)
        except FeesRefusedError as refusal:
            raise JobRefusedError(refusal_text(refusal)) from refusal
        except IntegrityError as error:
            if "period is closed" in str(error):
                raise JobRefusedError(refusal_text(FeesRefusedError("period_closed"))) from error
            drew_a_used_code = any(name in str(error) for name in _CODE_KEYS)
            if not drew_a_used_code or tried == _TRIES:
                raise
    raise AssertionError("unreachable")


JOBS: dict[str, Runner] = {JOB_KIND: issue_round}
