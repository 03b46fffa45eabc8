"""A teacher who teaches a class."""

from __future__ import annotations

from tests import factories
from truongso.accounts.types import Role
from truongso.fees.models import Invoice
from truongso.organizations.models import School
from truongso.people.models import Enrolment

TABLES = ("people_teachingassignment",)


def fill_teaching(school: School, invoice: Invoice) -> None:
    """The class of the invoice's pupil is taught a subject."""
    seat = Enrolment.objects.for_school(school).get(student_id=invoice.student_id, valid_to=None)
    factories.teaching(factories.user(Role.SUBJECT_TEACHER, school=school), seat.school_class)
