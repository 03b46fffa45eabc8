"""A06: fields of accounts that no form offers cannot be sent along with one."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import factories
from truongso.accounts.models import Membership, User
from truongso.accounts.types import Role
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db


def hostile(other: School) -> dict[str, str]:
    """Every column of a user, a membership and a request with a value that would hurt."""
    return {
        "is_active": "1", "is_staff": "1", "is_superuser": "1", "password": "Nui-Cao4mua", "id": "1", "pk": "1",
        "public_id": "x" * 26, "second_factor_since": "2020-01-01", "password_changed_at": "2020-01-01",
        "change_required": "", "activated_at": "2020-01-01", "school": str(other.pk), "school_id": str(other.pk),
        "unit": "1", "user": "1", "user_id": "1", "decision": "approved", "decided_by": "1", "proposer_approves": "1",
        "approves": "1", "scope": str(other.pk), "last_login": "2020-01-01", "created_at": "2020-01-01",
    }  # fmt: skip


def test_a_new_person_has_what_the_form_says_and_nothing_else(school: School, other_school: School) -> None:
    client = factories.login(Client(), factories.user(Role.IT_ADMIN, school=school))
    data = {"full_name": "Lý Thị Mới", "role": "cashier", "valid_from": "05/10/2026", **hostile(other_school)}
    client.post("/nguoi-dung/them", data)
    made = User.objects.get(full_name="Lý Thị Mới")
    assert (made.has_usable_password(), made.password_changed_at, made.second_factor_since) == (False, None, None)
    assert len(made.public_id) == 26
    assert made.public_id != "x" * 26
    assert Membership.objects.filter(user=made).count() == 0
    request = made.requests.get()
    assert (request.school, request.decision, request.proposer_approves) == (school, "", False)


@pytest.mark.parametrize("role", ["office", "officer", "operator", "parent", "vua", "", "principal,it_admin"])
def test_roles_outside_the_list_are_refused(school: School, role: str) -> None:
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    before = (User.objects.count(), Membership.objects.count())
    data = {"full_name": "Lý Thị Mới", "role": role, "valid_from": "05/10/2026"}
    assert client.post("/nguoi-dung/them", data).status_code == 422
    assert (User.objects.count(), Membership.objects.count()) == before


def test_ones_own_page_changes_the_password_alone(school: School, other_school: School) -> None:
    person = factories.user(Role.ACCOUNTANT, school=school)
    client = factories.login(Client(), person)
    data = {**hostile(other_school), "old_password": factories.PASSWORD, "password": "Nui-Cao4mua", "username": "admin"}
    client.post("/tai-khoan", data)
    before, person = person, User.objects.get(pk=person.pk)
    assert person.check_password("Nui-Cao4mua")
    for name in ("username", "full_name", "email", "is_active", "public_id", "second_factor_since", "created_at"):
        assert getattr(person, name) == getattr(before, name)
    assert person.memberships.get().school == school
