"""Reads of reminders: history, whom they reached, what they brought."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from truongso.kernel.money import ZERO, Dong, total
from truongso.messaging.types import DeliveryState
from truongso.payments.models import Allocation, Reminder, ReminderTarget
from truongso.payments.reminders.types import EFFECT_DAYS, ReminderState, Way


@dataclass(frozen=True, slots=True)
class Effect:
    """What came within seven days after a reminder, of what it asked for: by invoices and by value.

    Only invoices whose message really left count; voluntary items neither in what was owed nor in what came.
    """

    reminded: int
    settled: int
    owed: Dong
    paid: Dong


@dataclass(frozen=True, slots=True)
class WayCount:
    """Invoices reminded of by one way, and how many of their messages are in which state."""

    way: Way
    invoices: int
    sent: int
    waiting: int
    failed: int


def reminders(school_id: int) -> QuerySet[Reminder]:
    """Reminders of a school, the newest first, with their round."""
    return Reminder.objects.for_school(school_id).select_related("round").order_by("-pk")


def waiting_reminders(school_id: int) -> QuerySet[Reminder]:
    """Reminders that wait for a second person, with their round, the oldest first."""
    rows = Reminder.objects.for_school(school_id).filter(state=ReminderState.WAITING.value)
    return rows.select_related("round").order_by("pk")


def targets(reminder: Reminder) -> QuerySet[ReminderTarget]:
    """Whom a reminder reached, by class and roll."""
    rows = ReminderTarget.objects.for_school(reminder.school_id).filter(reminder=reminder)
    return rows.select_related("invoice", "delivery").order_by("invoice__sort_key", "pk")


def ways(reminder: Reminder) -> list[WayCount]:
    """How a reminder travelled; 1 query."""
    rows = (
        ReminderTarget.objects.for_school(reminder.school_id).filter(reminder=reminder).order_by()
        .values_list("way", "delivery__state").annotate(n=Count("pk"))
    )  # fmt: skip
    found: dict[str, dict[str | None, int]] = defaultdict(dict)
    for way, state, count in rows:
        found[way][state] = count
    return [
        WayCount(
            way, sum(states.values()), states.get(DeliveryState.SENT.value, 0),
            states.get(DeliveryState.QUEUED.value, 0),
            states.get(DeliveryState.FAILED.value, 0) + states.get(DeliveryState.SKIPPED.value, 0),
        )
        for way in Way
        if (states := found.get(way.value))
    ]  # fmt: skip


def effect(reminder: Reminder) -> Effect:
    """What a sent reminder brought; 2 queries. Nothing before it is sent."""
    return effects(reminder.school_id, [reminder])[reminder.pk]


def effects(school_id: int, of: list[Reminder]) -> dict[int, Effect]:
    """Effects of several reminders by id; 2 queries."""
    sent = {r.pk: r.sent_at for r in of if r.sent_at is not None}
    rows = ReminderTarget.objects.for_school(school_id).filter(
        reminder_id__in=sent, delivery__state=DeliveryState.SENT.value
    )
    asked: dict[int, dict[int, Dong]] = defaultdict(dict)
    for reminder_id, invoice_id, owed in rows.values_list("reminder_id", "invoice_id", "owed"):
        asked[reminder_id][invoice_id] = owed
    money = _money(
        school_id, {invoice for of_one in asked.values() for invoice in of_one}, min(sent.values(), default=None)
    )
    return {r.pk: _effect(asked[r.pk], money, sent.get(r.pk)) for r in of}


def _effect(asked: dict[int, Dong], money: dict[int, list[tuple[dt.datetime, Dong]]], at: dt.datetime | None) -> Effect:
    if at is None:
        return Effect(0, 0, ZERO, ZERO)
    until = at + dt.timedelta(days=EFFECT_DAYS)
    came = {
        invoice: min(owed, total(amount for moment, amount in money.get(invoice, []) if at < moment <= until))
        for invoice, owed in asked.items()
    }
    settled = sum(came[invoice] == owed for invoice, owed in asked.items())
    return Effect(len(asked), settled, total(asked.values()), total(came.values()))


def _money(school_id: int, invoices: set[int], since: dt.datetime | None) -> dict[int, list[tuple[dt.datetime, Dong]]]:
    """Standing money on obligatory lines by invoice, received after a moment; 1 query."""
    found: dict[int, list[tuple[dt.datetime, Dong]]] = defaultdict(list)
    if since is None or not invoices:
        return found
    rows = Allocation.objects.for_school(school_id).filter(
        payment__received_at__gt=since, payment__reversed_at__isnull=True, reverses__isnull=True,
        line__fee_item__is_voluntary=False,
    )  # fmt: skip
    grouped = rows.order_by().values_list("invoice_id", "payment__received_at").annotate(sum=Sum("amount"))
    for invoice_id, moment, amount in grouped:
        if invoice_id in invoices:
            found[invoice_id].append((moment, Dong(int(amount))))
    return found
