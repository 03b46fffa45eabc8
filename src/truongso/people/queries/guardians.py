"""Who pays for whom."""

from __future__ import annotations

from collections.abc import Collection

from truongso.organizations.public import School
from truongso.people.models import Guardianship

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
