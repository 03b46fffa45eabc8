"""Forgetting whom a message went to and what it said; that one was sent, when, how and with what end stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import QuerySet

from truongso.kernel import clock
from truongso.kernel.among import among
from truongso.kernel.db import transaction_required
from truongso.messaging.catalogue import TO_STAFF
from truongso.messaging.models import Delivery, OptOut
from truongso.messaging.types import FORGOTTEN, DeliveryState

_PART = 2000


@transaction_required
def forget_address(school_id: int, addresses: Collection[str]) -> int:
    """Take address and words out of the family's messages to these addresses; how many. Those that wait are not sent
    any more: once the addresses are gone from the records nobody would find them again."""
    rows = Delivery.objects.for_school(school_id).filter(among("address", list(addresses)))
    rows = rows.exclude(template__in=TO_STAFF)
    rows.filter(state=DeliveryState.QUEUED.value).update(
        state=DeliveryState.SKIPPED.value, problem="erased", finished_at=clock.now()
    )
    return _strip(rows)


@transaction_required
def forget_stops(school_id: int, addresses: Collection[str]) -> int:
    """Remove the opt-outs of these addresses; how many."""
    gone, _rows = OptOut.objects.for_school(school_id).filter(among("address", list(addresses))).delete()
    return gone


def old_messages(school_id: int, before: dt.datetime) -> QuerySet[Delivery]:
    """Finished messages from before a moment that still say something."""
    rows = Delivery.objects.for_school(school_id).filter(finished_at__lt=before)
    found: QuerySet[Delivery] = rows.exclude(address=FORGOTTEN)
    return found


@transaction_required
def forget_old(school_id: int, before: dt.datetime) -> int:
    """Take address and words out of messages finished before a moment, a part at a time; how many."""
    ids = list(old_messages(school_id, before).order_by("pk").values_list("pk", flat=True)[:_PART])
    return _strip(Delivery.objects.for_school(school_id).filter(pk__in=ids))


def _strip(rows: QuerySet[Delivery]) -> int:
    return rows.update(address=FORGOTTEN, recipient_name="", subject="", body="")
