"""Requests about a child's data: taken with a number at once, answered, carried out, in time."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Any

from django.conf import settings
from django.db.models import F, Max
from django.utils.translation import gettext as _

from truongso.accounts.types import Role
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.organizations.public import School
from truongso.people.models import CopyLink, DataRequest, Guardian, Student
from truongso.people.privacy import terms
from truongso.people.privacy.notices import (
    answer_key,
    is_asked_by_guardian,
    is_contact_of_now,
    masked_way,
    tell_guardian,
)
from truongso.people.privacy.queries import guardians_of
from truongso.people.privacy.types import (
    OPEN,
    DataRequestChannel,
    DataRequestKind,
    DataRequestState,
    PrivacyRefusedError,
)
from truongso.people.sensitive.queries import kinds_of
from truongso.people.sensitive.services import record_access
from truongso.people.sensitive.types import SeenKind

LINK_HOURS = 72
LINK_USES = 5
_NEEDS_DETAIL = {DataRequestKind.CORRECT, DataRequestKind.WITHDRAW}


@transaction_required
def ask(
    *,
    actor: Actor,
    student: Student,
    kind: DataRequestKind,
    asked_by: str,
    detail: str = "",
    guardian: Guardian | None = None,
    channel: DataRequestChannel = DataRequestChannel.FAMILY,
) -> DataRequest:
    """Take a request; it has a number and deadlines at once.

    `guardian` is who asks; without one the school recorded who stood before it (`asked_by`).
    Raises PrivacyRefusedError: not_a_guardian · detail_missing · already_asked (number of the open one).
    """
    if guardian is not None and guardian.pk not in {one.pk for one in guardians_of(student)}:
        raise PrivacyRefusedError("not_a_guardian")
    if not asked_by.strip():
        raise PrivacyRefusedError("not_a_guardian")
    if kind in _NEEDS_DETAIL and not detail.strip():
        raise PrivacyRefusedError("detail_missing")
    number = next_number(student.school_id, DataRequest)
    waiting = DataRequest.objects.for_school(student.school_id).filter(
        student=student, kind=kind.value, guardian=guardian, state__in=OPEN
    )
    same = waiting.filter(asked_by=asked_by.strip()[:120]).first()
    if same is not None:
        raise PrivacyRefusedError("already_asked", number=str(same))
    now = clock.now()
    made: DataRequest = DataRequest.objects.create(
        school_id=student.school_id, number=number, kind=kind.value, channel=channel.value, student=student,
        guardian=guardian, asked_by=asked_by.strip()[:120], detail=detail.strip()[:1000], asked_at=now,
        recorded_by=actor.user_id, answer_by=terms.answer_by(now), act_by=terms.act_by(now, kind),
    )  # fmt: skip
    _record(actor, made, "ask", {"kind": kind.value, "student": student.public_id, "channel": channel.value})
    return made


@transaction_required
def grant(*, actor: Actor, request: DataRequest, answer: str) -> tuple[DataRequest, str]:
    """Say yes. For a copy the link goes to the guardian's own address at once, and that is all there is to do.

    Returns the request and where the link went, masked ("" when nowhere: it is handed over at school).
    Raises PrivacyRefusedError not_waiting.
    """
    row = _locked(request)
    if row.state != DataRequestState.RECEIVED.value:
        raise PrivacyRefusedError("not_waiting")
    row.answer, row.answered_at, row.answered_by = answer.strip()[:1000], clock.now(), actor.user_id
    row.state = DataRequestState.GRANTED.value
    row.save()
    _record(actor, row, "grant", {}, row.answer)
    if row.kind == DataRequestKind.VIEW.value:
        return row, send_link(actor=actor, request=row)
    return row, tell_guardian(row, said=row.answer, link="", key=f"{row.public_id}:grant", actor=actor)


@transaction_required
def refuse(*, actor: Actor, request: DataRequest, reason: str) -> DataRequest:
    """Say no, with the reason. Raises PrivacyRefusedError reason_missing, not_waiting."""
    if not reason.strip():
        raise PrivacyRefusedError("reason_missing")
    row = _locked(request)
    if row.state != DataRequestState.RECEIVED.value:
        raise PrivacyRefusedError("not_waiting")
    row.answer, row.answered_at, row.answered_by = reason.strip()[:1000], clock.now(), actor.user_id
    row.state = DataRequestState.REFUSED.value
    row.save()
    _record(actor, row, "refuse", {}, row.answer)
    tell_guardian(row, said=row.answer, link="", key=f"{row.public_id}:refuse", actor=actor)
    return row


@transaction_required
def extend(*, actor: Actor, request: DataRequest, reason: str) -> DataRequest:
    """Take the one longer term of the law.

    Raises PrivacyRefusedError: reason_missing · not_granted · already_extended.
    """
    if not reason.strip():
        raise PrivacyRefusedError("reason_missing")
    row = _locked(request)
    if row.state != DataRequestState.GRANTED.value:
        raise PrivacyRefusedError("not_granted")
    if row.extended_at is not None:
        raise PrivacyRefusedError("already_extended")
    row.extended_at, row.extension_reason = clock.now(), reason.strip()[:300]
    row.act_by = terms.extended(row.act_by)
    row.save()
    _record(actor, row, "extend", {"until": row.act_by.isoformat()}, row.extension_reason)
    return row


@transaction_required
def finish(*, actor: Actor, request: DataRequest) -> DataRequest:
    """What was granted has been carried out. Raises PrivacyRefusedError not_granted."""
    row = _locked(request)
    if row.state != DataRequestState.GRANTED.value:
        raise PrivacyRefusedError("not_granted")
    row.done_at, row.done_by, row.state = clock.now(), actor.user_id, DataRequestState.DONE.value
    row.save()
    _record(actor, row, "finish", {})
    return row


@transaction_required
def send_link(*, actor: Actor, request: DataRequest) -> str:
    """A fresh link to the copy for the guardian who asked, to the address of the record; earlier links end.

    Returns where it went, masked; "" when the guardian cannot be written to, or is none of the pupil any more: then
    there is no link.
    """
    links = CopyLink.objects.for_school(request.school_id).filter(request=request, revoked_at=None)
    links.update(revoked_at=clock.now())
    token = secrets.token_urlsafe(24)
    link = f"{settings.PUBLIC_URL}/ban-sao/{token}"
    number = CopyLink.objects.for_school(request.school_id).filter(request=request).count() + 1
    said = request.answer or "–"
    to = tell_guardian(request, said=said, link=link, key=_link_key(request, number), actor=actor)
    if not to:
        return ""
    now = clock.now()
    CopyLink.objects.create(
        school_id=request.school_id, request=request, token_hash=_hash(token), created_at=now,
        expires_at=now + dt.timedelta(hours=LINK_HOURS),
    )  # fmt: skip
    _record(actor, request, "send_link", {"to": to})
    return to


def copy_goes_to(request: DataRequest) -> str:
    """Where a link to the copy would go, masked; "" where none would be sent. Two queries."""
    return masked_way(request.school_id, request.guardian) if is_asked_by_guardian(request) else ""


def link_by_token(token: str) -> CopyLink | None:
    """The link of a token, whatever its state; None for one that was made up. 1 query."""
    rows = CopyLink.objects.across_schools("the token alone says whose it is")
    found: CopyLink | None = (
        rows.select_related("request__student", "request__guardian", "school").filter(token_hash=_hash(token)).first()
    )
    return found


def is_usable(link: CopyLink) -> bool:
    """Whether a link still opens: while it is fresh, who asked is a guardian of the pupil, and the contact it was sent
    to is on record. Three queries."""
    if link.revoked_at is not None or link.expires_at <= clock.now() or link.uses >= LINK_USES:
        return False
    if not is_asked_by_guardian(link.request):
        return False
    number = CopyLink.objects.for_school(link.school_id).filter(request=link.request_id, pk__lte=link.pk).count()
    key = answer_key(_link_key(link.request, number))
    return is_contact_of_now(link.school_id, link.request.guardian, key)


@transaction_required
def use_link(*, actor: Actor, link: CopyLink, form: str) -> DataRequest:
    """Count one fetching (`form`: json, pdf) and close the request by it. Raises PrivacyRefusedError link_over."""
    rows = CopyLink.objects.for_school(link.school_id).filter(
        pk=link.pk, revoked_at=None, uses__lt=LINK_USES, expires_at__gt=clock.now()
    )
    if not is_usable(link) or not rows.update(uses=F("uses") + 1):
        raise PrivacyRefusedError("link_over")
    request = _locked(link.request)
    _record(actor, request, "fetch", {"form": form})
    if request.state == DataRequestState.GRANTED.value:
        request.done_at, request.state = clock.now(), DataRequestState.DONE.value
        request.save()
    return request


@transaction_required
def hand_over(*, actor: Actor, request: DataRequest, form: str) -> DataRequest:
    """The principal makes the copy to hand it over; what is sensitive in it counts as seen.

    Raises PrivacyRefusedError not_granted.
    """
    row = _locked(request)
    if row.kind != DataRequestKind.VIEW.value or row.state not in {
        DataRequestState.GRANTED.value, DataRequestState.DONE.value,
    }:  # fmt: skip
        raise PrivacyRefusedError("not_granted")
    kinds = kinds_of(row.school_id, row.student_id)
    if kinds:
        reason = _("Lập bản sao theo yêu cầu %(number)s") % {"number": row}
        seen = [SeenKind(one.value) for one in kinds]
        record_access(actor=actor, role=Role.PRINCIPAL, student=row.student, seen=seen, reason=reason)
    _record(actor, row, "hand_over", {"form": form})
    return row


def next_number(school_id: int, model: type[Any]) -> int:
    """The next number of a school's register; holds the school's row, so that two at once get two numbers."""
    School.objects.select_for_update().get(pk=school_id)
    last = model.objects.for_school(school_id).aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1


def _locked(request: DataRequest) -> DataRequest:
    rows = DataRequest.objects.for_school(request.school_id).select_for_update(of=("self",))
    found: DataRequest = rows.select_related("student", "guardian", "school").get(pk=request.pk)
    return found


def _link_key(request: DataRequest, number: int) -> str:
    """By which the message with the request's link of that number is found again."""
    return f"{request.public_id}:link:{number}"


def _hash(token: str) -> str:
    return hashlib.sha256(token[:200].encode()).hexdigest()


def _record(actor: Actor, request: DataRequest, verb: str, params: dict[str, Any], reason: str = "") -> None:
    audit.record(
        actor, f"people:data_request:{verb}", school_id=request.school_id, subject=("data_request", str(request)),
        params=params, reason=reason,
    )  # fmt: skip
