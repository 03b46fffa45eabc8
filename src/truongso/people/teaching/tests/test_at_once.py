"""Two people who give the same teacher the same class at the same moment: it is given once."""

from __future__ import annotations

import datetime as dt

import pytest
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking.tests.helpers import at_once
from truongso.kernel.db import transaction
from truongso.organizations.models import School
from truongso.people.models import TeachingAssignment
from truongso.people.teaching.services import assign
from truongso.people.teaching.types import TeachingRefusedError

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_overlapping_days_are_given_once(school: School) -> None:
    teacher = factories.user(Role.SUBJECT_TEACHER, school=school)
    classes = [factories.school_class(school, name).pk for name in ("3A1", "3A2", "3A3")]

    other = factories.user(Role.SUBJECT_TEACHER, school=school)
    factories.teaching(other, factories.school_class(school, "3A4"), "Toán")  # the subject's row is there already

    def give(number: int) -> str:
        """Both want all classes, in another order and from another day."""
        try:
            with transaction():
                assign(
                    actor=money.ACTOR, school_id=school.pk, user_id=teacher.pk, subject_key="TOAN",
                    class_ids=classes[::-1] if number else classes, valid_from=dt.date(2026, 9, 1 + number),
                )  # fmt: skip
        except TeachingRefusedError as error:
            return error.code
        return ""

    assert sorted(map(str, at_once(2, give))) == ["", "already_there"]
    assert TeachingAssignment.objects.for_school(school).filter(user=teacher).count() == 3
