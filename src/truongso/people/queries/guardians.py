"""Who pays for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Max, Q, QuerySet, TextField
from django.db.models.functions import Cast

from truongso.kernel.among import among
from truongso.kernel.names import fold
from truongso.organizations.public import School
from truongso.people.models import FormerGuardian, Guardian, Guardianship, Student
from truongso.people.placeholder import placeholder_for

_BY_SUBQUERY = 500
"""More ids than this are not sent back to the database: the school's payers are read whole."""


def payer_names(school: School, student_ids: Collection[int]) -> dict[int, str]:
    """Name of the paying guardian by pupil; pupils without one are missing. One query."""
    rows = Guardianship.objects.for_school(school).filter(is_payer=True)
    if len(student_ids) <= _BY_SUBQUERY:
        rows = rows.filter(student_id__in=student_ids)
    wanted = set(student_ids)
    found = rows.values_list("student_id", "guardian__full_name")
    return {student_id: name for student_id, name in found if student_id in wanted}


def payers_or_guardians(school: School | int, student_ids: Collection[int]) -> dict[int, str]:
    """Whose name stands on a pupil's invoice: the paying guardian, else the pupil's first guardian, else the first
    guardian of a brother or sister; pupils without any are missing. 1 query, 3 when someone has no paying guardian."""
    links = Guardianship.objects.for_school(school)
    of_student = links.filter(among("student_id", student_ids))
    payers = dict(of_student.filter(is_payer=True).values_list("student_id", "guardian__full_name"))
    missing = [pk for pk in student_ids if pk not in payers]
    if not missing:
        return payers
    own = links.filter(among("student_id", missing)).order_by("-pk").values_list("student_id", "guardian__full_name")
    family = (
        Guardian.objects.for_school(school)
        .filter(among("family__students__pk", missing), guardianships__isnull=False)
        .order_by("-pk")
        .values_list("family__students__pk", "full_name")
    )
    return {**dict(family), **dict(own), **payers}


@dataclass(frozen=True, slots=True)
class Contact:
    """A guardian of a pupil, with the ways to reach him or her; blank where unknown."""

    student_id: int
    guardian_id: int
    full_name: str
    phone: str
    email: str
    is_payer: bool


def contacts_of_students(school_id: int, student_ids: Collection[int]) -> dict[int, list[Contact]]:
    """Guardians by pupil, the payer first, then in the order they were entered; 1 query.

    Only guardianship counts: somebody of the same household who is no guardian of the child is not among them.
    """
    rows = Guardianship.objects.for_school(school_id).select_related("guardian")
    if len(student_ids) <= _BY_SUBQUERY:
        rows = rows.filter(student_id__in=student_ids)
    wanted = set(student_ids)
    found: dict[int, list[Contact]] = {}
    for row in rows.order_by("-is_payer", "pk"):
        if row.student_id in wanted:
            one = row.guardian
            contact = Contact(row.student_id, one.pk, one.full_name, one.phone, one.email, row.is_payer)
            found.setdefault(row.student_id, []).append(contact)
    return found


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whose address it is: guardians' names, and the pupils they are guardians of."""

    names: tuple[str, ...]
    pupils: tuple[str, ...]


def addressees(school_id: int, addresses: Collection[str]) -> dict[str, Addressee]:
    """Guardians with these telephone numbers or e-mail addresses, by address; those of nobody are left out; 1 query."""
    if not addresses:
        return {}
    rows = Guardianship.objects.for_school(school_id).select_related("guardian", "student")
    wanted = rows.filter(among("guardian__phone", addresses)) | rows.filter(among("guardian__email", addresses))
    people: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for row in wanted.order_by("guardian_id", "student__sort_key"):
        for address in {row.guardian.phone, row.guardian.email.lower()} & set(addresses):
            names, pupils = people.setdefault(address, ({}, {}))
            names[row.guardian.full_name] = None
            pupils[row.student.full_name] = None
    return {address: Addressee(tuple(names), tuple(pupils)) for address, (names, pupils) in people.items()}


def names_of_guardians(school: School, guardians: Iterable[Guardian]) -> set[str]:
    """Under which names messages are for these guardians: their own, and the stand-in's that their children had while
    nobody was named. Within the school's own scope, one query."""
    own = list(guardians)
    children = Student.objects.for_school(school).filter(guardianships__guardian__in=own).distinct()
    names = children.order_by().values_list("full_name", flat=True)
    return {*(one.full_name for one in own), *(placeholder_for(name) for name in names)}


def last_ending(school_id: int, family_id: int) -> dt.datetime | None:
    """When somebody last ceased to be guardian of a child of the household; None: nobody did. One query."""
    rows = FormerGuardian.objects.for_school(school_id).filter(student__family=family_id)
    found: dt.datetime | None = rows.aggregate(at=Max("ended_at"))["at"]
    return found


def families_named(school: School | int, words: str) -> QuerySet[Guardian, int]:
    """Ids of families with a guardian whose name holds every word, without accents; for use inside a query."""
    rows = Guardian.objects.for_school(school)
    for word in fold(words).split():
        rows = rows.filter(name_fold__contains=word)
    return rows.order_by().values_list("family_id", flat=True)


def students_with_phone(school: School, numbers: Collection[str]) -> list[int]:
    """Ids of pupils with a guardian who has exactly one of these telephone numbers, the first or another; 1 query."""
    links = Guardianship.objects.for_school(school).alias(others=Cast("guardian__other_phones", TextField()))
    wanted = Q(guardian__phone__in=numbers)
    for number in numbers:
        wanted |= Q(others__contains=f'"{number}"')
    return list(links.filter(wanted).order_by().values_list("student_id", flat=True))
