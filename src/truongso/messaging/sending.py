"""Working the queue off: claimed one by one, tried again with growing waits, given up in the end."""

from __future__ import annotations

import datetime as dt
import logging

from cryptography.exceptions import InvalidTag
from django.db.models import F

from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.sealing import unseal
from truongso.messaging.catalogue import is_security
from truongso.messaging.channels import email, file, sms, zalo
from truongso.messaging.channels.base import Message, Send, Setup
from truongso.messaging.models import Channel, Delivery, OptOut
from truongso.messaging.queries import rules_of, sent_today
from truongso.messaging.quiet import earliest
from truongso.messaging.services import secret_place
from truongso.messaging.stop_links import Recipient, stop_link
from truongso.messaging.types import ChannelError, ChannelKind, DeliveryState, MessagingRefusedError
from truongso.organizations.public import School

LEASE = dt.timedelta(minutes=2)
WAITS = [dt.timedelta(minutes=m) for m in (1, 5, 30, 120, 480)]
"""Waits after the first, second … failed try; after the last one the message is given up."""
SENDERS: dict[ChannelKind, Send] = {
    ChannelKind.EMAIL: email.send, ChannelKind.FILE: file.send, ChannelKind.SMS: sms.send, ChannelKind.ZALO: zalo.send,
}  # fmt: skip
_BATCH = 200
log = logging.getLogger("truongso.messaging")


def send_due(school_id: int | None = None, limit: int = _BATCH) -> int:
    """Try up to `limit` messages whose time has come (of one school, or of all); how many were tried.

    A message is claimed by moving its next try into the future, which holds on both engines; a worker that dies in
    between leaves it to be tried again after two minutes, under the same reference.
    """
    rows = Delivery.objects.across_schools("the queue of all schools is worked off by one clock")
    due = rows.filter(state=DeliveryState.QUEUED.value, next_attempt_at__lte=clock.now())
    if school_id is not None:
        due = due.filter(school_id=school_id)
    tried = 0
    for delivery in list(due.order_by("next_attempt_at", "pk")[:limit]):
        tried += _try(delivery)
    return tried


def _try(delivery: Delivery) -> int:
    now = clock.now()
    rules = rules_of(delivery.school_id)
    start = earliest(now, quiet_from=rules.quiet_from, quiet_to=rules.quiet_to)
    if start > now and not is_security(delivery.template):
        _change(delivery, next_attempt_at=start)
        return 0
    reason = _skip_reason(delivery, rules.per_day)
    if reason:
        return _change(delivery, state=DeliveryState.SKIPPED.value, problem=reason, finished_at=now)
    if not _change(delivery, next_attempt_at=now + LEASE, attempts=F("attempts") + 1):
        return 0
    delivery.next_attempt_at = now + LEASE
    _send(delivery, delivery.attempts + 1)
    return 1


def _send(delivery: Delivery, attempt: int) -> None:
    kind = ChannelKind(delivery.kind)
    try:
        setup = _setup(delivery.school_id, kind, of_installation=is_security(delivery.template))
        link = "" if delivery.essential else stop_link(Recipient(delivery.school_id, kind, delivery.address))
        message = Message(
            delivery.public_id, delivery.address, delivery.template, delivery.subject, delivery.body, link
        )  # fmt: skip
        sent = SENDERS[kind](setup, message)
    except ChannelError as error:
        _failed(delivery, attempt, error.code, permanent=error.permanent)
    except MessagingRefusedError as error:  # a header of two lines, an address that may not be called
        _failed(delivery, attempt, error.code, permanent=True)
    except Exception as error:  # one message must not stop the others; it is kept and tried again
        log.exception("message %s could not be sent", delivery.public_id)
        _failed(delivery, attempt, type(error).__name__, permanent=False)
    else:
        _change(
            delivery, state=DeliveryState.SENT.value, provider_id=sent.provider_id[:120], problem="",
            finished_at=clock.now(),
        )  # fmt: skip


def _failed(delivery: Delivery, attempt: int, code: str, *, permanent: bool) -> None:
    if permanent or attempt > len(WAITS):
        _change(delivery, state=DeliveryState.FAILED.value, problem=code[:80], finished_at=clock.now())
    else:
        _change(delivery, problem=code[:80], next_attempt_at=clock.now() + WAITS[attempt - 1])


def _skip_reason(delivery: Delivery, per_day: int) -> str:
    if delivery.essential:
        return ""
    out = OptOut.objects.for_school(delivery.school_id)
    if out.filter(kind=delivery.kind, address=delivery.address).exists():
        return "opted_out"
    return "daily_limit" if sent_today(delivery.school_id, delivery.kind, delivery.address) >= per_day else ""


def _setup(school_id: int, kind: ChannelKind, *, of_installation: bool) -> Setup:
    """What the channel needs; with `of_installation` an e-mail leaves by the installation's own sender."""
    school = School.objects.get(pk=school_id)
    if of_installation and kind is ChannelKind.EMAIL:
        return Setup(school.code, "", "", "")
    row = Channel.objects.for_school(school_id).filter(kind=kind.value, is_active=True).first()
    if row is None:
        raise ChannelError("channel_off", permanent=False)
    try:
        secret = unseal(row.sealed_secret, place=secret_place(school_id, kind)) if row.sealed_secret else ""
    except (InvalidTag, ValueError) as error:
        raise ChannelError("secret_unreadable", permanent=False) from error
    return Setup(school.code, row.sender, row.endpoint, secret)


def _change(delivery: Delivery, **values: object) -> int:
    """Change a delivery that is still as this worker saw it; 0 when another has taken it meanwhile."""
    rows = Delivery.objects.for_school(delivery.school_id).filter(
        pk=delivery.pk, state=DeliveryState.QUEUED.value, next_attempt_at=delivery.next_attempt_at
    )
    with transaction():
        return int(rows.update(**values))
