"""The least-privilege matrix and the permissions of roles, held against each other."""

from __future__ import annotations

import pytest

from truongso.accounts.access import Caller
from truongso.accounts.matrix import DATA_OF, MATRIX, SEPARATED, Data, Reach, Right, cell, may
from truongso.accounts.models import Membership, User
from truongso.accounts.policies import MODULE_OF, PERMISSIONS, allows
from truongso.accounts.types import CONFLICTS, SCHOOL_ROLES, SENSITIVE_ROLES, STAFF_ROLES, Permission, Role
from truongso.organizations.models import School
from truongso.organizations.types import Module


def test_every_permission_says_what_it_touches() -> None:
    assert set(DATA_OF) == set(Permission), "a new permission needs a line in accounts/matrix.py DATA_OF"
    assert set(MATRIX) == set(Data)


def test_no_role_reaches_past_the_matrix() -> None:
    past = [
        f"{role.value} {permission.value}"
        for role, held in PERMISSIONS.items()
        for permission in held
        if not may(role, *DATA_OF[permission])
    ]
    assert past == []


def test_nobody_proposes_and_approves() -> None:
    both = [
        f"{role.value} {first.value}"
        for role in Role
        for first, second in SEPARATED
        if allows(role, first) and allows(role, second)
    ]
    assert both == []


def test_two_roles_of_one_person_never_propose_and_approve_together() -> None:
    together = {
        frozenset({one, other})
        for one in SCHOOL_ROLES
        for other in SCHOOL_ROLES
        if one is not other
        for first, second in SEPARATED
        if allows(one, first) and allows(other, second)
    }
    assert together <= set(CONFLICTS)


@pytest.mark.parametrize(
    "role", [Role.IT_ADMIN, Role.SUPPORT, Role.HOMEROOM_TEACHER, Role.SUBJECT_TEACHER, Role.OPERATOR]
)
def test_who_keeps_the_machines_or_teaches_sees_no_money(role: Role) -> None:
    for data in (Data.INVOICE, Data.PAYMENT, Data.BANK_ACCOUNT, Data.PERIOD):
        assert cell(role, data).rights == Right.NONE


@pytest.mark.parametrize("role", [Role.IT_ADMIN, Role.SUPPORT, Role.CASHIER, Role.ACCOUNTANT, Role.OPERATOR])
def test_grades_are_for_school_and_family(role: Role) -> None:
    assert cell(role, Data.GRADES).rights == Right.NONE


def test_officers_see_totals_of_children_and_nothing_named() -> None:
    for role in (Role.OFFICER, Role.OFFICE):
        for data in (Data.PUPIL, Data.INVOICE, Data.PAYMENT, Data.GRADES, Data.ATTENDANCE, Data.HARDSHIP):
            assert cell(role, data).reach is Reach.TOTALS
        for data in (Data.IDENTITY, Data.GUARDIAN_PHONE, Data.EXPORT):
            assert cell(role, data).rights == Right.NONE


def test_exact_cells_of_the_table() -> None:
    assert (cell(Role.CASHIER, Data.GUARDIAN_PHONE).masked, cell(Role.PRINCIPAL, Data.GUARDIAN_PHONE).on_reason) == (
        True,
        True,
    )
    assert cell(Role.PRINCIPAL, Data.PAYMENT).rights == Right.READ | Right.APPROVE
    assert cell(Role.PARENT, Data.INVOICE).reach is Reach.OWN
    assert cell(Role.PUPIL, Data.INVOICE).rights == Right.NONE
    assert len(Role) == 12
    assert SENSITIVE_ROLES < STAFF_ROLES


def test_a_part_switched_off_closes_its_pages_and_no_report() -> None:
    school = School(name="Trường Tiểu học Lê Văn Tám", switched_off=[Module.REMINDERS.value, "khong-co"])
    member = Membership(user=User(username="x"), role=Role.ACCOUNTANT.value, school=school)
    caller = Caller(member.user, member, (member,))
    assert not caller.may(Permission.SCHOOL_REMINDER_READ)
    assert caller.may(Permission.SCHOOL_EINVOICE_WRITE)
    assert set(Module) == set(MODULE_OF.values())
    reports = {Permission.SCHOOL_REPORT_READ, Permission.SCHOOL_EXPORT_READ, Permission.SCHOOL_PAYMENT_READ}
    assert not reports & set(MODULE_OF)
