"""Credits that are the very transfers a gateway told of: linked by themselves, never booked a second time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from truongso.banking.batches.services import link
from truongso.banking.matching.fold import squeeze
from truongso.banking.models import BankLine
from truongso.banking.types import Direction, LineState
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.payments.public import StraightTransfer, straight_transfers

_WITHIN = dt.timedelta(days=3)
_ORDER_DIGITS = 9  # of an order's number, as many as the narrowest transfer note carries


@transaction_required
def settle_straight(school_id: int, lines: Sequence[BankLine], *, actor: Actor) -> set[int]:
    """Link waiting credits to transfers that a gateway has reported and the bank has not shown yet; returns their ids.

    One and the same transfer has the amount, about the day, and either the bank's reference or the order's number in
    the memo. When two transfers fit a line, or one fits two, a person decides. One query when none is expected.
    """
    waiting = [x for x in lines if x.direction == Direction.IN.value and x.state == LineState.WAITING.value]
    expected = straight_transfers(school_id) if waiting else []
    fits = {x.pk: [t for t in expected if _is_same(x, t)] for x in waiting} if expected else {}
    claimed = [t.batch_id for found in fits.values() for t in found]
    settled = set()
    for line in waiting:
        found = fits.get(line.pk, [])
        if len(found) == 1 and claimed.count(found[0].batch_id) == 1:
            link(school_id, line_id=line.pk, batch_ids=[found[0].batch_id], actor=actor)
            line.state = LineState.SETTLED.value
            settled.add(line.pk)
    return settled


def _is_same(line: BankLine, transfer: StraightTransfer) -> bool:
    if line.amount != transfer.amount or not abs(line.booked_on - transfer.day) <= _WITHIN:
        return False
    ours, theirs = squeeze(line.reference), squeeze(transfer.bank_reference)
    return (bool(ours) and ours == theirs) or transfer.order_reference[-_ORDER_DIGITS:] in squeeze(line.memo)
