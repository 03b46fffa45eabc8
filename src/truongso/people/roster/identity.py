"""Which pupil of the school a row is about: sector code, then school code, then name and birth date."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from truongso.kernel.names import fold, tidy
from truongso.people.roster.types import Reason, RefusedRow, RosterRow
from truongso.people.sensitive.types import FactKind
from truongso.people.types import Gender, StudentStatus


@dataclass(frozen=True, slots=True)
class ExistingStudent:
    """A pupil as the school has it now."""

    id: int
    full_name: str
    class_name: str = ""
    sector_code: str = ""
    school_code: str = ""
    birth_date: dt.date | None = None
    gender: Gender = Gender.UNKNOWN
    grade: str = ""
    phones: tuple[str, ...] = ()
    father_name: str = ""
    mother_name: str = ""
    guardian_name: str = ""
    email: str = ""
    status: StudentStatus = StudentStatus.STUDYING
    facts: Mapping[FactKind, str] = field(default_factory=dict, repr=False, hash=False)


class Identities:
    """The pupils of one school, to be found by their codes or by name and birth date."""

    def __init__(self, existing: Sequence[ExistingStudent]) -> None:
        self._by_sector: dict[str, list[ExistingStudent]] = defaultdict(list)
        self._by_school: dict[str, list[ExistingStudent]] = defaultdict(list)
        self._by_person: dict[tuple[str, dt.date], list[ExistingStudent]] = defaultdict(list)
        for student in existing:
            if student.sector_code:
                self._by_sector[student.sector_code].append(student)
            if student.school_code:
                self._by_school[student.school_code].append(student)
            if student.birth_date:
                self._by_person[fold(student.full_name), student.birth_date].append(student)

    def match(self, row: RosterRow) -> ExistingStudent | Reason | None:
        """The one pupil meant, None for a new one, or why it cannot be told.

        Codes: `several_students_match` (by, names), `identity_conflict` (by, student, other_by,
        other_student): two marks of the row point to different pupils, `sector_code_differs` (student,
        stored, stated): the pupil is known under another sector code, which never changes (TT 42/2021).
        """
        by_mark = {
            "sector_code": self._by_sector.get(row.sector_code, []),
            "school_code": self._by_school.get(row.school_code, []),
            "name_and_birth_date": self._of_person(row.full_name, row.birth_date),
        }
        found = [(mark, students) for mark, students in by_mark.items() if students]
        if not found:
            return None
        mark, students = found[0]
        if len(students) > 1:
            names = tuple(student.full_name for student in students)
            return Reason("several_students_match", {"by": mark, "names": names})
        student = students[0]
        for other_mark, others in found[1:]:
            if student not in others:
                return _conflict(mark, student, other_mark, others[0])
        if row.sector_code and student.sector_code and row.sector_code != student.sector_code:
            params = {"student": student.full_name, "stored": student.sector_code, "stated": row.sector_code}
            return Reason("sector_code_differs", params)
        return student

    def possibly(self, row: RefusedRow) -> list[ExistingStudent]:
        """Every pupil that a refused row may be about."""
        return [
            *self._by_sector.get(row.sector_code, []),
            *self._by_school.get(row.school_code, []),
            *self._of_person(row.full_name, row.birth_date),
        ]

    def _of_person(self, name: str, birth_date: dt.date | None) -> list[ExistingStudent]:
        """Same birth date and same name; accents count only where they tell two pupils apart (Hoa, Hòa)."""
        if not name or birth_date is None:
            return []
        alike = self._by_person.get((fold(name), birth_date), [])
        same = [student for student in alike if tidy(student.full_name).casefold() == tidy(name).casefold()]
        return same or alike


def _conflict(mark: str, student: ExistingStudent, other_mark: str, other: ExistingStudent) -> Reason:
    return Reason(
        "identity_conflict",
        {"by": mark, "student": student.full_name, "other_by": other_mark, "other_student": other.full_name},
    )
