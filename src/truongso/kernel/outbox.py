"""Events between rooms: written with the fact, delivered later, at least once.

Rooms list subscribers in `handlers.py` as `HANDLERS: dict[topic, list[handler]]`; a handler takes (school_id, payload).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import importlib
import importlib.util
import logging
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, ClassVar, Protocol

from django.apps import apps
from django.db.models import Exists, F, OuterRef

from truongso.kernel import clock, scope
from truongso.kernel.among import among
from truongso.kernel.bulk import insert_many, new_row
from truongso.kernel.db import transaction, transaction_required
from truongso.kernel.models import OutboxDelivery, OutboxEvent
from truongso.kernel.sending import when_answered

Handler = Callable[[int, dict[str, Any]], None]
KEPT = dt.timedelta(days=30)
"""How long what was delivered, and what came of the queue's work, is kept to look into faults."""
_PART = 2000
_LEASE = dt.timedelta(minutes=2)
_WAITS = [dt.timedelta(seconds=s) for s in (5, 30, 120, 600, 3600)]
log = logging.getLogger("truongso.outbox")


class Event(Protocol):
    """A frozen dataclass with `topic`, `version`, `school_id` and JSON-ready fields."""

    topic: ClassVar[str]
    version: ClassVar[int]
    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def school_id(self) -> int: ...


@cache
def handlers() -> dict[str, dict[str, Handler]]:
    """topic → {dotted name: handler} of all installed rooms."""
    found: dict[str, dict[str, Handler]] = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.handlers"
        if not config.name.startswith("truongso.") or not importlib.util.find_spec(name):
            continue
        for topic, functions in importlib.import_module(name).HANDLERS.items():
            for function in functions:
                found.setdefault(topic, {})[f"{function.__module__}.{function.__name__}"] = function
    return found


@transaction_required
def emit(*events: Event) -> None:
    """Store events and one delivery per subscriber, in the caller's transaction."""
    now = clock.now()
    for event in events:
        scope.name_place(event.school_id)
    rows = [
        new_row(
            OutboxEvent, school_id=e.school_id, topic=e.topic, version=e.version, payload=_payload(e), created_at=now
        )
        for e in events
    ]
    insert_many(rows)
    if any(handlers().get(row.topic) for row in rows):
        when_answered(functools.partial(_plan_deliveries, rows))


def _plan_deliveries(rows: Sequence[OutboxEvent]) -> None:
    insert_many(
        new_row(OutboxDelivery, event_id=row.pk, handler=name, next_attempt_at=row.created_at)
        for row in rows
        for name in handlers().get(row.topic, {})
    )


def _payload(event: Event) -> dict[str, Any]:
    """The event's fields, which are JSON values already (`dataclasses.asdict` copies them deeply)."""
    return {name: getattr(event, name) for name in _field_names(type(event))}


@cache
def _field_names(kind: type[Event]) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(kind))


def deliver_due(limit: int = 100) -> int:
    """Deliver up to `limit` due events, each in its own transaction; returns how many were tried.

    A delivery is claimed by a conditional UPDATE that moves its next attempt into the future, which is safe
    on both engines and lets another worker take over when this one dies. Each handler works within its school's scope.
    """
    with scope.every_school("the events of all schools are delivered by one worker"):
        return _deliver_due(limit)


def _deliver_due(limit: int) -> int:
    due = OutboxDelivery.objects.filter(done_at__isnull=True, next_attempt_at__lte=clock.now())
    tried = 0
    for delivery in due.select_related("event").order_by("next_attempt_at", "id")[:limit]:
        claimed = OutboxDelivery.objects.filter(
            pk=delivery.pk, done_at__isnull=True, next_attempt_at=delivery.next_attempt_at
        ).update(next_attempt_at=clock.now() + _LEASE, attempts=F("attempts") + 1)
        if claimed:
            tried += 1
            _deliver(delivery)
    return tried


def forget_done() -> int:
    """Remove events that are older than `KEPT` and that nobody waits for any more, a part at a time; how many."""
    waiting = OutboxDelivery.objects.filter(event=OuterRef("pk"), done_at__isnull=True)
    old = OutboxEvent.objects.filter(~Exists(waiting), created_at__lt=clock.now() - KEPT)
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:_PART])
    OutboxDelivery.objects.filter(among("event_id", ids)).delete()
    return int(OutboxEvent.objects.filter(among("pk", ids)).delete()[0])


def _deliver(delivery: OutboxDelivery) -> None:
    handler = handlers().get(delivery.event.topic, {}).get(delivery.handler)
    row = OutboxDelivery.objects.filter(pk=delivery.pk)
    if handler is None:
        row.update(done_at=clock.now(), last_error="no such handler")
        return
    try:
        with scope.at_school(delivery.event.school_id), transaction():
            handler(delivery.event.school_id, delivery.event.payload)
            row.update(done_at=clock.now(), last_error="")
    except Exception as error:  # noqa: BLE001 - any failure of a subscriber is retried, never lost
        wait = _WAITS[min(delivery.attempts, len(_WAITS) - 1)]
        row.update(next_attempt_at=clock.now() + wait, last_error=type(error).__name__)
        log.warning("delivery failed: %s to %s (%s)", delivery.event.topic, delivery.handler, type(error).__name__)
