"""Reads of requests, holds, erasures and incidents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import F, QuerySet

from truongso.kernel.personal_data import Child
from truongso.people.models import DataRequest, Erasure, Guardian, Incident, LegalHold, Student
from truongso.people.privacy.types import OPEN, ErasureState


def child_of(student: Student, guardian_id: int | None = None) -> Child:
    """The pupil as the register of personal data knows it."""
    return Child(
        student.school_id, student.pk, student.family_id, student.public_id, student.full_name, guardian_id
    )  # fmt: skip


def guardians_of(student: Student) -> list[Guardian]:
    """The pupil's guardians, the payer first; 1 query."""
    rows = Guardian.objects.for_school(student.school_id).filter(guardianships__student=student)
    return list(rows.order_by(F("guardianships__is_payer").desc(), "pk"))


def requests_of_school(school_id: int) -> QuerySet[DataRequest]:
    """Requests, open ones by what is due first, then the others, newest first."""
    rows: QuerySet[DataRequest] = DataRequest.objects.for_school(school_id).select_related("student", "guardian")
    return rows.order_by("-number")


def open_requests(school_id: int) -> list[DataRequest]:
    """Requests somebody has something to do for, most urgent first; 1 query."""
    rows = requests_of_school(school_id).filter(state__in=OPEN)
    return sorted(rows, key=due_of)


def due_of(request: DataRequest) -> dt.datetime:
    """When the next step of an open request is due."""
    due: dt.datetime = request.answer_by if request.answered_at is None else request.act_by
    return due


def requests_of_family(school_id: int, family_id: int, *, student_id: int | None = None) -> list[DataRequest]:
    """What a family asked, about all its children or one of them, newest first; 1 query."""
    rows = requests_of_school(school_id).filter(student__family_id=family_id)
    if student_id is not None:
        rows = rows.filter(student=student_id)
    return list(rows[:50])


def request_by_public_id(school_id: int, public_id: str) -> DataRequest | None:
    """One request of the school."""
    found: DataRequest | None = requests_of_school(school_id).filter(public_id=public_id).first()
    return found


def waiting_count(school_id: int) -> int:
    """Requests and erasures that wait for somebody; 1 query."""
    erasures = Erasure.objects.for_school(school_id).filter(state=ErasureState.PROPOSED.value).values("pk")
    asked = DataRequest.objects.for_school(school_id).filter(state__in=OPEN).values("pk")
    found: int = asked.union(erasures, all=True).count()
    return found


def erased_pupils(school_id: int) -> QuerySet[Erasure, int]:
    """Ids of pupils whose data was erased; for use inside a query."""
    rows = Erasure.objects.for_school(school_id).filter(state=ErasureState.DONE.value)
    return rows.order_by().values_list("student_id", flat=True)


def erasures_of(school_id: int) -> QuerySet[Erasure]:
    """Erasures, the newest first."""
    rows: QuerySet[Erasure] = Erasure.objects.for_school(school_id).select_related("student", "request")
    return rows.order_by("-pk")


def holds_of(school_id: int) -> QuerySet[LegalHold]:
    """Holds, those in force first."""
    rows: QuerySet[LegalHold] = LegalHold.objects.for_school(school_id).select_related("student")
    return rows.order_by(F("ended_at").desc(nulls_first=True), "-number")


def holds_on(school_id: int, student_id: int) -> Sequence[LegalHold]:
    """Holds in force on a pupil's data: its own and those on the whole school; 1 query."""
    rows = LegalHold.objects.for_school(school_id).filter(ended_at=None)
    return [one for one in rows if one.student_id in {None, student_id}]


def is_held(school_id: int) -> bool:
    """Whether anything at the school is on hold: then nothing is removed by the clock; 1 query."""
    found: bool = LegalHold.objects.for_school(school_id).filter(ended_at=None).exists()
    return found


def incidents_of(school_id: int) -> QuerySet[Incident]:
    """Incidents, the newest first."""
    rows: QuerySet[Incident] = Incident.objects.for_school(school_id)
    return rows.order_by("-number")
