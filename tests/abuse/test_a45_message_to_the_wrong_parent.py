"""A45: nobody but a child's own guardians ever learns what the child owes, whatever the families look like."""

from __future__ import annotations

import random

import pytest

from tests import factories
from truongso.fees.types import RoundState
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.messaging.models import Delivery
from truongso.messaging.types import ChannelKind
from truongso.organizations.models import School
from truongso.payments.reminders.planning import plan
from truongso.payments.reminders.services import ask, send
from truongso.payments.reminders.tests.helpers import FILE, channel, debt
from truongso.people.models import Guardian, Guardianship, Student
from truongso.people.types import Relationship

pytestmark = pytest.mark.django_db


def _graph(school: School, rng: random.Random) -> list[Student]:
    """Families of one to three children and one to three adults; who is whose guardian is drawn at random."""
    taught = factories.school_class(school, "3A2")
    pupils = []
    for house in range(rng.randint(2, 5)):
        family = factories.family(school)
        adults = [
            factories.guardian(family, f"Người lớn {house}{n}", phone=rng.choice(["", f"09000{house:02}{n:03}"]))
            for n in range(rng.randint(1, 3))
        ]
        for n in range(rng.randint(1, 3)):
            child = factories.student(school, f"Trẻ {house}x{n}", school_class=taught, family=family, payer=None)
            payer_taken = False
            for adult in rng.sample(adults, rng.randint(0, len(adults))):
                is_payer = not payer_taken and rng.random() < 0.5
                payer_taken = payer_taken or is_payer
                Guardianship.objects.create(
                    school=school, student=child, guardian=adult, relationship=Relationship.GUARDIAN.value,
                    is_payer=is_payer,
                )  # fmt: skip
            pupils.append(child)
    return pupils


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.usefixtures("school_day")
def test_random_families(school: School, actor: Actor, seed: int) -> None:
    rng = random.Random(seed)
    channel(school, actor)
    of_round = factories.collection_round(school, state=RoundState.ISSUED)
    pupils = _graph(school, rng)
    owing = [child for child in pupils if rng.random() < 0.8]
    for child in owing:
        debt(of_round, child)
    if not owing:
        return
    seen = plan(school.pk, round_id=of_round.pk, class_names=[], channels=[FILE])
    made = ask(school.pk, round_id=of_round.pk, class_names=[], channels=[FILE], send_at=clock.now(),
               seen=len(seen.messages), actor=actor)  # fmt: skip
    _change_one_guardian(school, rng)
    assert send(school.pk, reminder_id=made.pk, actor=actor)
    own: dict[str, set[str]] = {}
    for link in Guardianship.objects.for_school(school).select_related("guardian", "student"):
        own.setdefault(link.guardian.phone, set()).add(link.student.full_name)
    for message in Delivery.objects.for_school(school):
        named = {child.full_name for child in pupils if child.full_name in message.body}
        assert named, message.body
        assert named <= own[message.address]
        assert message.kind == ChannelKind.FILE.value


def _change_one_guardian(school: School, rng: random.Random) -> None:
    """Between asking and sending somebody stops being a guardian: what counts is the moment of sending."""
    links = list(Guardianship.objects.for_school(school))
    if links:
        rng.choice(links).delete()


@pytest.mark.usefixtures("school_day")
def test_one_number_in_two_families_never_mixes_them(school: School, actor: Actor) -> None:
    channel(school, actor)
    of_round = factories.collection_round(school, state=RoundState.ISSUED)
    taught = factories.school_class(school)
    for name, mother in (("Nguyễn An", "Mẹ An"), ("Trần Bình", "Mẹ Bình")):
        child = factories.student(school, name, school_class=taught, payer=mother)
        Guardian.objects.for_school(school).filter(family=child.family).update(phone="0900000011")
        debt(of_round, child)
    made = ask(school.pk, round_id=of_round.pk, class_names=[], channels=[FILE], send_at=clock.now(), seen=2,
               actor=actor)  # fmt: skip
    send(school.pk, reminder_id=made.pk, actor=actor)
    bodies = [d.body for d in Delivery.objects.for_school(school)]
    assert len(bodies) == 2
    assert not any("Nguyễn An" in body and "Trần Bình" in body for body in bodies)
