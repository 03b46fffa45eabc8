"""A round with families that owe, for tests of reminders."""

from __future__ import annotations

from collections.abc import Sequence

from tests import factories, money

from truongso.fees.models import CollectionRound, FeeItem, Invoice
from truongso.kernel.actor import Actor
from truongso.messaging.public import save_channel
from truongso.messaging.types import ChannelKind
from truongso.organizations.models import School
from truongso.people.models import Guardian, Guardianship, SchoolClass, Student
from truongso.people.types import Relationship

ZALO, MAIL, FILE = ChannelKind.ZALO, ChannelKind.EMAIL, ChannelKind.FILE


def channel(school: School, actor: Actor, kind: ChannelKind = FILE) -> None:
    save_channel(school.pk, kind=kind, is_active=True, sender="thu@truong.example.vn" if kind is MAIL else "",
                 endpoint="", secret="", actor=actor)  # fmt: skip


def pupil(school: School, name: str, phone: str = "", *, class_name: str = "3A2", email: str = "") -> Student:
    """A pupil whose paying mother has the number and address given; blank: none."""
    taught = SchoolClass.objects.for_school(school).filter(name=class_name).first()
    made = factories.student(
        school, name, school_class=taught or factories.school_class(school, class_name), payer=f"Mẹ của {name}"
    )
    Guardian.objects.for_school(school).filter(family=made.family).update(phone=phone, email=email)
    return made


def guardian(student: Student, name: str, phone: str, *, is_payer: bool = False) -> Guardian:
    """One more guardian of the pupil."""
    made = factories.guardian(student.family, name, phone=phone)
    Guardianship.objects.create(
        school_id=student.school_id, student=student, guardian=made, relationship=Relationship.FATHER.value,
        is_payer=is_payer,
    )  # fmt: skip
    return made


def debt(
    of_round: CollectionRound, student: Student, amounts: Sequence[int] = (250_000,), items: Sequence[FeeItem] = ()
) -> Invoice:
    """An invoice of the round."""
    school = School.objects.get(pk=student.school_id)
    return money.invoice(school, amounts, pupil=student, of_round=of_round, items=items, due_on=of_round.due_on)
