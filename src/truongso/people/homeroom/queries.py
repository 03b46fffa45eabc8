"""Reads of homeroom teachers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from truongso.accounts.public import Member, holders_of
from truongso.accounts.types import Role
from truongso.organizations.public import School, SchoolYear
from truongso.people.models import Homeroom, SchoolClass, Student
from truongso.people.queries.classes import SeatedPupil, class_order, pupils_of_classes


@dataclass(slots=True)
class ClassTeachers:
    """A class and its homeroom teachers, those in force or to come first."""

    school_class: SchoolClass
    rows: list[Homeroom] = field(default_factory=list)


def teachers_of_year(school: School, year: SchoolYear) -> list[ClassTeachers]:
    """Classes of a year in their usual order with all their homeroom teachers, the latest first; two queries."""
    classes = list(SchoolClass.objects.for_school(school).filter(school_year=year))
    found = {one.pk: ClassTeachers(one) for one in sorted(classes, key=lambda one: class_order(one.name))}
    rows = Homeroom.objects.for_school(school).filter(school_class__school_year=year).select_related("user")
    for row in rows.order_by("-valid_from", "-pk"):
        found[row.school_class_id].rows.append(row)
    return list(found.values())


def teachers(school_id: int, day: dt.date) -> list[Member]:
    """Who has the role of homeroom teacher at the school on the day, by name, each once; one query."""
    rows = holders_of([Role.HOMEROOM_TEACHER], day, school_id=school_id)
    return [Member(one.user_id, one.full_name, one.role) for one in {one.user_id: one for one in rows}.values()]


def classes_of(school_id: int, user_id: int, day: dt.date) -> list[SchoolClass]:
    """The teacher's classes on the day; one query."""
    rows = in_force(school_id, day).filter(user_id=user_id).select_related("school_class")
    return sorted((one.school_class for one in rows), key=lambda one: class_order(one.name))


def pupils_of(school: School, user_id: int, day: dt.date) -> list[SeatedPupil]:
    """Who sits in the teacher's classes on the day, in roll order; three queries."""
    found = [one.pk for one in classes_of(school.pk, user_id, day)]
    return pupils_of_classes(school, found, day) if found else []


def own_pupil(school: School, user_id: int, public_id: str, day: dt.date) -> Student | None:
    """A pupil who sits in one of the teacher's classes on the day; None for every other."""
    rows = Student.objects.for_school(school).filter(
        Q(enrolments__valid_to__isnull=True) | Q(enrolments__valid_to__gte=day),
        public_id=public_id, enrolments__valid_from__lte=day,
        enrolments__school_class__in=[one.pk for one in classes_of(school.pk, user_id, day)],
    )  # fmt: skip
    found: Student | None = rows.first()
    return found


def in_force(school_id: int, day: dt.date) -> QuerySet[Homeroom]:
    """Rows whose days hold the day, whoever their teacher is by now."""
    rows: QuerySet[Homeroom] = Homeroom.objects.for_school(school_id).filter(valid_from__lte=day)
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
