"""Offering an account, taking it up, and its end.

Nobody is made the owner of an account by what merely agrees: the one-time link goes to the contact on record or is
handed over on a slip, its holder answers what only the family knows, and who has an account already joins it by being
signed in to it. ADR 0011.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from truongso.accounts.public import (
    User,
    create_family_user,
    end_family_role,
    has_own_way_in,
    hold_family_role,
    new_activation,
)
from truongso.accounts.types import Role
from truongso.kernel import audit, clock, scope
from truongso.kernel.actor import Actor
from truongso.kernel.among import among
from truongso.kernel.db import transaction, transaction_required
from truongso.kernel.masking import masked_address
from truongso.messaging.public import FAMILY_ACCOUNT, FAMILY_ACCOUNT_OPENED, queue
from truongso.messaging.types import Outgoing
from truongso.organizations.public import School
from truongso.people.family_accounts.queries import (
    STUDYING,
    accounts_without_children,
    has_consent,
    is_old_enough,
    is_open_offer,
    is_other_side,
    message_key,
    offer_by_hash,
    pupils_for_proof,
    was_ended_by_school,
)
from truongso.people.family_accounts.types import FamilyAccountRefusedError, OfferWay
from truongso.people.models import AccountOffer, CopyLink, DataRequest, FamilyAccount, Guardian, Student
from truongso.people.privacy.notices import way_to
from truongso.people.privacy.queries import guardians_of

OFFER_LIFETIME = dt.timedelta(hours=72)
_CLOCK = Actor.system("people", "worker")
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of taking an offer up: whose account it is now, and the token by which a new one gets its password
    ("" for who was signed in)."""

    account: FamilyAccount
    token: str = ""


@transaction_required
def send_offer(*, actor: Actor, student: Student, guardian: Guardian) -> str:
    """A link to the guardian's contact on record; where it went, masked.

    Whose account the school ended gets another by a slip alone, which somebody at school hands over.
    Raises FamilyAccountRefusedError not_a_guardian, not_studying, no_contact, slip_alone.
    """
    _check_guardian(student, guardian)
    way = way_to(student.school_id, guardian)
    if way is None:
        raise FamilyAccountRefusedError("no_contact")
    if was_ended_by_school(guardian):
        raise FamilyAccountRefusedError("slip_alone")
    offer, token = _offer(actor, student, OfferWay.MESSAGE, guardian=guardian)
    school: School = student.school
    values = {
        "nguoi_nhan": guardian.full_name, "hoc_sinh": student.full_name, "truong": school.short_name,
        "dia_chi": address_of(token), "lien_he": school.support_phone or school.phone,
    }  # fmt: skip
    key = message_key(offer)
    message = Outgoing(way[0], way[1], FAMILY_ACCOUNT, values, dedupe_key=key, essential=True)
    queue(school.pk, messages=[message], batch=key, actor=actor)
    return masked_address(way[1])


@transaction_required
def print_offer(*, actor: Actor, student: Student, guardian: Guardian | None) -> str:
    """The address of a link for a slip that the school hands over: to a guardian, or (None) to the pupil.

    Raises FamilyAccountRefusedError not_a_guardian, not_studying; for pupils too_young (least), no_consent.
    """
    if guardian is not None:
        _check_guardian(student, guardian)
        return address_of(_offer(actor, student, OfferWay.SLIP, guardian=guardian)[1])
    _check_pupil(student)
    return address_of(_offer(actor, student, OfferWay.SLIP)[1])


def address_of(token: str) -> str:
    """The page at which an offer is taken up."""
    return f"{settings.PUBLIC_URL}/gia-dinh/mo/{token}"


def find_offer(token: str) -> AccountOffer | None:
    """The offer of a token, used or not; None for one that was made up. One query."""
    return offer_by_hash(_hash(token))


@transaction_required
def take_up(*, offer: AccountOffer, user: User | None, actor: Actor) -> Taken:
    """Make an account, or join it to the one the person is signed in to (`user`).

    An account that was begun and never got a password is begun anew. Raises FamilyAccountRefusedError offer_over,
    has_account (an account in use holds it), own_child (a pupil is nobody's guardian by the guardian's link, nor the
    other way round), and what the offer itself would be refused for now.
    """
    row: AccountOffer = (
        AccountOffer.objects.for_school(offer.school_id)
        .select_for_update(of=("self",))
        .select_related("guardian", "student", "school")
        .get(pk=offer.pk)
    )
    if not is_open_offer(row):
        raise FamilyAccountRefusedError("offer_over")
    _check_still(row)
    if user is not None and is_other_side(row, user.pk):
        raise FamilyAccountRefusedError("own_child")
    held = _held(row)
    if held is not None and (user is not None or has_own_way_in(held.user)):
        if has_own_way_in(held.user):
            raise FamilyAccountRefusedError("has_account")
        _end(held, actor, clock.today(), _("Bắt đầu tạo rồi bỏ dở, nay gắn vào tài khoản đang dùng"))
        held = None
    row.used_at = clock.now()
    row.save(update_fields=["used_at"])
    if held is None:
        held = _take(row, user, actor)
    if row.way == OfferWay.SLIP.value:
        _tell_of_slip(row, actor)
    return Taken(held, "" if user is not None else new_activation(actor=actor, user=held.user))


@transaction_required
def end_account(*, actor: Actor, account: FamilyAccount, reason: str) -> None:
    """The school ends an account of a family: a guardian who is none any more, a slip in the wrong hands. Links the
    person still holds end with it.

    Raises FamilyAccountRefusedError not_open.
    """
    offers = AccountOffer.objects.for_school(account.school_id)
    _close(offers.filter(guardian=account.guardian_id, student=account.student_id))
    rows = FamilyAccount.objects.for_school(account.school_id).select_for_update(of=("self",)).select_related("user")
    row = rows.get(pk=account.pk)
    if row.ended_at is not None:
        raise FamilyAccountRefusedError("not_open")
    _end(row, actor, clock.today() - _DAY, reason)


@transaction_required
def end_for_others(*, actor: Actor, school_id: int, guardian_ids: Collection[int]) -> None:
    """The records of these guardians name other persons from now on, or are of no child here: accounts and links of
    those before end. Three queries where there are none."""
    reason = _("Hồ sơ nay ghi người giám hộ khác")
    _close(AccountOffer.objects.for_school(school_id).filter(among("guardian_id", guardian_ids)))
    rows = FamilyAccount.objects.for_school(school_id).select_for_update(of=("self",)).select_related("user")
    for row in rows.filter(among("guardian_id", guardian_ids), ended_at=None).order_by("pk"):
        _end(row, actor, clock.today() - _DAY, reason)
    asked = DataRequest.objects.for_school(school_id).filter(among("guardian_id", guardian_ids)).values("pk")
    copies = CopyLink.objects.for_school(school_id).filter(request__in=asked, revoked_at=None)
    copies.update(revoked_at=clock.now())


def end_without_children() -> int:
    """What the clock does: accounts end whose last child left or whose consent was taken back, and offers that ran out
    a week ago go. Returns how many accounts ended."""
    ended = 0
    for school_id in _schools():
        with scope.at_school(school_id), transaction():
            ended += end_what_is_over(school_id)
            old = AccountOffer.objects.for_school(school_id).filter(expires_at__lt=clock.now() - 7 * _DAY)
            old.delete()
    return ended


@transaction_required
def end_what_is_over(school_id: int) -> int:
    """End the accounts of a school whose last child left or whose consent was taken back, within the school's scope;
    how many."""
    over = accounts_without_children(school_id)
    for account in over:
        _end(account, _CLOCK, clock.today() - _DAY, _("Không còn ai học ở trường, hoặc đã rút đồng ý"))
    return len(over)


def _schools() -> list[int]:
    """Schools where there is anything to look at."""
    held = FamilyAccount.objects.across_schools("accounts of every school end by the clock").filter(ended_at=None)
    offered = AccountOffer.objects.across_schools("offers of every school run out by the clock")
    return sorted({*held.values_list("school_id", flat=True), *offered.values_list("school_id", flat=True)})


def _take(offer: AccountOffer, user: User | None, actor: Actor) -> FamilyAccount:
    guardian, student, school = offer.guardian, offer.student, offer.school
    person = user
    if person is None and guardian is not None:
        person = create_family_user(
            actor=actor, school=school, full_name=guardian.full_name, email=guardian.email, phone=guardian.phone
        )
    elif person is None:
        person = create_family_user(actor=actor, school=school, full_name=student.full_name)
    role = Role.PARENT if guardian is not None else Role.PUPIL
    hold_family_role(actor=actor, user=person, role=role, school=school)
    made: FamilyAccount = FamilyAccount.objects.create(
        school_id=offer.school_id, user=person, guardian=guardian, student=student, since=clock.now()
    )
    _record(actor, made, "take_up", {"role": role.value, "joined": user is not None})
    return made


def _tell_of_slip(offer: AccountOffer, actor: Actor) -> None:
    """Tell the contact on record: a slip goes through other hands, and who prints it may know the child's birthday."""
    guardian = offer.guardian
    way = way_to(offer.school_id, guardian)
    if guardian is None or way is None:
        return
    student, school = next(iter(pupils_for_proof(offer)), None), offer.school
    values = {
        "nguoi_nhan": guardian.full_name, "hoc_sinh": student.full_name if student is not None else "",
        "truong": school.short_name, "lien_he": school.support_phone or school.phone,
    }  # fmt: skip
    key = f"family-account-opened:{offer.pk}"
    message = Outgoing(way[0], way[1], FAMILY_ACCOUNT_OPENED, values, dedupe_key=key, essential=True)
    queue(offer.school_id, messages=[message], batch=key, actor=actor)


def _end(account: FamilyAccount, actor: Actor, last_day: dt.date, reason: str) -> None:
    account.ended_at, account.ended_by = clock.now(), actor.user_id
    account.save(update_fields=["ended_at", "ended_by"])
    role = Role.PARENT if account.guardian_id is not None else Role.PUPIL
    _record(actor, account, "end", {"role": role.value}, reason)
    rest = FamilyAccount.objects.for_school(account.school_id).filter(user=account.user_id, ended_at=None)
    if not rest.filter(guardian__isnull=account.guardian_id is None).exists():
        end_family_role(
            actor=actor, user_id=account.user_id, role=role, school_id=account.school_id, last_day=last_day,
            reason=reason,
        )  # fmt: skip


def _close(offers: QuerySet[AccountOffer]) -> None:
    """Links not used yet open nothing from now on. Before accounts are looked at: one that is being taken up holds its
    offer until it is there to be seen."""
    now = clock.now()
    offers.filter(used_at=None, expires_at__gt=now).update(expires_at=now)


def _offer(
    actor: Actor, student: Student, way: OfferWay, *, guardian: Guardian | None = None
) -> tuple[AccountOffer, str]:
    """A fresh offer to the guardian, else to the pupil; earlier ones for the same person stop."""
    now, school_id, pupil = clock.now(), student.school_id, student if guardian is None else None
    _close(AccountOffer.objects.for_school(school_id).filter(guardian=guardian, student=pupil))
    token = secrets.token_urlsafe(24)
    made: AccountOffer = AccountOffer.objects.create(
        school_id=school_id, guardian=guardian, student=pupil, token_hash=_hash(token), way=way.value, made_at=now,
        made_by=actor.user_id, expires_at=now + OFFER_LIFETIME,
    )  # fmt: skip
    audit.record(
        actor, "people:family_account:offer", school_id=school_id, subject=("student", student.public_id),
        params={"channel": way.value, "role": (Role.PUPIL if guardian is None else Role.PARENT).value},
    )  # fmt: skip
    return made, token


def _check_guardian(student: Student, guardian: Guardian) -> None:
    if guardian.pk not in {one.pk for one in guardians_of(student)}:
        raise FamilyAccountRefusedError("not_a_guardian")
    if student.status != STUDYING:
        raise FamilyAccountRefusedError("not_studying")


def _check_pupil(student: Student) -> None:
    if student.status != STUDYING:
        raise FamilyAccountRefusedError("not_studying")
    if not is_old_enough(student.birth_date, clock.today()):
        raise FamilyAccountRefusedError("too_young", least=settings.PUPIL_ACCOUNT_AGE)
    if not has_consent(student):
        raise FamilyAccountRefusedError("no_consent")


def _check_still(offer: AccountOffer) -> None:
    """What held when it was offered holds now."""
    if offer.student is not None:
        _check_pupil(offer.student)
        return
    links = offer.guardian.guardianships.for_school(offer.school_id).filter(student__status=STUDYING)
    if not links.exists():
        raise FamilyAccountRefusedError("not_studying")


def _held(offer: AccountOffer) -> FamilyAccount | None:
    rows = FamilyAccount.objects.for_school(offer.school_id).filter(ended_at=None)
    wanted = {"guardian": offer.guardian} if offer.guardian is not None else {"student": offer.student}
    found: FamilyAccount | None = rows.filter(**wanted).select_related("user").first()
    return found


def _hash(token: str) -> str:
    return hashlib.sha256(token[:200].encode()).hexdigest()


def _record(actor: Actor, account: FamilyAccount, verb: str, params: dict[str, object], reason: str = "") -> None:
    audit.record(
        actor, f"people:family_account:{verb}", school_id=account.school_id, subject=("user", account.user_id),
        params=params, reason=reason,
    )  # fmt: skip
