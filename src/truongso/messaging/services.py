"""Setting up channels and texts, and putting messages into the queue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from truongso.kernel import audit, clock, jobs
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.sealing import seal
from truongso.messaging.addresses import address_of
from truongso.messaging.catalogue import CATALOGUE, is_security
from truongso.messaging.channels.http import check_endpoint
from truongso.messaging.models import Channel, Delivery, OptOut, SendingRules, Template
from truongso.messaging.queries import opted_out, render, rules_of, texts
from truongso.messaging.quiet import earliest
from truongso.messaging.stop_links import Recipient, stop_link, with_stop_link
from truongso.messaging.types import ChannelKind, DeliveryState, MessagingRefusedError, Outgoing
from truongso.messaging.wording import check_subject, check_text, one_line

SEND_JOB = "messaging.send"
_HTTP = {ChannelKind.ZALO, ChannelKind.SMS}
_MOST_PER_DAY = 20
_SECRET_LENGTH = 4000
_FAMILY = Actor.system("family", "link")


@transaction_required
def save_channel(
    school_id: int, *, kind: ChannelKind, is_active: bool, sender: str, endpoint: str, secret: str, actor: Actor
) -> Channel:
    """Set a channel up or change it. An empty `secret` keeps the one there is; it is sealed and never shown again.

    Raises MessagingRefusedError: control_characters, bad_address, bad_endpoint, not_set_up.
    """
    one_line(sender, field="sender")
    one_line(secret, field="secret")
    if kind is ChannelKind.EMAIL and sender:
        address_of(ChannelKind.EMAIL, sender)
    if kind in _HTTP and endpoint:
        check_endpoint(endpoint)
    row = Channel.objects.for_school(school_id).filter(kind=kind.value).first()
    row = row or Channel(school_id=school_id, kind=kind.value)
    if secret:
        row.sealed_secret = seal(secret[:_SECRET_LENGTH], place=secret_place(school_id, kind))
    row.is_active, row.sender, row.endpoint, row.updated_at = is_active, sender.strip(), endpoint.strip(), clock.now()
    if is_active and kind in _HTTP and not (row.endpoint and row.sender and row.sealed_secret):
        raise MessagingRefusedError("not_set_up", kind=kind.value)
    row.save()
    audit.record(
        actor, "messaging:channel:save", school_id=school_id, subject=("channel", kind.value),
        params={"active": is_active, "sender": sender, "endpoint": endpoint, "new_key": bool(secret)},
    )  # fmt: skip
    return row


def secret_place(school_id: int, kind: ChannelKind) -> str:
    """Where a channel's sealed secret belongs; it opens nowhere else."""
    return f"messaging_channel|sealed_secret|{school_id}|{kind.value}"


@transaction_required
def save_rules(school_id: int, *, quiet_from: dt.time, quiet_to: dt.time, per_day: int, actor: Actor) -> None:
    """Quiet hours and the daily limit. Raises MessagingRefusedError: bad_limit, bad_hours (never quiet at night)."""
    if not 1 <= per_day <= _MOST_PER_DAY:
        raise MessagingRefusedError("bad_limit", least=1, most=_MOST_PER_DAY)
    night = dt.datetime.combine(clock.today(), dt.time(2), tzinfo=clock.SCHOOL_TIME)
    if earliest(night, quiet_from=quiet_from, quiet_to=quiet_to) == night:
        raise MessagingRefusedError("bad_hours")
    SendingRules.objects.for_school(school_id).update_or_create(
        school_id=school_id, defaults={"quiet_from": quiet_from, "quiet_to": quiet_to, "per_day": per_day}
    )
    audit.record(
        actor, "messaging:rules:save", school_id=school_id, subject=("rules", school_id),
        params={"from": f"{quiet_from:%H:%M}", "to": f"{quiet_to:%H:%M}", "per_day": per_day},
    )  # fmt: skip


@transaction_required
def save_template(school_id: int, *, code: str, kind: ChannelKind, subject: str, text: str, actor: Actor) -> None:
    """Word a message anew on one channel.

    Raises MessagingRefusedError: unknown_template, blank, too_long, control_characters, unknown_placeholder,
    bad_braces.
    """
    if code not in CATALOGUE or is_security(code):
        raise MessagingRefusedError("unknown_template", code=code)
    allowed = CATALOGUE[code].places
    worded = {"subject": check_subject(subject, allowed=allowed), "text": check_text(text, allowed=allowed)}
    Template.objects.for_school(school_id).update_or_create(
        school_id=school_id, code=code, kind=kind.value,
        defaults={**worded, "updated_at": clock.now(), "updated_by": actor.user_id},
    )  # fmt: skip
    audit.record(
        actor, "messaging:template:save", school_id=school_id, subject=("template", f"{code}/{kind.value}"),
        params=worded,
    )  # fmt: skip


@transaction_required
def reset_template(school_id: int, *, code: str, kind: ChannelKind, actor: Actor) -> None:
    """Go back to the product's wording."""
    gone, _rows = Template.objects.for_school(school_id).filter(code=code, kind=kind.value).delete()
    if gone:
        audit.record(
            actor, "messaging:template:reset", school_id=school_id, subject=("template", f"{code}/{kind.value}")
        )  # fmt: skip


@transaction_required
def opt_out(school_id: int, *, kind: ChannelKind, address: str, actor: Actor, by_family: bool = False) -> None:
    """The address wants no messages but essential ones. Repeating it changes nothing. Raises bad_address."""
    plain = address_of(kind, address)
    rows = OptOut.objects.for_school(school_id)
    _row, made = rows.get_or_create(
        school_id=school_id, kind=kind.value, address=plain, by_family=by_family, defaults={"created_at": clock.now()}
    )
    if made:
        audit.record(actor, "messaging:optout:add", school_id=school_id, subject=("address", _masked(plain)))


@transaction_required
def opt_in(school_id: int, *, kind: ChannelKind, address: str, actor: Actor) -> None:
    """Take an opt-out back, whoever asked for it: the family has told the school. Raises bad_address."""
    _take_back(school_id, kind, address_of(kind, address), actor)


def _take_back(school_id: int, kind: ChannelKind, plain: str, actor: Actor, **whose: bool) -> None:
    gone, _rows = OptOut.objects.for_school(school_id).filter(kind=kind.value, address=plain, **whose).delete()
    if gone:
        audit.record(actor, "messaging:optout:remove", school_id=school_id, subject=("address", _masked(plain)))


@transaction_required
def stop_messages(recipient: Recipient) -> bool:
    """The family itself wants no more but essential messages; False when nothing changed by it."""
    own = OptOut.objects.for_school(recipient.school_id).filter(address=recipient.address, by_family=True)
    before = own.count()
    for kind in recipient.kinds:
        opt_out(recipient.school_id, kind=kind, address=recipient.address, actor=_FAMILY, by_family=True)
    return own.count() > before


@transaction_required
def resume_messages(recipient: Recipient) -> bool:
    """The family takes its own back, not what the school noted; False when nothing changed by it."""
    own = OptOut.objects.for_school(recipient.school_id).filter(address=recipient.address, by_family=True)
    is_out = own.exists()
    for kind in recipient.kinds:
        _take_back(recipient.school_id, kind, recipient.address, _FAMILY, by_family=True)
    return is_out


@transaction_required
def queue(school_id: int, *, messages: Sequence[Outgoing], batch: str, actor: Actor) -> list[Delivery]:
    """Put messages into the queue, one delivery per dedupe key, in the order given; sending begins after the commit.

    Addresses that opted out give a delivery that is skipped at once, so that the list of who got what is whole. All but
    essential messages end with the way out for the family. A key that is there already gives the delivery of the first
    time. About 6 queries whatever the number.
    Raises MessagingRefusedError (nothing is queued): bad_address, unknown_template, unknown_placeholder.
    """
    wordings, rules, out, now = texts(school_id), rules_of(school_id), opted_out(school_id), clock.now()
    rows: dict[str, Delivery] = {}
    for message in messages:
        address = address_of(message.kind, message.address)
        wording = wordings.get((message.template, message.kind))
        if wording is None:
            raise MessagingRefusedError("unknown_template", code=message.template)
        said = render(wording, message.values)
        body = said.body
        if not message.essential:
            link = stop_link(Recipient(school_id, message.kind, address))
            body = with_stop_link(body, message.kind, link)
        start = max(now, message.not_before or now)
        if not is_security(message.template):
            start = earliest(start, quiet_from=rules.quiet_from, quiet_to=rules.quiet_to)
        skipped = not message.essential and (message.kind.value, address) in out
        rows[message.dedupe_key] = Delivery(
            school_id=school_id, kind=message.kind.value, address=address, template=message.template,
            recipient_name=message.values.get("nguoi_nhan", "")[:120], subject=said.subject[:200], body=body,
            essential=message.essential, dedupe_key=message.dedupe_key,
            state=(DeliveryState.SKIPPED if skipped else DeliveryState.QUEUED).value,
            problem="opted_out" if skipped else "", finished_at=now if skipped else None, created_at=now,
            next_attempt_at=start,
        )  # fmt: skip
    Delivery.objects.bulk_create(rows.values(), ignore_conflicts=True)
    found = {
        row.dedupe_key: row
        for keys in _chunks(list(rows))
        for row in Delivery.objects.for_school(school_id).filter(dedupe_key__in=keys)
    }
    if rows:
        audit.record(
            actor, "messaging:queue", school_id=school_id, subject=("batch", batch[:40]), params={"count": len(rows)}
        )  # fmt: skip
        jobs.start(SEND_JOB, school_id=school_id, key=batch[:120], params={}, started_by=actor.user_id)
    return [found[message.dedupe_key] for message in messages]


def _chunks(keys: list[str]) -> list[list[str]]:
    return [keys[at : at + 500] for at in range(0, len(keys), 500)]


def _masked(address: str) -> str:
    """The end of an address: enough to find it again, too little to copy."""
    return f"…{address[-4:]}"
