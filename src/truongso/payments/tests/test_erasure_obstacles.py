"""A child's data is not erased while the school still has money that is the family's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests import factories, money

from truongso.kernel import personal_data
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.organizations.models import School
from truongso.payments.public import book
from truongso.people.models import Student
from truongso.people.privacy import erasures
from truongso.people.privacy.queries import child_of
from truongso.people.privacy.types import PrivacyRefusedError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


def test_money_of_the_family_stands_in_the_way(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [100_000])
    with savepoint():
        book(school.pk, booking=money.booking((invoice, 130_000)), actor=actor)
    Student.objects.for_school(school).update(status="transferred")
    pupil = Student.objects.for_school(school).get()
    why = ["Gia đình còn 30.000\u00a0đ nộp thừa: hoàn lại trước."]
    assert personal_data.obstacles(child_of(pupil)) == why
    with pytest.raises(PrivacyRefusedError) as refused, savepoint():
        erasures.propose(actor=actor, student=pupil, reason="Gia đình chuyển đi")
    assert (refused.value.code, refused.value.params) == ("obstacle", {"what": why[0]})
    assert not pupil.erasures.for_school(school).exists()
    brother = factories.student(school, "Nguyễn Bảo Khang", family=pupil.family)
    assert personal_data.obstacles(child_of(pupil)) == []  # a brother keeps the family in reach
    Student.objects.for_school(school).update(status="transferred")
    with savepoint():
        made = erasures.propose(actor=actor, student=pupil, reason="Gia đình chuyển đi")
        erasures.approve(actor=replace(actor, user_id=(actor.user_id or 0) + 1), erasure=made)
    assert personal_data.obstacles(child_of(brother)) == why  # once the brother alone does so, he is not erased
