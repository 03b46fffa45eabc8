"""Accounts of families: a parent with children at several schools and a child with an account of its own, both to be
activated by the visitor; an offer that waits, and another e-mail address that is asked for."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from truongso.accounts.public import User, create_user, new_activation
from truongso.fees.public import Invoice
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.messaging.public import save_channel
from truongso.messaging.types import ChannelKind
from truongso.organizations.types import SchoolLevel
from truongso.people.public import (
    DataRequestKind,
    Guardian,
    Student,
    agree_to_purpose,
    ask_about_data,
    find_account_offer,
    guardians_of,
    is_pupil_old_enough,
    print_account_offer,
    send_account_offer,
    take_up_account,
)
from truongso.sandbox.demo.desk import FAMILY
from truongso.sandbox.demo.setup import ACTOR, PARENT, PUPIL, TITLES, Activation, DemoSchool, Say
from truongso.sandbox.province.specs import PupilSpec

Household = list[tuple[DemoSchool, Student]]
"""Brothers and sisters with the school of each."""

_PUPIL_ACCOUNT = "pupil_account"


def show(demo: Sequence[DemoSchool], unpaid: Iterable[Invoice], say: Say) -> list[Activation]:
    """The links of the parent and, where a child is old enough, of the pupil. `unpaid`: what families still owe, so
    that the parent finds something to pay."""
    place = next((one for one in demo if one.spec.level is SchoolLevel.LOWER_SECONDARY), demo[0])
    chosen = list(itertools.islice(_households(demo, place, unpaid), 2))
    if not chosen:
        return []
    with transaction():
        save_channel(
            place.school.pk, kind=ChannelKind.FILE, is_active=True, sender="", endpoint="", secret="", actor=ACTOR
        )
        links = [_parent(chosen[0]), *_pupil(chosen[0])]
        _other_address(chosen[0])
        for waiting in chosen[1:]:
            student = waiting[0][1]
            send_account_offer(actor=FAMILY, student=student, guardian=_guardian(student))
    say(f"{place.spec.short_name}: tài khoản của phụ huynh và học sinh, lời mời đang chờ, đề nghị đổi liên hệ")
    return links


def _households(demo: Sequence[DemoSchool], place: DemoSchool, unpaid: Iterable[Invoice]) -> Iterator[Household]:
    """Families of `place`, first those that owe something there, of them those with children at several schools; the
    child there leads."""
    owing = {one.student.sector_code for one in unpaid if one.school_id == place.school.pk}
    siblings: dict[int, list[tuple[DemoSchool, str]]] = {}
    for one in demo:
        for pupil in one.pupils:
            siblings.setdefault(pupil.family.number, []).append((one, pupil.sector_code))

    def schools(pupil: PupilSpec) -> int:
        return len({one.spec.code for one, _code in siblings[pupil.family.number]})

    for pupil in sorted(place.pupils, key=lambda one: (one.sector_code not in owing, -schools(one))):
        first = (place, pupil.sector_code)
        others = [one for one in siblings[pupil.family.number] if one != first]
        yield [(one, _student(one, code)) for one, code in (first, *others)]


def _student(place: DemoSchool, sector_code: str) -> Student:
    found: Student = Student.objects.for_school(place.school.pk).get(sector_code=sector_code)
    return found


def _guardian(student: Student) -> Guardian:
    return guardians_of(student)[0]


def _parent(household: Household) -> Activation:
    """One person, joined to a guardian at every school where a child is."""
    (place, student), *others = household
    user = _person(PARENT, place, _guardian(student).full_name)
    schools = {one.school.pk for one, _child in household[:1]}
    _take_up(student, _guardian(student), user)
    for one, child in others:
        if one.school.pk not in schools:
            schools.add(one.school.pk)
            _take_up(child, _guardian(child), user)
    return _link(PARENT, place, user)


def _pupil(household: Household) -> list[Activation]:
    """The child at the first school, after a parent's yes; nothing for one who is too young."""
    place, student = household[0]
    if not is_pupil_old_enough(student.birth_date, clock.today()):
        return []
    agree_to_purpose(
        actor=FAMILY, student=student, purpose=_PUPIL_ACCOUNT, guardian=_guardian(student), child_agrees=False
    )
    user = _person(PUPIL, place, student.full_name)
    _take_up(student, None, user)
    return [_link(PUPIL, place, user)]


def _other_address(household: Household) -> None:
    student = household[0][1]
    guardian = _guardian(student)
    ask_about_data(
        actor=FAMILY, student=student, kind=DataRequestKind.CORRECT, asked_by=guardian.full_name, guardian=guardian,
        detail="Thêm email để nhận tin: giadinh@laocai.example",
    )  # fmt: skip


def _person(word: str, place: DemoSchool, full_name: str) -> User:
    return create_user(actor=ACTOR, username=f"{word}.{place.spec.slug}", full_name=full_name)


def _take_up(student: Student, guardian: Guardian | None, user: User) -> None:
    """A slip is printed, and its owner takes it up signed in."""
    address = print_account_offer(actor=ACTOR, student=student, guardian=guardian)
    offer = find_account_offer(address.rsplit("/", 1)[1])
    if offer is None:
        raise RuntimeError("the slip leads nowhere")
    take_up_account(offer=offer, user=user, actor=FAMILY)


def _link(word: str, place: DemoSchool, user: User) -> Activation:
    return Activation(TITLES[word], user.username, place.spec.short_name, new_activation(actor=ACTOR, user=user))
