"""Reads of who teaches which class what. An assignment counts on its days and while its teacher holds the role."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from truongso.accounts.public import Member, holders_of, holds_role
from truongso.accounts.types import Role
from truongso.organizations.public import School, SchoolYear
from truongso.people.models import Enrolment, SchoolClass, TeachingAssignment
from truongso.people.queries.classes import class_order
from truongso.people.teaching.types import Standing, Teaching


@dataclass(frozen=True, slots=True)
class Row:
    """An assignment with how it stands on the day."""

    assignment: TeachingAssignment
    standing: Standing

    @property
    def is_open(self) -> bool:
        """Whether it can still be ended."""
        return self.standing not in (Standing.OVER, Standing.WITHDRAWN)

    @property
    def counts(self) -> bool:
        """Whether it is in force or will be."""
        return self.standing in (Standing.NOW, Standing.COMING)


def teachers(school_id: int, day: dt.date) -> list[Member]:
    """Who has the role of subject teacher at the school on the day, by name; one query."""
    rows = holders_of([Role.SUBJECT_TEACHER], day, school_id=school_id)
    return [Member(one.user_id, one.full_name, one.role) for one in rows]


def year_classes(school: School, year: SchoolYear) -> list[SchoolClass]:
    """The year's classes in their usual order; one query."""
    rows = SchoolClass.objects.for_school(school).filter(school_year=year)
    return sorted(rows, key=lambda one: class_order(one.name))


def rows_of_year(school: School, year: SchoolYear, day: dt.date, *, user_id: int | None = None) -> list[Row]:
    """Every assignment of the year's classes, of one teacher if named: by class, subject, beginning; one query."""
    found = TeachingAssignment.objects.for_school(school).filter(school_class__school_year=year)
    if user_id is not None:
        found = found.filter(user_id=user_id)
    found = found.annotate(is_held=holds_role(Role.SUBJECT_TEACHER, day))
    rows = sorted(
        found.select_related("school_class", "subject", "user"),
        key=lambda one: (class_order(one.school_class.name), one.subject.name_fold, one.valid_from, one.pk),
    )
    return [Row(one, _standing(one, day, is_held=one.is_held)) for one in rows]


def taught_by(school_id: int, user_id: int, day: dt.date) -> list[Teaching]:
    """What the person teaches on the day, by class and subject; nothing without the role; one query."""
    return _teachings(in_force(school_id, day).filter(user_id=user_id), day)


def teachers_of_class(school_id: int, class_id: int, day: dt.date, *, subject_id: int | None = None) -> list[Teaching]:
    """Who teaches the class on the day, of the one subject if named, by subject; one query.

    Where the homeroom teacher teaches most subjects, as at primary schools, that is not said here again.
    """
    rows = in_force(school_id, day).filter(school_class_id=class_id)
    if subject_id is not None:
        rows = rows.filter(subject_id=subject_id)
    return _teachings(rows, day)


def pupil_names(school: School, class_id: int, day: dt.date) -> list[str]:
    """Who sits in the class on the day, in roll order, names alone; one query."""
    rows = Enrolment.objects.for_school(school).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day), school_class_id=class_id, valid_from__lte=day
    )
    return list(rows.order_by("student__sort_key", "student_id").values_list("student__full_name", flat=True))


def in_force(school_id: int, day: dt.date) -> QuerySet[TeachingAssignment]:
    """Assignments whose days hold the day, whoever their teacher is by now."""
    rows: QuerySet[TeachingAssignment] = TeachingAssignment.objects.for_school(school_id)
    return rows.filter(valid_from__lte=day, valid_to__gte=day, withdrawn_at=None)


def _teachings(rows: QuerySet[TeachingAssignment], day: dt.date) -> list[Teaching]:
    held = rows.filter(holds_role(Role.SUBJECT_TEACHER, day), user__is_active=True)
    found = [
        Teaching(
            one.public_id, one.school_class_id, one.school_class.name, one.subject_id, one.subject.name, one.user_id,
            one.user.full_name,
        )
        for one in held.select_related("school_class", "subject", "user").order_by("subject__name_fold", "pk")
    ]  # fmt: skip
    return sorted(found, key=lambda one: class_order(one.class_name))


def _standing(row: TeachingAssignment, day: dt.date, *, is_held: bool) -> Standing:
    if row.withdrawn_at is not None:
        return Standing.WITHDRAWN
    if row.valid_to < day:
        return Standing.OVER
    if not is_held:
        return Standing.NO_ROLE
    return Standing.COMING if row.valid_from > day else Standing.NOW
