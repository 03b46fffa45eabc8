"""Both guardians of a pupil are ended in the same moment: one stays."""

from __future__ import annotations

from functools import partial

import pytest

from tests import factories
from truongso.banking.tests.helpers import at_once
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.organizations.models import School
from truongso.people.guardians.services import end_guardianship
from truongso.people.models import FormerGuardian, Guardianship
from truongso.people.types import PeopleError

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
CLERK = Actor(7, "Lò Thị Trưởng", "web")


def test_somebody_is_left(school: School) -> None:
    for turn in range(4):
        pupil = factories.student(school, f"Nguyễn Bảo {'ABCD'[turn]}n")
        father = factories.guardian(pupil.family, "Nguyễn Văn Hùng", phone="")
        Guardianship.objects.create(school=school, student=pupil, guardian=father, relationship="father")
        links = list(Guardianship.objects.for_school(school).filter(student=pupil).order_by("pk"))

        def act(number: int, links: list[Guardianship]) -> str:
            try:
                with transaction():
                    end_guardianship(actor=CLERK, student=links[0].student, link=links[number], reason="Thử")
            except PeopleError as error:
                return error.code
            return ""

        assert sorted(map(str, at_once(2, partial(act, links=links)))) == ["", "last_guardian"]
        assert Guardianship.objects.for_school(school).filter(student=pupil, is_payer=True).count() == 1
    assert FormerGuardian.objects.for_school(school).count() == 4
