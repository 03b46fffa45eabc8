"""What the clock does for gateways."""

from __future__ import annotations

from collections.abc import Callable

from truongso.payments.gateways.models import Channel
from truongso.payments.gateways.notices import work_off_waiting
from truongso.payments.gateways.query_back import ask_due
from truongso.payments.models import Notice
from truongso.payments.types import NoticeState


def finish_notices() -> int:
    """Work off gateway notices that were found genuine but not booked, because the process died in between."""
    waiting = Notice.objects.across_schools("the clock asks for every school").filter(state=NoticeState.VERIFIED.value)
    connections = waiting.values("connection").distinct()
    channels = Channel.objects.across_schools("the clock asks for every school").filter(public_id__in=connections)
    return sum(work_off_waiting(channel) for channel in channels.order_by("pk"))


TICKS: dict[str, Callable[[], int]] = {
    "payments.finish_gateway_notices": finish_notices,
    "payments.ask_gateways": ask_due,
}
