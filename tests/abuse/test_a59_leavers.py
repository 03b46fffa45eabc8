"""A59: who has left, was moved or suspended has no way in from that moment on, whatever session or link they hold."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.test import Client

from tests import factories
from truongso.accounts.services import new_activation
from truongso.accounts.staffing import services
from truongso.accounts.staffing.services import Manager
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db
MORNING = dt.datetime(2026, 10, 5, 2, 0, tzinfo=dt.UTC)


def test_a_role_ends_with_its_last_day_in_an_open_session(school: School) -> None:
    person = factories.user(Role.ACCOUNTANT, school=school)
    principal = factories.user(Role.PRINCIPAL, school=school)
    client = factories.login(Client(), person)
    with clock.frozen(MORNING), transaction.atomic():
        services.end_role(
            by=Manager(principal, True, frozenset({school.pk})), place=school,
            membership=person.memberships.get(), last_day=dt.date(2026, 10, 5), reason="Chuyển công tác",
        )  # fmt: skip
    with clock.frozen(MORNING):
        assert client.get("/thu").status_code == 200
    with clock.frozen(MORNING + dt.timedelta(hours=15)):  # midnight at school
        assert client.get("/thu").status_code == 403


def test_a_suspended_person_is_out_at_once_and_their_link_is_dead(school: School, actor: Actor) -> None:
    person = factories.user(Role.SUBJECT_TEACHER, school=school, second_factor=False)
    client = Client()
    client.post("/dang-nhap", {"login": person.username, "password": factories.PASSWORD})
    assert client.get("/tai-khoan").status_code == 200
    with transaction.atomic():
        token = new_activation(actor=actor, user=person)
        services.set_active(
            by=Manager(factories.user(Role.IT_ADMIN, school=school), False, frozenset({school.pk})), place=school,
            user=person, active=False, reason="Nghỉ việc",
        )  # fmt: skip
    assert client.get("/tai-khoan").status_code == 302
    assert Client().get(f"/kich-hoat/{token}").status_code == 410
    again = Client()
    again.post("/dang-nhap", {"login": person.username, "password": factories.PASSWORD})
    assert "_auth_user_id" not in again.session
