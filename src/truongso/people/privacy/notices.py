"""Writing to guardians about their requests, and to the school about what is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings

from truongso.accounts.public import holders_of
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.masking import masked_address, masked_name
from truongso.kernel.ui.formatting import ngay_gio
from truongso.messaging.public import (
    DATA_ANSWER,
    DATA_TASK,
    FAMILY_CONSENT,
    active_kinds,
    address_of,
    deliveries,
    is_address,
    queue,
)
from truongso.messaging.types import ChannelKind, Outgoing
from truongso.organizations.public import School
from truongso.people.models import DataRequest, Guardian, Student
from truongso.people.privacy.queries import guardians_of

PAGE = "/du-lieu-ca-nhan"
_ORDER = (ChannelKind.ZALO, ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.FILE)


def way_to(school_id: int, guardian: Guardian | None) -> tuple[ChannelKind, str] | None:
    """By which active channel a guardian can be written to at the address of the record; None: by none. 1 query."""
    if guardian is None:
        return None
    active = active_kinds(school_id)
    for kind in _ORDER:
        address = guardian.phone if kind.takes_phone else guardian.email
        if kind in active and is_address(kind, address):
            return kind, address
    return None


def is_contact_of_now(school_id: int, guardian: Guardian | None, key: str) -> bool:
    """Whether the message with this key went to a contact the guardian's record still has: a number that was mistyped,
    given back or taken out is somebody else's, with the link the message carried. 1 query."""
    sent = deliveries(school_id).filter(dedupe_key=key).first()
    if sent is None or guardian is None:
        return False
    kind = ChannelKind(sent.kind)
    known = guardian.phones if kind.takes_phone else (guardian.email,)
    return sent.address in {address_of(kind, one) for one in known if is_address(kind, one)}


def masked_way(school_id: int, guardian: Guardian | None) -> str:
    """Where a message would go, as the family's page may show it; "" when nowhere."""
    way = way_to(school_id, guardian)
    return masked_address(way[1]) if way else ""


def answer_key(key: str) -> str:
    """By which an answer to a request is found among the messages."""
    return f"data:{key}"


def is_asked_by_guardian(request: DataRequest) -> bool:
    """Whether who asked is a guardian of the pupil today. 1 query."""
    return request.guardian_id in {one.pk for one in guardians_of(request.student)}


@transaction_required
def tell_guardian(request: DataRequest, *, said: str, link: str, key: str, actor: Actor) -> str:
    """Write to the guardian who asked; the address masked, "" when there is none, or when that is the child's guardian
    no more."""
    way = way_to(request.school_id, request.guardian) if is_asked_by_guardian(request) else None
    if way is None:
        return ""
    school: School = request.school
    values = {
        "nguoi_nhan": request.asked_by, "hoc_sinh": request.student.full_name, "truong": school.short_name,
        "so": str(request), "tra_loi": said, "dia_chi": link or settings.PUBLIC_URL,
        "lien_he": school.support_phone or school.phone,
    }  # fmt: skip
    message = Outgoing(way[0], way[1], DATA_ANSWER, values, dedupe_key=answer_key(key), essential=True)
    queue(school.pk, messages=[message], batch=answer_key(key), actor=actor)
    return masked_address(way[1])


@transaction_required
def tell_of_yes(
    student: Student, guardians: Iterable[Guardian], *, said_by: Guardian, what: str, key: str, actor: Actor
) -> int:
    """Write to guardians of a pupil that one of them agreed to something; each address and `key` once. To how many."""
    school: School = student.school
    found = {way: one for one in guardians if (way := way_to(school.pk, one)) is not None}
    messages = [
        Outgoing(
            way[0], way[1], FAMILY_CONSENT,
            {
                "nguoi_nhan": one.full_name, "hoc_sinh": student.full_name, "truong": school.short_name,
                "nguoi_dong_y": masked_name(said_by.full_name), "viec": what,
                "lien_he": school.support_phone or school.phone,
            },
            dedupe_key=f"{key}:{one.pk}", essential=True,
        )
        for way, one in found.items()
    ]  # fmt: skip
    if messages:
        queue(school.pk, messages=messages, batch=key, actor=actor)
    return len(messages)


@transaction_required
def tell_school(school: School, *, what: str, due: dt.datetime, key: str, actor: Actor) -> int:
    """Write to the principals and the school's IT what is due; to how many."""
    people = holders_of([Role.PRINCIPAL, Role.IT_ADMIN], clock.today(), school_id=school.pk)
    messages = [
        Outgoing(
            ChannelKind.EMAIL, one.email, DATA_TASK,
            {
                "nguoi_nhan": one.full_name, "truong": school.short_name, "viec": what, "han": ngay_gio(due),
                "dia_chi": settings.PUBLIC_URL + PAGE,
            },
            dedupe_key=f"data:{key}:{one.user_id}", essential=True,
        )
        for one in {one.user_id: one for one in people}.values()
        if is_address(ChannelKind.EMAIL, one.email)
    ]  # fmt: skip
    if messages:
        queue(school.pk, messages=messages, batch=f"data:{key}", actor=actor)
    return len(messages)
