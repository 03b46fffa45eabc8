"""Classes of a school year and who sits in them on a day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q

from truongso.kernel import clock
from truongso.kernel.names import fold
from truongso.organizations.public import School, SchoolYear
from truongso.people.models import Enrolment, SchoolClass
from truongso.people.queries.guardians import payer_names

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class ClassSize:
    """A class and how many pupils sit in it on the day asked for."""

    id: int
    name: str
    grade: str
    pupils: int


@dataclass(frozen=True, slots=True)
class SeatedPupil:
    """A pupil in a class on a day; `payer_name` is the pupil's own when no guardian is named."""

    student_id: int
    public_id: str
    full_name: str
    sort_key: str
    school_code: str
    family_id: int
    class_id: int
    class_name: str
    grade: str
    payer_name: str


def class_order(name: str) -> str:
    """A key for the usual order of classes: 2A before 10A, 3A2 before 3A10."""
    return _DIGITS.sub(lambda found: found[0].zfill(3), fold(name))


def classes_of_year(school: School, year: SchoolYear, day: dt.date | None = None) -> list[ClassSize]:
    """The classes of a year with their headcount on a day (today); one query."""
    day = day or clock.today()
    seated = Q(enrolments__valid_from__lte=day) & (
        Q(enrolments__valid_to__isnull=True) | Q(enrolments__valid_to__gte=day)
    )
    rows = SchoolClass.objects.for_school(school).filter(school_year=year)
    counted = rows.annotate(pupils=Count("enrolments", filter=seated))
    found = [ClassSize(row.pk, row.name, row.grade, row.pupils) for row in counted]
    return sorted(found, key=lambda one: class_order(one.name))


def pupils_of_classes(school: School, class_ids: Collection[int], day: dt.date) -> list[SeatedPupil]:
    """Who sits in the classes on the day, class by class in roll order; two queries."""
    rows = (
        Enrolment.objects.for_school(school)
        .filter(school_class_id__in=class_ids, valid_from__lte=day)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
        .select_related("student", "school_class")
    )
    seats = list(rows)
    payers = payer_names(school, [seat.student_id for seat in seats])
    found = [
        SeatedPupil(
            student_id=seat.student_id,
            public_id=seat.student.public_id,
            full_name=seat.student.full_name,
            sort_key=seat.student.sort_key,
            school_code=seat.student.school_code,
            family_id=seat.student.family_id,
            class_id=seat.school_class_id,
            class_name=seat.school_class.name,
            grade=seat.school_class.grade,
            payer_name=payers.get(seat.student_id) or seat.student.full_name,
        )
        for seat in seats
    ]
    return sorted(found, key=lambda pupil: (class_order(pupil.class_name), pupil.sort_key, pupil.student_id))


def class_by_id(school: School, class_id: int) -> SchoolClass | None:
    """A class of this school."""
    found: SchoolClass | None = SchoolClass.objects.for_school(school).filter(pk=class_id).first()
    return found
