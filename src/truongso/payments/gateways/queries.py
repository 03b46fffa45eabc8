"""Channels and attempts, read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from truongso.kernel import clock
from truongso.payments.gateways.models import Attempt, AttemptMoney, Channel
from truongso.payments.gateways.types import OPEN_STATES, AttemptState

_OPEN = [s.value for s in OPEN_STATES]


def channels(school_id: int, *, active_only: bool = True) -> list[Channel]:
    """A school's channels, healthy ones first, then the cheapest for the payer; 1 query."""
    rows = Channel.objects.for_school(school_id).order_by("pk")
    found = list(rows.filter(is_active=True) if active_only else rows)
    return sorted(found, key=lambda c: (c.failing_since is not None, c.payer_pays, c.pk))


def channel_by_public_id(school_id: int, public_id: str) -> Channel | None:
    """A channel of the school, active or not."""
    found: Channel | None = Channel.objects.for_school(school_id).filter(public_id=public_id).first()
    return found


def channel_of_hook(provider: str, public_id: str) -> Channel | None:
    """The channel of a webhook's address, also one that takes no new payments: money of the old ones still comes."""
    rows = Channel.objects.across_schools("a webhook address names the channel, not the school")
    found: Channel | None = rows.filter(provider=provider, public_id=public_id).first()
    return found


def attempt_by_public_id(public_id: str) -> Attempt | None:
    """An attempt with its channel; the id is random and known to the payer and the gateway alone."""
    rows = Attempt.objects.across_schools("a return address names the attempt, not the school")
    found: Attempt | None = rows.select_related("channel").filter(public_id=public_id).first()
    return found


def pending_attempts(school_id: int, invoice_ids: Iterable[int], *, now: dt.datetime) -> list[Attempt]:
    """Attempts that may still bring money for any of the invoices, the newest first, with channel; 1 query.

    A page warns with them before a second one is started.
    """
    rows = Attempt.objects.for_school(school_id).filter(
        state__in=_OPEN, expires_at__gt=now, shares__invoice_id__in=list(invoice_ids)
    )
    return list(rows.select_related("channel").distinct().order_by("-pk"))


def open_attempt_invoices(school_id: int) -> set[int]:
    """Ids of invoices for which an attempt may still bring money; 1 query."""
    rows = Attempt.objects.for_school(school_id).filter(state__in=_OPEN, expires_at__gt=clock.now())
    return set(rows.exclude(shares__invoice_id=None).values_list("shares__invoice_id", flat=True))


def attempts_of_invoice(school_id: int, invoice_id: int) -> list[Attempt]:
    """All attempts to pay an invoice, the newest first, with channel; 1 query."""
    rows = Attempt.objects.for_school(school_id).filter(shares__invoice_id=invoice_id)
    return list(rows.select_related("channel").order_by("-pk"))


def money_of_evidence(school_id: int, evidence_id: int) -> AttemptMoney | None:
    """The gateway's transaction a piece of evidence stands for, with attempt and channel."""
    rows = AttemptMoney.objects.for_school(school_id).filter(evidence_id=evidence_id)
    found: AttemptMoney | None = rows.select_related("attempt", "channel").first()
    return found


def recent_attempts(school_id: int, channel: Channel, *, limit: int = 20) -> Sequence[Attempt]:
    """The newest attempts of a channel."""
    return list(Attempt.objects.for_school(school_id).filter(channel=channel).order_by("-pk")[:limit])


def due_attempts(now: dt.datetime, *, limit: int) -> list[Attempt]:
    """Attempts whose gateway is to be asked now, the longest waiting first, with channel."""
    rows = Attempt.objects.across_schools("the clock asks for every school").filter(next_query_at__lte=now)
    return list(rows.select_related("channel").order_by("next_query_at", "pk")[:limit])


def is_open(attempt: Attempt) -> bool:
    return AttemptState(attempt.state) in OPEN_STATES
