"""Writing a planned roster: every kind of row in a few bulk statements, whatever the size of the school."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from truongso.kernel import clock
from truongso.kernel.audit import Act
from truongso.kernel.db import MANY_ROWS, refresh_statistics
from truongso.kernel.names import fold, sort_key, tidy
from truongso.organizations.public import School
from truongso.people.models import Enrolment, Family, SchoolClass, Student
from truongso.people.queries.state import class_key
from truongso.people.roster import MatchedRow, RosterRow
from truongso.people.sensitive.services import keep_facts
from truongso.people.sensitive.types import FactKind
from truongso.people.services.contacts import Contacts, contacts_of
from truongso.people.services.families import Household, assign
from truongso.people.services.households import Households
from truongso.people.services.previewing import Preview
from truongso.people.types import Relationship, StudentStatus

_BATCH = 500
_ONE_DAY = dt.timedelta(days=1)
_GRADE = re.compile(r"(1[0-2]|[1-9])(?!\d)")
_STUDENT_FIELDS = ("sector_code", "school_code", "full_name", "birth_date", "gender", "status")
_GUARDIAN_FIELDS = {
    "father_name": Relationship.FATHER,
    "mother_name": Relationship.MOTHER,
    "guardian_name": Relationship.GUARDIAN,
}


class RosterWriter:
    """Applies one plan to one school, inside the caller's transaction."""

    def __init__(self, school: School, found: Preview) -> None:
        self._school = school
        self._plan, self._state = found.plan, found.state
        year = found.state.year
        self._year_start = year.starts_on
        self._today = min(max(clock.today(), year.starts_on), year.ends_on)
        self._households = Households(school.pk, found.state)
        self._made_classes: set[str] = set()
        self._closed: dict[int, dt.date] = {}
        self._moved: list[Enrolment] = []
        self._opened: list[Enrolment] = []
        self._facts: dict[int, Mapping[FactKind, str]] = {}
        self.acts: list[Act] = []

    @property
    def replaced_guardians(self) -> set[int]:
        """Guardians whose record names another person than before."""
        return self._households.replaced

    def write(self) -> Counter[str]:
        """Everything; returns how many classes and families were made."""
        changed = self._plan.changed
        self._write_classes([*self._plan.new, *(match.row for match in changed)])
        families = self._write_new()
        for match in changed:
            self._change(match)
        self._flush(changed)
        return Counter(classes=len(self._made_classes), families=families)

    def _write_classes(self, rows: Iterable[RosterRow]) -> None:
        """Missing classes made; a grade that the file states otherwise taken over."""
        missing: dict[str, SchoolClass] = {}
        regraded: dict[int, SchoolClass] = {}
        for row in rows:
            key = class_key(row.class_name)
            taught = self._state.classes.get(key) or missing.get(key)
            if taught is None:
                missing[key] = SchoolClass(
                    school=self._school,
                    school_year=self._state.year,
                    name=tidy(row.class_name),
                    name_fold=key,
                    grade=row.grade or grade_of(row.class_name),
                )
            elif row.grade and taught.grade != row.grade:
                taught.grade = row.grade
                regraded[taught.pk] = taught
        SchoolClass.objects.bulk_create(missing.values())
        SchoolClass.objects.for_school(self._school).bulk_update(regraded.values(), ["grade"], batch_size=_BATCH)
        self._state.classes.update(missing)
        self._made_classes = set(missing)
        self.acts += [
            Act("people:class:create", "school_class", taught.name, {"year": self._state.year.code})
            for taught in missing.values()
        ]

    def _write_new(self) -> int:
        rows = self._plan.new
        contacts = [contacts_of(row, self._plan.imported) for row in rows]
        families, made = self._families(rows)
        now = clock.now()
        students = [
            Student(
                school=self._school,
                sector_code=row.sector_code,
                school_code=row.school_code,
                full_name=row.full_name,
                name_fold=fold(row.full_name),
                sort_key=sort_key(row.full_name),
                birth_date=row.birth_date,
                gender=row.gender.value,
                family=family,
                created_at=now,
            )
            for row, family in zip(rows, families, strict=True)
        ]
        if len(students) > MANY_ROWS:
            refresh_statistics(Family)
        Student.objects.bulk_create(students)
        for row, student, people in zip(rows, students, contacts, strict=True):
            self._households.settle_new(student, people, row.email)
            taught = self._state.classes[class_key(row.class_name)]
            is_first = class_key(row.class_name) in self._made_classes
            self._open(student, taught, self._year_start if is_first else self._today)
            self._facts[student.pk] = row.facts
            sealed = {"sealed": [kind.value for kind in row.facts]} if row.facts else {}
            params = {"class": taught.name, **sealed}
            self.acts.append(Act("people:student:create", "student", student.public_id, params))
        return made

    def _families(self, rows: Iterable[RosterRow]) -> tuple[list[Family], int]:
        """The family of each new pupil, and how many were made."""
        known = [
            Household.of(
                set(s.phones) - self._state.former_phones(s.id),
                s.father_name,
                s.mother_name,
                self._state.students[s.id].family_id,
            )
            for s in self._state.existing()
        ]
        new = [Household.of(row.phones, row.father_name, row.mother_name) for row in rows]
        labels = assign(known, new)
        now = clock.now()
        made = {
            label: Family(school=self._school, created_at=now)
            for label in dict.fromkeys(labels)
            if isinstance(label, str)
        }
        Family.objects.bulk_create(made.values())
        wanted = [label for label in labels if isinstance(label, int)]
        existing = Family.objects.for_school(self._school).in_bulk(wanted) if wanted else {}
        families = [made[label] if isinstance(label, str) else existing[label] for label in labels]
        return families, len(made)

    def _change(self, match: MatchedRow) -> None:
        student = self._state.students[match.student.id]
        fields = {change.field: change for change in match.changes}
        for name in _STUDENT_FIELDS:
            if name in fields:
                setattr(student, name, fields[name].new)
        student.name_fold, student.sort_key = fold(student.full_name), sort_key(student.full_name)
        self._place(student, match.row)
        for name, relationship in _GUARDIAN_FIELDS.items():
            if name in fields:
                self._households.name(student, relationship, str(fields[name].new))
        if "phones" in fields or "email" in fields:
            email = str(fields["email"].new) if "email" in fields else ""
            self._reach(student, contacts_of(match.row, self._plan.imported), email)
        if "facts" in fields:
            self._facts[student.pk] = match.row.facts
        shown = {c.field: [c.old, c.new] for c in match.changes if c.field in ("class_name", "status")}
        params = {"fields": [change.field for change in match.changes], **shown}
        self.acts.append(Act("people:student:change", "student", student.public_id, params))

    def _reach(self, student: Student, contacts: Contacts, email: str) -> None:
        loose = list(contacts.loose_phones)
        for contact in contacts.people:
            loose += self._households.add_phones(student, contact.relationship, contact.phones)
        self._households.reach(student, loose, email)

    def _place(self, student: Student, row: RosterRow) -> None:
        """Close, open or move the enrolment so that the pupil sits where the row says."""
        current = self._state.open_enrolment(student.pk)
        if student.status != StudentStatus.STUDYING:
            if current is not None:
                self._close(current, self._today)
            return
        taught = self._state.classes[class_key(row.class_name)]
        if current is None:
            last = self._state.enrolments.get(student.pk)
            earliest = self._year_start if last is None else (last.valid_to or self._today) + _ONE_DAY
            is_first = class_key(row.class_name) in self._made_classes
            self._open(student, taught, max(self._year_start, earliest) if is_first else max(self._today, earliest))
        elif current.school_class_id != taught.pk:
            same_year = current.school_class.school_year_id == self._state.year.pk
            start = self._today if same_year else self._year_start
            if current.valid_from >= start:
                current.school_class = taught
                self._moved.append(current)
            else:
                last_day = start - _ONE_DAY
                year_end = current.school_class.school_year.ends_on
                self._close(current, last_day if same_year else max(min(last_day, year_end), current.valid_from))
                self._open(student, taught, start)

    def _open(self, student: Student, taught: SchoolClass, day: dt.date) -> None:
        row = Enrolment(school=self._school, student=student, school_class=taught, valid_from=day)
        self._opened.append(row)

    def _close(self, enrolment: Enrolment, day: dt.date) -> None:
        self._closed[enrolment.pk] = enrolment.valid_to = max(day, enrolment.valid_from)

    def _flush(self, changed: Iterable[MatchedRow]) -> None:
        students = [self._state.students[match.student.id] for match in changed]
        fields = [*_STUDENT_FIELDS, "name_fold", "sort_key"]
        Student.objects.for_school(self._school).bulk_update(students, fields, batch_size=_BATCH)
        rows = Enrolment.objects.for_school(self._school)
        for day in set(self._closed.values()):
            ids = [pk for pk, closed in self._closed.items() if closed == day]
            for start in range(0, len(ids), _BATCH):
                rows.filter(pk__in=ids[start : start + _BATCH]).update(valid_to=day)
        rows.bulk_update(self._moved, ["school_class"], batch_size=_BATCH)
        if len(self._opened) > MANY_ROWS:
            refresh_statistics(Student, SchoolClass)
        Enrolment.objects.bulk_create(self._opened)
        self._households.write()
        keep_facts(self._school.pk, {pupil: facts for pupil, facts in self._facts.items() if facts})


def grade_of(class_name: str) -> str:
    """The grade in a class name such as 3A2 or 10A1; "" when it holds none (preschool groups)."""
    found = _GRADE.search(class_name)
    return found.group(1) if found else ""
