"""Erasing a child's data: what would go and what stays is shown first, one person proposes, another decides.

The proof in the audit chain names tables and counts, never the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.personal_data import Child, Fate, Text, holdings, obstacles
from truongso.organizations.public import lock_school
from truongso.people.family_accounts.services import end_what_is_over
from truongso.people.models import DataRequest, Erasure, Student
from truongso.people.privacy.queries import child_of, holds_on
from truongso.people.privacy.types import DataRequestState, ErasureState, PrivacyRefusedError
from truongso.people.types import StudentStatus


@dataclass(frozen=True, slots=True)
class Part:
    """One table in the preview: how many rows, what becomes of them and why."""

    label: str
    title: Text
    count: int
    fate: Fate
    because: Text


@dataclass(frozen=True, slots=True)
class Preview:
    """What an erasure would do, and what stands against it now, in words."""

    parts: tuple[Part, ...]
    against: tuple[str, ...]
    holds: tuple[str, ...]
    is_studying: bool

    @property
    def goes(self) -> list[Part]:
        return [one for one in self.parts if one.fate is not Fate.KEPT and one.count]

    @property
    def stays(self) -> list[Part]:
        return [one for one in self.parts if one.fate is Fate.KEPT and one.count]

    @property
    def may(self) -> bool:
        return not (self.against or self.holds or self.is_studying)


def preview(student: Student) -> Preview:
    """What an erasure of the pupil's data would do; about one query per table."""
    child = child_of(student)
    parts = tuple(Part(h.label, h.title, _count(h, child), h.fate, h.because) for h in holdings())
    held = tuple(str(one.number) for one in holds_on(student.school_id, student.pk))
    return Preview(parts, tuple(obstacles(child)), held, student.status == StudentStatus.STUDYING.value)


@transaction_required
def propose(*, actor: Actor, student: Student, reason: str, request: DataRequest | None = None) -> Erasure:
    """Propose to erase a pupil's data.

    Raises PrivacyRefusedError: reason_missing · already_proposed · already_erased · still_studying · held · obstacle.
    """
    if not reason.strip():
        raise PrivacyRefusedError("reason_missing")
    if request is not None and request.state != DataRequestState.GRANTED.value:
        raise PrivacyRefusedError("not_granted")
    rows = Erasure.objects.for_school(student.school_id).filter(student=student)
    if rows.filter(state=ErasureState.PROPOSED.value).exists():
        raise PrivacyRefusedError("already_proposed")
    if rows.filter(state=ErasureState.DONE.value).exists():
        raise PrivacyRefusedError("already_erased")
    _refuse_if_not_now(student)
    made: Erasure = Erasure.objects.create(
        school_id=student.school_id, student=student, request=request, reason=reason.strip()[:300],
        proposed_at=clock.now(), proposed_by=actor.user_id,
    )  # fmt: skip
    _record(actor, made, "propose", {}, made.reason)
    return made


@transaction_required
def approve(*, actor: Actor, erasure: Erasure) -> Erasure:
    """Erase; what was erased cannot come back. The school is held first: a hold or a roster that comes meanwhile waits,
    and one that came before is seen.

    Raises PrivacyRefusedError: not_waiting · same_person · still_studying · held · obstacle.
    """
    lock_school(erasure.school)
    row = _locked(erasure)
    if row.proposed_by == actor.user_id:
        raise PrivacyRefusedError("same_person")
    student = row.student
    _refuse_if_not_now(student)
    end_what_is_over(row.school_id)  # the clock may not have come by since the pupil left
    child = child_of(student)
    kept = {h.label: n for h in holdings() if h.erase is None and (n := _count(h, child))}
    # Upper rooms and later tables first: they find their rows by what the lower ones forget.
    changed = {h.label: h.erase(child) for h in reversed(holdings()) if h.erase is not None}
    row.counts = {"changed": {label: n for label, n in changed.items() if n}, "kept": kept}
    row.state, row.decided_at, row.decided_by = ErasureState.DONE.value, clock.now(), actor.user_id
    row.save()
    _record(actor, row, "erase", row.counts, row.reason)
    if row.request_id is not None:
        DataRequest.objects.for_school(row.school_id).filter(
            pk=row.request_id, state=DataRequestState.GRANTED.value
        ).update(state=DataRequestState.DONE.value, done_at=clock.now(), done_by=actor.user_id)
    return row


@transaction_required
def reject(*, actor: Actor, erasure: Erasure, reason: str) -> Erasure:
    """Leave everything as it is. Raises PrivacyRefusedError reason_missing, not_waiting."""
    if not reason.strip():
        raise PrivacyRefusedError("reason_missing")
    row = _locked(erasure)
    row.state, row.decided_at, row.decided_by = ErasureState.REFUSED.value, clock.now(), actor.user_id
    row.decision_reason = reason.strip()[:300]
    row.save()
    _record(actor, row, "reject", {}, row.decision_reason)
    return row


def _refuse_if_not_now(student: Student) -> None:
    found = preview(student)
    if found.is_studying:
        raise PrivacyRefusedError("still_studying")
    if found.holds:
        raise PrivacyRefusedError("held", number=", ".join(found.holds))
    if found.against:
        raise PrivacyRefusedError("obstacle", what=" ".join(found.against))


def _count(holding: Any, child: Child) -> int:
    return len(holding.read(child)) if holding.read else int(holding.rows(child).count())


def _locked(erasure: Erasure) -> Erasure:
    rows = Erasure.objects.for_school(erasure.school_id).select_for_update(of=("self",))
    found: Erasure = rows.select_related("student", "school").get(pk=erasure.pk)
    if found.state != ErasureState.PROPOSED.value:
        raise PrivacyRefusedError("not_waiting")
    return found


def _record(actor: Actor, row: Erasure, verb: str, params: dict[str, Any], reason: str = "") -> None:
    audit.record(
        actor, f"people:erasure:{verb}", school_id=row.school_id, subject=("student", row.student.public_id),
        params=params, reason=reason,
    )  # fmt: skip
