"""What an import would do: new, changed field by field, unchanged, refused.

Deciding only, nothing is written.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from truongso.people.roster.duplicates import as_refused, class_key
from truongso.people.roster.identity import ExistingStudent, Identities
from truongso.people.roster.types import (
    HeaderColumn,
    ParsedRoster,
    Reason,
    RefusedRow,
    RosterRow,
)
from truongso.people.types import Gender, StudentStatus

__all__ = ["ExistingStudent", "FieldChange", "MatchedRow", "RosterPlan", "plan_changes"]

FieldValue = str | dt.date | tuple[str, ...] | None

_TEXT_FIELDS = (
    "sector_code",
    "school_code",
    "full_name",
    "grade",
    "father_name",
    "mother_name",
    "guardian_name",
    "email",
)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a pupil, as it is and as the file wants it.

    For `phones` the new value holds the old ones too; for `facts` only the kinds are named, never the values.
    """

    field: str
    old: FieldValue
    new: FieldValue


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """A row and the pupil it is about; no changes when the file says what is already there."""

    row: RosterRow
    student: ExistingStudent
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """Every row of the roster is in exactly one of new, changed, unchanged, left, refused; in file order."""

    new: tuple[RosterRow, ...]
    changed: tuple[MatchedRow, ...]
    unchanged: tuple[MatchedRow, ...]
    left: tuple[RosterRow, ...]
    """Pupils that the school does not have and that, by the file, have left it: nothing to do."""
    refused: tuple[RefusedRow, ...]
    not_in_file: tuple[ExistingStudent, ...]
    """Pupils studying at the school that no row is about. They are shown, never removed."""
    imported: tuple[HeaderColumn, ...]
    """The columns whose cells each row carries."""

    @property
    def counts(self) -> dict[str, int]:
        """How many of each, for the preview and the record of the import."""
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": len(self.unchanged),
            "left": len(self.left),
            "refused": len(self.refused),
            "not_in_file": len(self.not_in_file),
        }


def plan_changes(existing: Sequence[ExistingStudent], roster: ParsedRoster) -> RosterPlan:
    """The plan for a roster against the pupils of the school.

    A blank cell changes nothing, a phone number in the file is added to those known: an import never erases.
    Reasons besides those of parsing: see `Identities.match`, and `same_student_twice` (student, rows).
    """
    identities = Identities(existing)
    refused = list(roster.refused)
    new: list[RosterRow] = []
    matched: dict[int, list[MatchedRow]] = defaultdict(list)
    for row in roster.rows:
        student = identities.match(row)
        if isinstance(student, Reason):
            refused.append(as_refused(row, [student]))
        elif student is None:
            new.append(row)
        else:
            matched[student.id].append(MatchedRow(row, student, _changes(student, row)))
    mentioned = {s.id for refusal in refused for s in identities.possibly(refusal)} | set(matched)
    single = [rows[0] for rows in matched.values() if len(rows) == 1]
    refused += [refusal for rows in matched.values() if len(rows) > 1 for refusal in _refuse_all(rows)]
    return RosterPlan(
        new=tuple(row for row in new if not _has_left(row)),
        changed=tuple(sorted((m for m in single if m.changes), key=_row_number)),
        unchanged=tuple(sorted((m for m in single if not m.changes), key=_row_number)),
        left=tuple(row for row in new if _has_left(row)),
        refused=tuple(sorted(refused, key=lambda refusal: refusal.row)),
        not_in_file=tuple(s for s in existing if s.id not in mentioned and s.status is StudentStatus.STUDYING),
        imported=roster.imported,
    )


def _changes(student: ExistingStudent, row: RosterRow) -> tuple[FieldChange, ...]:
    changes = [
        FieldChange(field, old, new)
        for field in _TEXT_FIELDS
        for old, new in [(getattr(student, field), getattr(row, field))]
        if new and new != old
    ]
    if row.birth_date and row.birth_date != student.birth_date:
        changes.append(FieldChange("birth_date", student.birth_date, row.birth_date))
    if row.gender is not Gender.UNKNOWN and row.gender != student.gender:
        changes.append(FieldChange("gender", student.gender.value, row.gender.value))
    if class_key(row.class_name) != class_key(student.class_name):
        changes.append(FieldChange("class_name", student.class_name, row.class_name))
    if added := tuple(phone for phone in row.phones if phone not in student.phones):
        changes.append(FieldChange("phones", student.phones, student.phones + added))
    if kinds := tuple(kind.value for kind, text in row.facts.items() if student.facts.get(kind) != text):
        changes.append(FieldChange("facts", (), kinds))
    if row.status and row.status != student.status:
        changes.append(FieldChange("status", student.status.value, row.status.value))
    return tuple(changes)


def _refuse_all(rows: Sequence[MatchedRow]) -> list[RefusedRow]:
    return [
        as_refused(
            match.row,
            [
                Reason(
                    "same_student_twice",
                    {
                        "student": match.student.full_name,
                        "rows": tuple(other.row.row for other in rows if other is not match),
                    },
                )
            ],
        )
        for match in rows
    ]


def _has_left(row: RosterRow) -> bool:
    return row.status not in (None, StudentStatus.STUDYING)


def _row_number(match: MatchedRow) -> int:
    return match.row.row
