"""Reads of families' accounts. An account counts while it is open and somebody it is for studies at the school."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast, Lower

from truongso.kernel import clock, scope
from truongso.organizations.public import School
from truongso.people.family_accounts.types import OfferWay
from truongso.people.models import AccountOffer, Enrolment, FamilyAccount, Guardian, Guardianship, Student
from truongso.people.privacy.consents import standing
from truongso.people.privacy.notices import is_contact_of_now
from truongso.people.privacy.purposes import PUPIL_ACCOUNT, PURPOSES
from truongso.people.types import StudentStatus

STUDYING = StudentStatus.STUDYING.value


@dataclass(frozen=True, slots=True)
class OwnChild:
    """A pupil as the account of a guardian sees it; for the pupil's own account `guardian` is None."""

    school: School
    student: Student
    class_name: str
    guardian: Guardian | None


@dataclass(frozen=True, slots=True)
class Whose:
    """A guardian, or the pupil itself (`guardian` None), with the account held now."""

    guardian: Guardian | None
    account: FamilyAccount | None


def children_of(user_id: int, schools: Iterable[School]) -> list[OwnChild]:
    """The user's own children, or the user as a pupil, school by school; each school is read within its own scope,
    four queries each."""
    found = []
    for school in schools:
        with scope.at_school(school.pk):
            found += _at(user_id, school)
    return found


def child_of_user(user_id: int, schools: Iterable[School], public_id: str) -> OwnChild | None:
    """One of the user's own children; None for every other pupil."""
    return next((one for one in children_of(user_id, schools) if one.student.public_id == public_id), None)


def own_guardian(user_id: int, student: Student) -> Guardian | None:
    """Which guardian of the pupil the user is; None when none, or when the account or the child's time is over."""
    if student.status != STUDYING:
        return None
    rows = Guardian.objects.for_school(student.school_id).filter(
        guardianships__student=student, accounts__user_id=user_id, accounts__ended_at=None
    )
    found: Guardian | None = rows.first()
    return found


def guardians_at(user_id: int, school: School) -> list[Guardian]:
    """As which guardians the user is known at the school; within the school's own scope, one query."""
    with scope.at_school(school.pk):
        rows = Guardian.objects.for_school(school).filter(accounts__user_id=user_id, accounts__ended_at=None)
        return list(rows.order_by("pk"))


def contacts_of_others(school: School, guardians: Iterable[Guardian]) -> set[str]:
    """Those contacts of the guardians that are on record with another family of the school too, mistyped or shared;
    e-mail addresses in small letters. Within the school's own scope, one query."""
    own = list(guardians)
    known = {*(number for one in own for number in one.phones), *(one.email.lower() for one in own if one.email)}
    if not known:
        return set()
    others = Guardian.objects.for_school(school).exclude(family__in={one.family_id for one in own})
    further = Cast("other_phones", TextField())
    named = Q(phone__in=known) | Q(mail__in=known)
    for number in known:
        named |= Q(further__contains=f'"{number}"')
    rows = others.annotate(mail=Lower("email"), further=further).filter(named)
    return known & {text for one in rows for text in (*one.phones, one.email.lower())}


def accounts_of_pupil(student: Student, guardians: Iterable[Guardian]) -> list[Whose]:
    """Each guardian of a pupil, then the pupil, with the account held now; two queries."""
    people = list(guardians)
    rows = FamilyAccount.objects.for_school(student.school_id).filter(ended_at=None).select_related("user")
    held = {row.guardian_id: row for row in rows.filter(guardian__in=people)}
    own = rows.filter(student=student).first()
    return [*(Whose(one, held.get(one.pk)) for one in people), Whose(None, own)]


def offer_by_hash(token_hash: str) -> AccountOffer | None:
    """The offer of a token, whatever its state; None for one that was made up."""
    rows = AccountOffer.objects.across_schools("the token alone says whose it is")
    found: AccountOffer | None = (
        rows.select_related("guardian", "student", "school").filter(token_hash=token_hash).first()
    )
    return found


def is_open_offer(offer: AccountOffer) -> bool:
    """Whether an offer can still be taken up: one that was sent, only while the contact it went to is the guardian's on
    record. One query at most."""
    is_live = offer.used_at is None and offer.expires_at > clock.now()
    if not is_live or offer.way == OfferWay.SLIP.value:
        return is_live
    return is_contact_of_now(offer.school_id, offer.guardian, message_key(offer))


def message_key(offer: AccountOffer) -> str:
    """By which the message that carried an offer is found again."""
    return f"family-account:{offer.pk}"


def was_ended_by_school(guardian: Guardian) -> bool:
    """Whether the guardian's last account was ended by somebody at school (not by the clock with the last child, nor by
    joining another). One query."""
    rows = FamilyAccount.objects.for_school(guardian.school_id).filter(guardian=guardian)
    last = rows.order_by("-pk").first()
    return last is not None and last.ended_at is not None and last.ended_by is not None


def pupils_for_proof(offer: AccountOffer) -> list[Student]:
    """The pupils whose birth date proves that the offer is in the right hands: the one it is for, or each child
    studying here of the guardian it is for (a slip names whichever it was printed from)."""
    student: Student | None = offer.student
    if student is not None:
        return [student]
    rows = Student.objects.for_school(offer.school_id).filter(
        guardianships__guardian=offer.guardian_id, status=STUDYING
    )
    return list(rows.order_by("pk"))


def is_other_side(offer: AccountOffer, user_id: int) -> bool:
    """Whether the user is a child of the guardian the offer is for, or a guardian of the pupil it is for: both know the
    answer the offer asks for, and neither is the other. One query."""
    rows = open_accounts(offer.school_id).filter(user_id=user_id)
    if offer.student_id is not None:
        return rows.filter(guardian__guardianships__student=offer.student_id).exists()
    return rows.filter(student__guardianships__guardian=offer.guardian_id).exists()


def is_old_enough(birth_date: dt.date | None, day: dt.date) -> bool:
    """Whether a pupil may have an account: in the year of turning `PUPIL_ACCOUNT_AGE`, as ages are counted at school;
    unknown is not old enough."""
    return birth_date is not None and day.year - birth_date.year >= settings.PUPIL_ACCOUNT_AGE


def has_consent(student: Student) -> bool:
    """Whether the representative agreed to an account of the pupil's own."""
    return standing(student, PURPOSES[PUPIL_ACCOUNT]).holds


def open_accounts(school_id: int) -> QuerySet[FamilyAccount]:
    """Accounts held now at the school."""
    rows: QuerySet[FamilyAccount] = FamilyAccount.objects.for_school(school_id).filter(ended_at=None)
    return rows.select_related("user", "student", "guardian")


def accounts_without_children(school_id: int) -> list[FamilyAccount]:
    """Accounts held now whose last child has left, or whose consent was taken back."""
    links = Guardianship.objects.for_school(school_id).filter(guardian=OuterRef("guardian"), student__status=STUDYING)
    rows = open_accounts(school_id)
    over = list(rows.filter(guardian__isnull=False).exclude(Exists(links)))
    return over + [one for one in rows.filter(student__isnull=False) if not _may_go_on(one.student)]


def _may_go_on(student: Student) -> bool:
    """Whether a pupil's own account stays: at the school, and the representative's yes stands."""
    return student.status == STUDYING and has_consent(student)


def _at(user_id: int, school: School) -> list[OwnChild]:
    rows = FamilyAccount.objects.for_school(school).filter(user_id=user_id, ended_at=None)
    held = list(rows.select_related("guardian", "student"))
    pupils: list[tuple[Student, Guardian | None]] = [
        (one.student, None) for one in held if one.student is not None and _may_go_on(one.student)
    ]
    guardians = {one.guardian_id: one.guardian for one in held if one.guardian is not None}
    if guardians:
        links = Guardianship.objects.for_school(school).filter(guardian__in=guardians, student__status=STUDYING)
        links = links.select_related("student").order_by("student__birth_date", "student__sort_key", "pk")
        pupils += [(link.student, guardians[link.guardian_id]) for link in links]
    names = _class_names(school, [one.pk for one, _guardian in pupils])
    unique = {one.pk: OwnChild(school, one, names.get(one.pk, ""), guardian) for one, guardian in reversed(pupils)}
    return list(reversed(unique.values()))


def _class_names(school: School, student_ids: list[int]) -> dict[int, str]:
    """In which class each sits today."""
    rows = Enrolment.objects.for_school(school).filter(student__in=student_ids, valid_to=None)
    return dict(rows.annotate(name=F("school_class__name")).values_list("student_id", "name"))
