"""Events between rooms: written with the fact, delivered later, at least once.

Rooms list subscribers in `handlers.py` as `HANDLERS: dict[topic, list[handler]]`; a handler takes (school_id, payload).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
import importlib.util
import logging
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar, Protocol

from django.apps import apps
from django.db.models import F

from truongso.kernel import clock
from truongso.kernel.bulk import insert_many, new_row
from truongso.kernel.db import transaction, transaction_required
from truongso.kernel.models import OutboxDelivery, OutboxEvent

Handler = Callable[[int, dict[str, Any]], None]
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
    rows = [
        new_row(
            OutboxEvent, school_id=e.school_id, topic=e.topic, version=e.version, payload=_payload(e), created_at=now
        )
        for e in events
    ]
    insert_many(rows)
    insert_many(
        new_row(OutboxDelivery, event_id=row.pk, handler=name, next_attempt_at=now)
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
    on both engines and lets another worker take over when this one dies.
    """
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


def _deliver(delivery: OutboxDelivery) -> None:
    handler = handlers().get(delivery.event.topic, {}).get(delivery.handler)
    row = OutboxDelivery.objects.filter(pk=delivery.pk)
    if handler is None:
        row.update(done_at=clock.now(), last_error="no such handler")
        return
    try:
        with transaction():
            handler(delivery.event.school_id, delivery.event.payload)
            row.update(done_at=clock.now(), last_error="")
    except Exception as error:  # noqa: BLE001 - any failure of a subscriber is retried, never lost
        wait = _WAITS[min(delivery.attempts, len(_WAITS) - 1)]
        row.update(next_attempt_at=clock.now() + wait, last_error=type(error).__name__)
        log.warning("delivery failed: %s to %s (%s)", delivery.event.topic, delivery.handler, type(error).__name__)
