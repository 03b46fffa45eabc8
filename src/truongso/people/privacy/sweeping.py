"""Taking away what is over its term: looked at beforehand, done by night, proved in the audit chain."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from truongso.kernel import audit, clock, jobs, retention
from truongso.kernel.actor import Actor
from truongso.kernel.db import retrying, transaction, transaction_required
from truongso.kernel.jobs import Progress
from truongso.kernel.models import Job
from truongso.kernel.retention import Rule, Term
from truongso.organizations.public import School, lock_school
from truongso.people.models import RetentionTerm
from truongso.people.privacy.queries import is_held
from truongso.people.privacy.types import PrivacyRefusedError

SWEEP_JOB = "people.retention"
_ACTOR = Actor.system("retention")
_FROM_HOUR = 2
_SCHOOLS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Due:
    """One rule at a school: its term, and how many rows are over it now (None: nothing is taken away)."""

    rule: Rule
    term: Term
    days: int
    document: str
    count: int | None


def report(school_id: int) -> list[Due]:
    """What would go now, rule by rule; nothing is changed. About one query per rule."""
    own = {row.code: row for row in RetentionTerm.objects.for_school(school_id)}
    found = []
    for rule in retention.rules():
        term, set_by_school = retention.terms()[rule.code], own.get(rule.code)
        days = set_by_school.days if set_by_school else term.days
        count = rule.due(school_id, retention.limit(days)) if rule.due and rule.purge else None
        found.append(Due(rule, term, days, set_by_school.document if set_by_school else "", count))
    return found


@transaction_required
def set_term(*, actor: Actor, school: School, code: str, days: int, document: str) -> RetentionTerm:
    """The school keeps one kind for so many days. Raises PrivacyRefusedError unknown_rule, bad_days, reason_missing."""
    rule = next((one for one in retention.rules() if one.code == code and one.purge is not None), None)
    if rule is None:
        raise PrivacyRefusedError("unknown_rule")
    term = retention.terms()[code]
    if not term.least <= days <= term.most:
        raise PrivacyRefusedError("bad_days", least=term.least, most=term.most)
    if not document.strip():
        raise PrivacyRefusedError("reason_missing")
    row, _made = RetentionTerm.objects.for_school(school).update_or_create(
        school=school, code=code,
        defaults={
            "days": days, "document": document.strip()[:120], "updated_at": clock.now(), "updated_by": actor.user_id,
        },
    )  # fmt: skip
    audit.record(
        actor, "people:retention:set", school_id=school.pk, subject=("retention", code),
        params={"days": days, "document": row.document},
    )  # fmt: skip
    found: RetentionTerm = row
    return found


def sweep(school_id: int) -> dict[str, int]:
    """Take away what is over its term, in parts of their own; counts by rule. Nothing while anything is on hold, and
    no further part once something is."""
    counts: dict[str, int] = {}
    for one in report(school_id):
        if one.count and (done := _purged(school_id, one)):
            counts[one.rule.code] = done
    return counts


def _purged(school_id: int, one: Due) -> int:
    """All parts of one rule; each part leaves its proof in the transaction that took it away."""
    total = 0
    while part := retrying(partial(_part, school_id, one)):
        total += part
    return total


def _part(school_id: int, one: Due) -> int:
    purge, before = one.rule.purge, retention.limit(one.days)
    if purge is None:
        return 0
    with transaction():
        lock_school(School(pk=school_id))  # whoever sets a hold holds the school too
        part = 0 if is_held(school_id) else purge(school_id, before)
        if part:
            audit.record(
                _ACTOR, "people:retention:sweep", school_id=school_id, subject=("retention", one.rule.code),
                params={"count": part, "days": one.days, "before": before.date().isoformat()},
            )  # fmt: skip
    return part


def run_sweep(progress: Progress) -> dict[str, Any]:
    """The job of one night at one school."""
    counts = sweep(progress.job.school_id)
    return {"counts": counts, "held": is_held(progress.job.school_id)}


def start_sweeps() -> int:
    """Start tonight's work at schools where it has not begun; from two o'clock on, some at a time."""
    if clock.now().astimezone(clock.SCHOOL_TIME).hour < _FROM_HOUR:
        return 0
    night = clock.today().isoformat()
    begun = Job.objects.filter(kind=SWEEP_JOB, key=night).values("school_id")
    waiting = list(School.objects.exclude(pk__in=begun).values_list("pk", flat=True)[:_SCHOOLS_AT_ONCE])
    for school_id in waiting:
        with transaction():
            jobs.start(SWEEP_JOB, school_id=school_id, key=night, params={}, started_by=None)
    return len(waiting)
