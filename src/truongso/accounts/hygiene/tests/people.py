"""The people of a school as these tests have them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tests import factories

from truongso.accounts.models import User
from truongso.accounts.staffing.services import Manager
from truongso.accounts.types import Role
from truongso.organizations.models import OrgUnit, School, Supervision
from truongso.organizations.types import SupervisionFunction


@dataclass
class Staff:
    """The usual people of a school, and the department's office above it."""

    school: School
    unit: OrgUnit
    it: User
    principal: User
    accountant: User
    teacher: User
    office: User

    def by(self, user: User) -> Manager:
        return Manager(user, user in {self.principal, self.office}, frozenset({self.school.pk}))


def staff_of(school: School) -> Staff:
    """IT administrator, principal, accountant with a second factor; a teacher with a password alone."""
    unit = factories.org_unit()
    Supervision.objects.create(
        school=school, unit=unit, function=SupervisionFunction.REPORTING.value, valid_from=dt.date(2025, 7, 1)
    )
    made = Staff(
        school,
        unit,
        factories.user(Role.IT_ADMIN, school=school, full_name="Vàng A Quản", username="quan"),
        factories.user(Role.PRINCIPAL, school=school, full_name="Lò Thị Trưởng", username="truong"),
        factories.user(Role.ACCOUNTANT, school=school, full_name="Phạm Thị Hòa", username="hoapt"),
        factories.user(
            Role.SUBJECT_TEACHER, school=school, full_name="Giàng A Dạy", username="day", second_factor=False
        ),
        factories.user(Role.OFFICE, unit=unit, full_name="Bộ phận thường trực", username="thuongtruc"),
    )
    for person in (made.it, made.principal, made.accountant, made.teacher):
        person.email = f"{person.username}@truong.example"
        person.save(update_fields=["email"])
    return made
