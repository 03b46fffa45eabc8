"""What the clock does for refunds: asks gateways what became of those under way, so that a no said later is seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db.models import Exists, OuterRef

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.limits import Limit, count
from truongso.payments.refunds.models import PortalWord, RefundItem
from truongso.payments.refunds.payouts import ask_gateway
from truongso.payments.refunds.types import ItemState, RefundRefusedError, RefundWay, WordState

EACH = Limit("refund_asked", 1, 3600)
"""A refund under way is asked about once an hour."""
MISSING = Limit("refund_missing", 1, 86_400)
"""That a gateway does not show one is said once a day."""
DAYS = 7  # after which only people look
_ACTOR = Actor.system("refund-clock")


def ask_about_refunds() -> int:
    """Ask about refunds that a gateway took and has not settled; how many were asked about.

    Nothing is sent again: a refund the gateway never got waits for a person to ask for it, or to look at the gateway's
    own pages on a later day. Some gateways accept a refund and refuse it later: it is due again then, and says so. One
    about which a person has said something that waits for another person is left to them. A gateway that is down is
    asked again an hour later.
    """
    words = PortalWord.objects.of_outer_school().filter(item_id=OuterRef("pk"), state=WordState.SAID.value)
    rows = RefundItem.objects.across_schools("the clock asks for every school").filter(
        ~Exists(words), way=RefundWay.GATEWAY.value, state=ItemState.SENT.value,
        asked_on__gte=clock.today() - dt.timedelta(days=DAYS),
    )  # fmt: skip
    return sum(_ask(item) for item in rows.order_by("pk"))


def _ask(item: RefundItem) -> bool:
    if count(EACH, item.code, str(item.school_id)) > EACH.most:
        return False
    try:
        ask_gateway(item.school_id, item_id=item.pk, actor=_ACTOR, under_way_only=True)
    except RefundRefusedError as refusal:
        if refusal.code == "gateway_refused":
            _note("fail", item, {"reason": str(refusal.params.get("problem", ""))[:100]})
        elif refusal.code == "gateway_missing" and count(MISSING, item.code, str(item.school_id)) <= MISSING.most:
            _note("missing", item, {})
    return True


def _note(what: str, item: RefundItem, params: dict[str, str]) -> None:
    """Said in the refund's history, where people decide what to do."""
    with transaction():
        audit.record(
            _ACTOR, f"payments:refund:{what}", school_id=item.school_id, subject=("refund", item.code),
            params={"amount": int(item.amount), **params},
        )  # fmt: skip


TICKS: dict[str, Callable[[], int]] = {"payments.ask_about_refunds": ask_about_refunds}
