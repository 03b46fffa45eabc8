"""Everything a roster is compared with: pupils of one school, classes, guardians, facts. At most nine queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from truongso.kernel.names import fold
from truongso.organizations.public import School, SchoolYear
from truongso.people.models import Enrolment, FormerGuardian, Guardian, Guardianship, SchoolClass, Student
from truongso.people.placeholder import is_placeholder
from truongso.people.roster import ExistingStudent
from truongso.people.sensitive.queries import facts_of
from truongso.people.sensitive.types import FactKind
from truongso.people.types import Gender, Relationship, StudentStatus


def class_key(name: str) -> str:
    """One class whatever its case, spaces and accents: the form in which a name is unique in a year."""
    return fold(name).replace(" ", "")


@dataclass
class SchoolState:
    """Rows in memory, as loaded."""

    year: SchoolYear
    students: dict[int, Student]
    classes: dict[str, SchoolClass]
    """Classes of `year` by `class_key`."""
    enrolments: dict[int, Enrolment]
    """The open enrolment of each pupil, or the last one."""
    guardians: dict[int, Guardian]
    links: dict[int, list[Guardianship]]
    """Guardianships by pupil."""
    former: dict[int, list[FormerGuardian]]
    """Who ceased to be a guardian, by pupil: a roster that still names them brings nobody back."""
    facts: dict[int, dict[FactKind, str]]
    """Sensitive facts by pupil, for comparing only."""

    def open_enrolment(self, student_id: int) -> Enrolment | None:
        """Where the pupil sits now, in any year."""
        found = self.enrolments.get(student_id)
        return found if found is not None and found.valid_to is None else None

    def former_phones(self, student_id: int) -> set[str]:
        """Numbers of those who ceased to be the pupil's guardian, but for those a guardian of now has as well."""
        before = {n for row in self.former.get(student_id, []) for n in self.guardians[row.guardian_id].phones}
        return before - {n for link in self.links.get(student_id, []) for n in self.guardians[link.guardian_id].phones}

    def existing(self) -> list[ExistingStudent]:
        """The pupils as the comparison wants them."""
        return [self._existing(student) for student in self.students.values()]

    def _existing(self, student: Student) -> ExistingStudent:
        links = self.links.get(student.pk, [])
        people = [(link, self.guardians[link.guardian_id]) for link in links]
        payer = next((guardian for link, guardian in people if link.is_payer), None)
        before = [(row, self.guardians[row.guardian_id]) for row in self.former.get(student.pk, [])]
        class_name, grade = self._place(student)
        return ExistingStudent(
            id=student.pk,
            full_name=student.full_name,
            class_name=class_name,
            sector_code=student.sector_code,
            school_code=student.school_code,
            birth_date=student.birth_date,
            gender=Gender(student.gender),
            grade=grade,
            phones=tuple(dict.fromkeys(n for _link, guardian in (*people, *before) for n in guardian.phones)),
            father_name=_name(people, Relationship.FATHER) or _name(before, Relationship.FATHER),
            mother_name=_name(people, Relationship.MOTHER) or _name(before, Relationship.MOTHER),
            guardian_name=_name(people, Relationship.GUARDIAN) or _name(before, Relationship.GUARDIAN),
            email=payer.email if payer else "",
            status=StudentStatus(student.status),
            facts=self.facts.get(student.pk, {}),
        )

    def _place(self, student: Student) -> tuple[str, str]:
        """Class name and grade as a roster of this year may state them.

        A class of another year carries the year in its name, so that the same name this year is a change.
        Pupils who left keep their last class, so that a file that lists them as gone changes nothing.
        """
        last = self.enrolments.get(student.pk)
        if last is None or (last.valid_to is not None and student.status == StudentStatus.STUDYING):
            return "", ""
        taught = last.school_class
        if taught.school_year_id == self.year.pk:
            return taught.name, taught.grade
        return f"{taught.name} ({taught.school_year})", ""


def load_state(school: School, year: SchoolYear) -> SchoolState:
    """Load the school for a comparison with a roster of `year`."""
    enrolments = Enrolment.objects.for_school(school).select_related("school_class__school_year")
    links: dict[int, list[Guardianship]] = defaultdict(list)
    former: dict[int, list[FormerGuardian]] = defaultdict(list)
    for row in FormerGuardian.objects.for_school(school).order_by("id"):
        former[row.student_id].append(row)
    for link in Guardianship.objects.for_school(school).order_by("id"):
        links[link.student_id].append(link)
    return SchoolState(
        year=year,
        students={row.pk: row for row in Student.objects.for_school(school).order_by("id")},
        classes={class_key(row.name): row for row in SchoolClass.objects.for_school(school).filter(school_year=year)},
        enrolments=_last(enrolments.order_by("valid_from", "id")),
        guardians={row.pk: row for row in Guardian.objects.for_school(school).order_by("id")},
        links=links,
        former=former,
        facts=facts_of(school.pk),
    )


def _last(rows: Iterable[Enrolment]) -> dict[int, Enrolment]:
    """The open enrolment of each pupil, else the latest."""
    found: dict[int, Enrolment] = {}
    for row in rows:
        before = found.get(row.student_id)
        if before is None or before.valid_to is not None:
            found[row.student_id] = row
    return found


def _name(people: Iterable[tuple[Guardianship | FormerGuardian, Guardian]], relationship: Relationship) -> str:
    names = (
        guardian.full_name
        for link, guardian in people
        if link.relationship == relationship and not is_placeholder(guardian.full_name)
    )
    return next(names, "")
