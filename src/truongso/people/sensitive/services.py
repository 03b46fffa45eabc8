"""Keeping sealed facts and opening them for a person."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from truongso.accounts.types import Role
from truongso.kernel import audit, clock, origin
from truongso.kernel.actor import Actor
from truongso.kernel.bulk import new_row
from truongso.kernel.db import transaction_required
from truongso.kernel.school_keys import Keyring, keyring_for_writing, place_of
from truongso.people.models import Guardianship, Student
from truongso.people.sensitive.models import AccessEntry, SensitiveFact
from truongso.people.sensitive.queries import Facts, facts_of
from truongso.people.sensitive.types import FactKind, SeenKind, SensitiveError

_LONGEST_REASON = 300


@transaction_required
def keep_facts(school_id: int, wanted: Mapping[int, Facts]) -> dict[int, list[FactKind]]:
    """Seal facts of pupils, by pupil; "" takes a fact away, a kind that is not named stays. Returns what changed.

    The caller records the act: without values, which stand in no audit entry.
    Raises SensitiveError `number_taken` when another pupil of the school has the personal number.
    """
    known = facts_of(school_id, wanted.keys())
    changed = {
        student: kinds
        for student, facts in wanted.items()
        if (kinds := [kind for kind, text in facts.items() if text != known.get(student, {}).get(kind, "")])
    }
    if not changed:
        return {}
    ring = keyring_for_writing(school_id)
    touched = list(SensitiveFact.objects.for_school(school_id).filter(student_id__in=changed))
    rows = {(row.student_id, FactKind(row.kind)): row for row in touched}
    gone = [rows[key].pk for key in _pairs(changed) if key in rows and not wanted[key[0]][key[1]]]
    SensitiveFact.objects.for_school(school_id).filter(pk__in=gone).delete()
    kept = [key for key in _pairs(changed) if wanted[key[0]][key[1]]]
    _refuse_taken(school_id, ring, {student: wanted[student][kind] for student, kind in kept if _is_number(kind)})
    fresh = []
    for student, kind in kept:
        row = rows.get((student, kind))
        is_new = row is None
        row = row or SensitiveFact(school_id=school_id, student_id=student, kind=kind.value)
        _fill(row, ring, wanted[student][kind])
        if is_new:
            fresh.append(row)
        else:
            row.save(update_fields=["value", "blind", "changed_at"])
    SensitiveFact.objects.bulk_create(fresh)
    return changed


@transaction_required
def open_facts(
    *, actor: Actor, role: Role, student: Student, seen: Collection[SeenKind], reason: str
) -> dict[FactKind, str]:
    """What is kept of a pupil of these kinds, for one person to see now; the opening is recorded first, guardians'
    numbers (which the caller shows) too.

    Whether the person may is asked before, by the page's permission. Raises SensitiveError `reason_missing`.
    """
    record_access(actor=actor, role=role, student=student, seen=seen, reason=reason)
    asked = {kind.value for kind in seen}
    facts = facts_of(student.school_id, [student.pk]).get(student.pk, {})
    return {kind: facts[kind] for kind in FactKind if kind.value in asked and kind in facts}


@transaction_required
def record_access(*, actor: Actor, role: Role, student: Student, seen: Iterable[SeenKind], reason: str) -> AccessEntry:
    """Write down that somebody looks at sensitive data of a pupil: for the family, the principal and the audit trail.

    Raises SensitiveError `reason_missing` for a blank reason; then nothing is written.
    """
    said = " ".join(reason.split())[:_LONGEST_REASON]
    if not said or actor.user_id is None:
        raise SensitiveError("reason_missing")
    words = [kind.value for kind in seen]
    entry: AccessEntry = AccessEntry.objects.create(
        school_id=student.school_id, student=student, user_id=actor.user_id, user_name=actor.label, role=role.value,
        seen=words, reason=said, at=clock.now(), request_id=origin.present().request_id,
    )  # fmt: skip
    audit.record(
        actor, "people:sensitive:open", school_id=student.school_id, subject=("student", student.public_id),
        params={"seen": words, "role": role.value}, reason=said,
    )  # fmt: skip
    return entry


@transaction_required
def record_whole_school(*, actor: Actor, role: Role, school_id: int, reason: str) -> int:
    """Write down that somebody takes out what is sensitive of every pupil at once: an entry for each, which its family
    reads; of how many. The caller records the act. 3 queries."""
    seen: dict[int, set[SeenKind]] = defaultdict(set)
    for student_id, kind in SensitiveFact.objects.for_school(school_id).values_list("student_id", "kind"):
        seen[student_id].add(SeenKind(kind))
    for link in Guardianship.objects.for_school(school_id).select_related("guardian"):
        if link.guardian.phones:
            seen[link.student_id].add(SeenKind.GUARDIAN_PHONE)
    said, now = " ".join(reason.split())[:_LONGEST_REASON], clock.now()
    AccessEntry.objects.bulk_create(
        new_row(
            AccessEntry, school_id=school_id, student_id=student_id, user_id=actor.user_id, user_name=actor.label,
            role=role.value, seen=[kind.value for kind in SeenKind if kind in kinds], reason=said, at=now,
            request_id=origin.present().request_id,
        )
        for student_id, kinds in seen.items()
    )  # fmt: skip
    return len(seen)


@transaction_required
def edit_facts(*, actor: Actor, student: Student, facts: Facts, reason: str) -> list[FactKind]:
    """Correct facts of one pupil by hand; returns the kinds that changed.

    Raises SensitiveError `number_taken` and `reason_missing`.
    """
    if not reason.strip():
        raise SensitiveError("reason_missing")
    changed = keep_facts(student.school_id, {student.pk: facts}).get(student.pk, [])
    if changed:
        audit.record(
            actor, "people:sensitive:edit", school_id=student.school_id, subject=("student", student.public_id),
            params={"kinds": [kind.value for kind in changed]}, reason=reason,
        )  # fmt: skip
    return changed


@transaction_required
def forget_facts(school_id: int, student_id: int) -> int:
    """Take away every sealed fact of a pupil (erasure); returns how many there were. The caller records the act."""
    return int(SensitiveFact.objects.for_school(school_id).filter(student_id=student_id).delete()[0])


def forget_old_accesses(school_id: int, before: dt.datetime) -> int:
    """Take away access entries older than their term; the database keeps those younger than 24 months."""
    return int(AccessEntry.objects.for_school(school_id).filter(at__lt=before).delete()[0])


def _pairs(changed: Mapping[int, list[FactKind]]) -> list[tuple[int, FactKind]]:
    return [(student, kind) for student, kinds in changed.items() for kind in kinds]


def _is_number(kind: FactKind) -> bool:
    return kind is FactKind.PERSONAL_NUMBER


def _fill(row: SensitiveFact, ring: Keyring, text: str) -> None:
    row.value = ring.seal_text(text, place=place_of(row, "value"))
    row.blind = ring.blind(text) if _is_number(FactKind(row.kind)) else ""
    row.changed_at = clock.now()


def _refuse_taken(school_id: int, ring: Keyring, numbers: Mapping[int, str]) -> None:
    """One number, one pupil: within what is written, and against what is kept."""
    if len(set(numbers.values())) < len(numbers):
        raise SensitiveError("number_taken")
    blinds = {ring.blind(number): student for student, number in numbers.items()}
    owners = SensitiveFact.objects.for_school(school_id).filter(blind__in=blinds).values_list("blind", "student_id")
    if any(blinds[blind] != student for blind, student in owners):
        raise SensitiveError("number_taken")
