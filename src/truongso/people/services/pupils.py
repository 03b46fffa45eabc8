"""Single changes of pupils and guardians, each with its audit entry."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.names import fold, sort_key, tidy
from truongso.organizations.public import School, SchoolYear
from truongso.people.family_accounts.services import end_for_others
from truongso.people.models import Enrolment, Family, Guardian, Guardianship, SchoolClass, Student
from truongso.people.placeholder import is_another_person, is_placeholder, placeholder_for
from truongso.people.queries.state import class_key
from truongso.people.services.applying import grade_of
from truongso.people.types import Gender, PeopleError, Relationship, StudentStatus

_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class StudentData:
    """What a form states about a pupil."""

    full_name: str
    birth_date: dt.date | None = None
    gender: Gender = Gender.UNKNOWN
    sector_code: str = ""
    school_code: str = ""


@dataclass(frozen=True)
class GuardianData:
    """What a form states about a guardian of one pupil."""

    full_name: str
    relationship: Relationship
    phone: str = ""
    email: str = ""
    is_payer: bool = False


@transaction_required
def create_class(*, actor: Actor, school: School, year: SchoolYear, name: str, grade: str = "") -> SchoolClass:
    """A class of a year. Raises PeopleError `class_known`."""
    name, key = tidy(name), class_key(name)
    names = SchoolClass.objects.for_school(school).filter(school_year=year).values_list("name", flat=True)
    if any(class_key(known) == key for known in names):
        raise PeopleError("class_known", name=name)
    made: SchoolClass = SchoolClass.objects.create(
        school=school, school_year=year, name=name, name_fold=key, grade=grade or grade_of(name)
    )
    subject = ("school_class", name)
    audit.record(actor, "people:class:create", school_id=school.pk, subject=subject, params={"year": year.code})
    return made


@transaction_required
def add_student(
    *,
    actor: Actor,
    school: School,
    data: StudentData,
    school_class: SchoolClass,
    since: dt.date,
    guardian: GuardianData | None = None,
    sibling: Student | None = None,
) -> Student:
    """A new pupil in a class. With `sibling` the household is shared, and its payer pays unless one is named.

    Raises PeopleError `sector_code_taken`, `school_code_taken` (name of the pupil who has it).
    """
    _refuse_taken_codes(school, data)
    family = sibling.family if sibling else Family.objects.create(school=school, created_at=clock.now())
    student: Student = Student.objects.create(school=school, family=family, created_at=clock.now(), **_columns(data))
    Enrolment.objects.create(school=school, student=student, school_class=school_class, valid_from=since)
    params = {"class": school_class.name, "from": since.isoformat()}
    _record(actor, student, "create", params)
    if guardian is not None:
        save_guardian(actor=actor, student=student, data=guardian)
    elif sibling is not None:
        _share_guardians(student, sibling)
    else:
        stand_in = GuardianData(placeholder_for(student.full_name), Relationship.GUARDIAN)
        save_guardian(actor=actor, student=student, data=stand_in)
    return student


@transaction_required
def edit_student(*, actor: Actor, student: Student, data: StudentData) -> list[str]:
    """Correct a pupil's data; returns the fields that changed, none when all was so already.

    Raises PeopleError `sector_code_taken`, `school_code_taken`.
    """
    _refuse_taken_codes(student.school, data, student)
    columns = _columns(data)
    changed = [name for name, value in columns.items() if getattr(student, name) != value]
    if not changed:
        return []
    for name in changed:
        setattr(student, name, columns[name])
    student.save(update_fields=changed)
    stated = [name for name in changed if name in asdict(data)]
    _record(actor, student, "edit", {"fields": stated})
    return stated


@transaction_required
def save_guardian(
    *, actor: Actor, student: Student, data: GuardianData, link: Guardianship | None = None
) -> Guardianship:
    """Add a guardian to a pupil, or change the one behind `link` (for every child of the household).

    The first guardian pays; choosing another payer takes the mark from the one before. A stand-in becomes the
    first real person added. Another name (accents, case and spaces aside) is another person, who does not come to the
    account of the one before: it ends.
    Raises PeopleError `not_a_guardian` when the link is another pupil's.
    """
    links = Guardianship.objects.for_school(student.school_id).filter(student=student)
    if link is not None and not links.filter(pk=link.pk).exists():
        raise PeopleError("not_a_guardian")
    if link is None:
        known = links.select_related("guardian")
        link = next((one for one in known if is_placeholder(one.guardian.full_name)), None)
    pays = data.is_payer or not links.filter(is_payer=True).exclude(pk=link.pk if link else None).exists()
    if pays:
        links.filter(is_payer=True).exclude(pk=link.pk if link else None).update(is_payer=False)
    if link is None:
        guardian = Guardian(school_id=student.school_id, family_id=student.family_id)
        link = Guardianship(school_id=student.school_id, student=student)
        verb = "add_guardian"
    else:
        guardian, verb = link.guardian, "edit_guardian"
    is_another = verb == "edit_guardian" and is_another_person(guardian.full_name, data.full_name)
    guardian.full_name, guardian.name_fold = tidy(data.full_name), fold(data.full_name)
    guardian.phone, guardian.email = data.phone, data.email
    guardian.save()
    link.guardian, link.relationship, link.is_payer = guardian, data.relationship.value, pays
    link.save()
    _record(actor, student, verb, {"name": guardian.full_name, "is_payer": pays})
    if is_another:
        end_for_others(actor=actor, school_id=student.school_id, guardian_ids=[guardian.pk])
    return link


@transaction_required
def move_class(*, actor: Actor, student: Student, school_class: SchoolClass, since: dt.date) -> Enrolment:
    """The pupil sits in the class from a day on; who had left is studying again.

    A move on the day the present enrolment began (or before) corrects it instead.
    Raises PeopleError `same_class`, and `too_early` (date) for a day within an enrolment that has ended.
    """
    rows = Enrolment.objects.for_school(student.school_id).filter(student=student)
    current: Enrolment | None = rows.filter(valid_to__isnull=True).select_related("school_class").first()
    if current is not None and current.school_class_id == school_class.pk:
        raise PeopleError("same_class", name=school_class.name)
    last = rows.filter(valid_to__isnull=False).order_by("-valid_to").first()
    if last is not None and since <= last.valid_to:
        raise PeopleError("too_early", date=last.valid_to + _ONE_DAY)
    before = current.school_class.name if current else ""
    if current is not None and current.valid_from >= since:
        current.school_class, current.valid_from = school_class, since
        current.save(update_fields=["school_class", "valid_from"])
    else:
        rows.filter(valid_to__isnull=True).update(valid_to=since - _ONE_DAY)
        current = Enrolment.objects.create(
            school_id=student.school_id, student=student, school_class=school_class, valid_from=since
        )
    if student.status != StudentStatus.STUDYING:
        student.status = StudentStatus.STUDYING.value
        student.save(update_fields=["status"])
    params = {"class_name": [before, school_class.name], "from": since.isoformat()}
    _record(actor, student, "move", params)
    return current


@transaction_required
def leave_school(*, actor: Actor, student: Student, status: StudentStatus, last_day: dt.date, reason: str = "") -> None:
    """The pupil leaves after `last_day`. Invoices and history stay.

    Raises PeopleError `not_studying`, and `too_early` (date) for a day before the present enrolment.
    """
    if student.status != StudentStatus.STUDYING or status is StudentStatus.STUDYING:
        raise PeopleError("not_studying")
    rows = Enrolment.objects.for_school(student.school_id).filter(student=student, valid_to__isnull=True)
    current = rows.first()
    if current is not None and last_day < current.valid_from:
        raise PeopleError("too_early", date=current.valid_from)
    rows.update(valid_to=last_day)
    student.status = status.value
    student.save(update_fields=["status"])
    params = {"status": [StudentStatus.STUDYING.value, status.value], "to": last_day.isoformat()}
    _record(actor, student, "leave", params, reason)


def _columns(data: StudentData) -> dict[str, object]:
    name = tidy(data.full_name)
    return {
        "full_name": name,
        "name_fold": fold(name),
        "sort_key": sort_key(name),
        "birth_date": data.birth_date,
        "gender": data.gender.value,
        "sector_code": data.sector_code,
        "school_code": data.school_code,
    }


def _refuse_taken_codes(school: School, data: StudentData, student: Student | None = None) -> None:
    others = Student.objects.for_school(school).exclude(pk=student.pk if student else None)
    for field in ("sector_code", "school_code"):
        code = getattr(data, field)
        if code and (owner := others.filter(**{field: code}).first()) is not None:
            raise PeopleError(f"{field}_taken", name=owner.full_name)


def _share_guardians(student: Student, sibling: Student) -> None:
    links = Guardianship.objects.for_school(sibling.school_id).filter(student=sibling)
    Guardianship.objects.bulk_create(
        Guardianship(
            school_id=student.school_id,
            student=student,
            guardian_id=link.guardian_id,
            relationship=link.relationship,
            is_payer=link.is_payer,
        )
        for link in links
    )


def _record(actor: Actor, student: Student, verb: str, params: dict[str, Any], reason: str = "") -> None:
    audit.record(
        actor,
        f"people:student:{verb}",
        school_id=student.school_id,
        subject=("student", student.public_id),
        params=params,
        reason=reason,
    )
