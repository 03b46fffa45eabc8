"""How channels are doing, as calls and notices show it."""

from __future__ import annotations

from django.db.models import Value
from django.db.models.functions import Coalesce

from truongso.kernel import clock
from truongso.kernel.db import transaction_required
from truongso.payments.gateways.models import Channel
from truongso.payments.gateways.types import ChannelHealth


@transaction_required
def note_ok(channel: Channel, *, by_notice: bool = False) -> None:
    """The gateway answered or sent a genuine notice."""
    now = clock.now()
    values = {"last_ok_at": now, "failing_since": None, "last_problem": ""}
    if by_notice:
        values["last_notice_at"] = now
    Channel.objects.for_school(channel.school_id).filter(pk=channel.pk).update(**values)


@transaction_required
def note_problem(channel: Channel, problem: str) -> None:
    """A call brought nothing; the first problem since the last success starts the failing time."""
    Channel.objects.for_school(channel.school_id).filter(pk=channel.pk).update(
        failing_since=Coalesce("failing_since", Value(clock.now())), last_problem=problem[:60]
    )


def channel_health(channel: Channel) -> ChannelHealth:
    """The health of a channel as last read from the database."""
    return ChannelHealth(
        is_active=channel.is_active, is_failing=channel.failing_since is not None, last_ok_at=channel.last_ok_at,
        failing_since=channel.failing_since, last_problem=channel.last_problem,
    )  # fmt: skip
