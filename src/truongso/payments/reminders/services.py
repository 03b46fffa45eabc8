"""Asking for a reminder, deciding on it, sending it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Sum

from truongso.fees.public import CollectionRound
from truongso.fees.types import RoundState
from truongso.kernel import audit, clock, jobs
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.messaging.public import AFTER_DUE, BEFORE_DUE, active_kinds, queue
from truongso.messaging.types import ChannelKind
from truongso.organizations.public import School, lock_school
from truongso.payments.models import Reminder, ReminderTarget
from truongso.payments.reminders.planning import Debt, Plan, outgoing, plan
from truongso.payments.reminders.types import ALONE_UP_TO, ReminderRefusedError, ReminderState, Way

REMIND_JOB = "payments.remind"
LATEST = dt.timedelta(days=60)
_ALONE_WINDOW = dt.timedelta(hours=24)


@transaction_required
def ask(
    school_id: int,
    *,
    round_id: int,
    class_names: Sequence[str],
    channels: Sequence[ChannelKind],
    send_at: dt.datetime,
    seen: int,
    actor: Actor,
) -> Reminder:
    """Ask for a reminder of a round. Up to 50 messages are approved at once; more wait for a second person.

    The 50 count over a day, so that a forged mass message cannot be cut into small ones (A46). `seen` is the number
    of messages the person saw in the preview. The wording follows the day: before or after the round's due day.
    Raises ReminderRefusedError: unknown_round, unknown_class, no_channel, nobody_owes, changed, too_far.
    """
    found = _round(school_id, round_id)
    _check_classes(found, class_names)
    wanted = _usable(school_id, channels)
    now = clock.now()
    if send_at > now + LATEST:
        raise ReminderRefusedError("too_far", days=LATEST.days)
    _hold(school_id)  # two at once would each see the other's messages as not yet asked for
    planned = plan(school_id, round_id=round_id, class_names=class_names, channels=wanted)
    count = len(planned.messages)
    if not count and not planned.on_paper:
        raise ReminderRefusedError("nobody_owes")
    if count != seen:
        raise ReminderRefusedError("changed", seen=seen, now=count)
    alone = count + _alone_lately(school_id) <= ALONE_UP_TO
    day = clock.school_date(max(send_at, now))
    made: Reminder = Reminder.objects.create(
        school_id=school_id, round=found, class_names=list(class_names), channels=[kind.value for kind in wanted],
        template=AFTER_DUE if day > found.due_on else BEFORE_DUE, send_at=max(send_at, now),
        state=(ReminderState.APPROVED if alone else ReminderState.WAITING).value, recipients=count, created_at=now,
        created_by=actor.user_id,
    )  # fmt: skip
    audit.record(
        actor, "payments:reminder:ask", school_id=school_id, subject=("reminder", made.public_id),
        params={"round": found.name, "classes": list(class_names), "messages": count, "alone": alone},
    )  # fmt: skip
    if alone:
        _start(made, actor)
    return made


@transaction_required
def approve(school_id: int, *, reminder_id: int, actor: Actor) -> None:
    """Let a waiting reminder go. Raises ReminderRefusedError: not_waiting, own_reminder."""
    reminder = _locked(school_id, reminder_id)
    if reminder.state != ReminderState.WAITING.value:
        raise ReminderRefusedError("not_waiting")
    if actor.user_id is None or actor.user_id == reminder.created_by:
        raise ReminderRefusedError("own_reminder")
    _decide(reminder, ReminderState.APPROVED, actor)
    audit.record(
        actor, "payments:reminder:approve", school_id=school_id, subject=("reminder", reminder.public_id),
        params={"messages": reminder.recipients},
    )  # fmt: skip
    _start(reminder, actor)


@transaction_required
def cancel(school_id: int, *, reminder_id: int, reason: str, actor: Actor) -> None:
    """Give up a reminder that has not been sent. Raises ReminderRefusedError already_sent."""
    reminder = _locked(school_id, reminder_id)
    if reminder.state not in {ReminderState.WAITING.value, ReminderState.APPROVED.value}:
        raise ReminderRefusedError("already_sent")
    _decide(reminder, ReminderState.CANCELLED, actor)
    audit.record(
        actor, "payments:reminder:cancel", school_id=school_id, subject=("reminder", reminder.public_id), reason=reason
    )  # fmt: skip


@transaction_required
def send(school_id: int, *, reminder_id: int, actor: Actor) -> bool:
    """Send an approved reminder whose time has come: worked out anew, queued and kept with whom it reached.

    False when there is nothing to do (sent already, not yet due, given up). When more would be reached than were
    approved, it goes back to waiting for a second person instead.
    """
    reminder = _locked(school_id, reminder_id)
    if reminder.state != ReminderState.APPROVED.value or reminder.send_at > clock.now():
        return False
    of_round = _round(school_id, reminder.round_id)
    channels = [ChannelKind(kind) for kind in reminder.channels]
    planned = plan(school_id, round_id=reminder.round_id, class_names=reminder.class_names, channels=channels)
    count = len(planned.messages)
    if count > reminder.recipients and count > ALONE_UP_TO:
        _ask_again(reminder, count, actor)
        return False
    _deliver(reminder, of_round, planned, actor)
    audit.record(
        actor, "payments:reminder:send", school_id=school_id, subject=("reminder", reminder.public_id),
        params={"messages": count, "paper": len(planned.on_paper), "held": planned.held},
    )  # fmt: skip
    return True


def _deliver(reminder: Reminder, of_round: CollectionRound, planned: Plan, actor: Actor) -> None:
    school_id, now = reminder.school_id, clock.now()
    school = School.objects.get(pk=school_id)
    messages = [
        outgoing(school, of_round, one, template=reminder.template, key=reminder.public_id) for one in planned.messages
    ]
    sent = queue(school_id, messages=messages, batch=f"reminder:{reminder.public_id}", actor=actor)

    def target(debt: Debt, way: Way, delivery_id: int | None) -> ReminderTarget:
        return ReminderTarget(
            school_id=school_id, reminder=reminder, invoice_id=debt.invoice_id, family_id=debt.family_id,
            way=way.value, delivery_id=delivery_id, owed=debt.owed, created_at=now,
        )  # fmt: skip

    rows = [
        target(debt, Way(message.kind.value), delivery.pk)
        for message, delivery in zip(planned.messages, sent, strict=True)
        for debt in message.debts
    ]
    rows += [target(debt, Way.PAPER, None) for debt in planned.on_paper]
    ReminderTarget.objects.bulk_create(rows)
    Reminder.objects.for_school(school_id).filter(pk=reminder.pk).update(state=ReminderState.SENT.value, sent_at=now)


def _ask_again(reminder: Reminder, count: int, actor: Actor) -> None:
    Reminder.objects.for_school(reminder.school_id).filter(pk=reminder.pk).update(
        state=ReminderState.WAITING.value, recipients=count, decided_at=None, decided_by=None
    )
    audit.record(
        actor, "payments:reminder:ask_again", school_id=reminder.school_id, subject=("reminder", reminder.public_id),
        params={"messages": count, "approved": reminder.recipients},
    )  # fmt: skip


def _decide(reminder: Reminder, state: ReminderState, actor: Actor) -> None:
    Reminder.objects.for_school(reminder.school_id).filter(pk=reminder.pk).update(
        state=state.value, decided_at=clock.now(), decided_by=actor.user_id
    )


def _start(reminder: Reminder, actor: Actor) -> None:
    """Send at once what is due; what is for later is left to the clock."""
    if reminder.send_at <= clock.now():
        jobs.start(
            REMIND_JOB, school_id=reminder.school_id, key=reminder.public_id,
            params={"reminder_id": reminder.pk, "actor": actor.label}, started_by=actor.user_id,
        )  # fmt: skip


def _alone_lately(school_id: int) -> int:
    """Messages asked for in the last day that no second person has looked at."""
    rows = Reminder.objects.for_school(school_id).filter(
        created_at__gt=clock.now() - _ALONE_WINDOW, decided_by__isnull=True,
        state__in=[ReminderState.APPROVED.value, ReminderState.SENT.value],
    )  # fmt: skip
    return int(rows.aggregate(sum=Sum("recipients"))["sum"] or 0)


def _round(school_id: int, round_id: int) -> CollectionRound:
    issued = CollectionRound.objects.for_school(school_id).exclude(state=RoundState.DRAFT.value)
    found: CollectionRound | None = issued.filter(pk=round_id).first()
    if found is None:
        raise ReminderRefusedError("unknown_round")
    return found


def _check_classes(of_round: CollectionRound, class_names: Sequence[str]) -> None:
    known = set(of_round.invoices.for_school(of_round.school_id).order_by().values_list("class_name", flat=True))
    for name in class_names:
        if name not in known:
            raise ReminderRefusedError("unknown_class", name=name)


def _usable(school_id: int, channels: Sequence[ChannelKind]) -> list[ChannelKind]:
    on = set(active_kinds(school_id))
    wanted = [kind for kind in dict.fromkeys(channels) if kind in on]
    if not wanted:
        raise ReminderRefusedError("no_channel")
    return wanted


def _hold(school_id: int) -> None:
    lock_school(School.objects.get(pk=school_id))


def _locked(school_id: int, reminder_id: int) -> Reminder:
    """The reminder, held until the transaction ends (the school's row is the lock, on both engines)."""
    _hold(school_id)
    found: Reminder = Reminder.objects.for_school(school_id).get(pk=reminder_id)
    return found
