"""Whether somebody knows about a pupil what only its family and the school know."""

from __future__ import annotations

import datetime as dt

from truongso.people.models import Guardian, Student
from truongso.people.roster.phones import read_phones


def knows_pupil(school_id: int, student_id: int | None, *, birth_date: dt.date | None, phone: str) -> bool:
    """True when the birth date is the pupil's or the number that of a guardian in its family; 2 queries, always.

    The same work is done for a pupil that does not exist (None), so that the time tells nothing.
    """
    pupil = Student.objects.for_school(school_id).filter(pk=student_id or 0).values_list("birth_date", "family_id")
    born, family_id = pupil.first() or (None, 0)
    numbers = read_phones(phone)
    given = set(numbers) if isinstance(numbers, tuple) else set()
    guardians = Guardian.objects.for_school(school_id).filter(family_id=family_id, guardianships__isnull=False)
    guardians = guardians.only("phone", "other_phones")
    known = {number for guardian in guardians for number in guardian.phones}
    return (born is not None and born == birth_date) or bool(given & known)
