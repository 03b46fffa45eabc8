"""Lists of pupils and everything about one pupil."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Prefetch, Q, QuerySet

from truongso.kernel.models import AuditEntry
from truongso.kernel.names import fold
from truongso.organizations.public import School
from truongso.people.models import Enrolment, Guardianship, SchoolClass, Student
from truongso.people.queries.classes import class_order
from truongso.people.types import StudentStatus

_HISTORY = 50


@dataclass(frozen=True)
class PupilFilter:
    """What a list shows: words of the name or a code; a class; a status (None: all)."""

    text: str = ""
    class_name: str = ""
    status: StudentStatus | None = None


@dataclass(frozen=True)
class PupilPage:
    """One pupil with all that this room knows."""

    student: Student
    enrolments: Sequence[Enrolment]
    guardianships: Sequence[Guardianship]
    siblings: Sequence[Student]
    history: Sequence[AuditEntry]

    @property
    def current(self) -> Enrolment | None:
        """The open enrolment."""
        return next((row for row in self.enrolments if row.valid_to is None), None)


def pupils(school: School, wanted: PupilFilter) -> QuerySet[Student]:
    """Pupils in roll order (given name first), with `seats` (open enrolments) and `payers` prefetched."""
    rows: QuerySet[Student] = Student.objects.for_school(school)
    if wanted.status is not None:
        rows = rows.filter(status=wanted.status.value)
    if wanted.class_name:
        seats = Enrolment.objects.for_school(school).filter(school_class__name=wanted.class_name, valid_to__isnull=True)
        rows = rows.filter(pk__in=seats.values("student_id"))
    if wanted.text.strip():
        rows = rows.filter(_matching(school, wanted.text))
    return rows.order_by("sort_key", "id").prefetch_related(*_people(school))


def search(school: School, text: str, limit: int = 20) -> list[Student]:
    """The first pupils that fit, those studying first, with `seats` and `payers`; three queries."""
    if not text.strip():
        return []
    rows = pupils(school, PupilFilter(text=text)).annotate(gone=~Q(status=StudentStatus.STUDYING.value))
    return list(rows.order_by("gone", "sort_key", "id")[:limit])


def pupil_page(school: School, public_id: str) -> PupilPage | None:
    """Everything about one pupil; six queries."""
    student: Student | None = Student.objects.for_school(school).filter(public_id=public_id).first()
    if student is None:
        return None
    enrolments = Enrolment.objects.for_school(school).filter(student=student)
    links = Guardianship.objects.for_school(school).filter(student=student)
    siblings = Student.objects.for_school(school).filter(family_id=student.family_id).exclude(pk=student.pk)
    history = AuditEntry.objects.filter(school_id=school.pk, subject_kind="student", subject_id=student.public_id)
    return PupilPage(
        student=student,
        enrolments=list(enrolments.select_related("school_class__school_year").order_by("-valid_from", "-id")),
        guardianships=list(links.select_related("guardian").order_by(F("is_payer").desc(), "id")),
        siblings=list(siblings.order_by("sort_key").prefetch_related(*_people(school))),
        history=list(history.order_by("-seq")[:_HISTORY]),
    )


def student_by_id(school: School, public_id: str) -> Student | None:
    """A pupil of this school."""
    found: Student | None = Student.objects.for_school(school).filter(public_id=public_id).first()
    return found


def class_names(school: School) -> list[str]:
    """Names of the classes that hold pupils now."""
    seats = Enrolment.objects.for_school(school).filter(valid_to__isnull=True)
    rows = SchoolClass.objects.for_school(school).filter(pk__in=seats.values("school_class_id"))
    return sorted(set(rows.values_list("name", flat=True)), key=class_order)


def _matching(school: School, text: str) -> Q:
    """All words somewhere in the name without accents, or a code's beginning.

    No phone number: what is searched here stands in the address of the page (ASVS 14.2.1); see `find_by_number`.
    """
    words = Q()
    for word in fold(text).split():
        words &= Q(name_fold__contains=word)
    compact = "".join(text.split())
    return words | Q(sector_code__istartswith=compact) | Q(school_code__istartswith=compact)


def _people(school: School) -> list[Prefetch[str]]:
    seats = Enrolment.objects.for_school(school).filter(valid_to__isnull=True).select_related("school_class")
    payers = Guardianship.objects.for_school(school).filter(is_payer=True).select_related("guardian")
    return [
        Prefetch("enrolments", queryset=seats, to_attr="seats"),
        Prefetch("guardianships", queryset=payers, to_attr="payers"),
    ]
