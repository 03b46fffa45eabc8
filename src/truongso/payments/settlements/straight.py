"""Money that a gateway lets the payer send straight to the school's own account (payOS): a batch of one, without a fee.

So it lies in transit until the bank's line of the very transfer is found, like the money of every other intermediary.
"""

from __future__ import annotations

import datetime as dt

from truongso.kernel import clock
from truongso.kernel.db import transaction_required
from truongso.kernel.money import ZERO, Dong
from truongso.payments.settlements.models import SettlementBatch, SettlementItem
from truongso.payments.settlements.types import ItemState, SourceKind


@transaction_required
def expect_transfer(
    school_id: int, *, source: str, transaction_id: str, order_reference: str, amount: Dong, day: dt.date,
    evidence_id: int,
) -> None:  # fmt: skip
    """Note that the bank will show one credit of `amount` for a transaction that is booked already."""
    batch = SettlementBatch.objects.create(
        school_id=school_id, kind=SourceKind.GATEWAY.value, source=source, reference=transaction_id[:60],
        settled_on=day, gross=amount, fee=ZERO, net=amount, created_at=clock.now(),
    )  # fmt: skip
    SettlementItem.objects.create(
        school_id=school_id, batch=batch, source=source, key=transaction_id, row_number=0,
        transaction_id=transaction_id, order_reference=order_reference, transacted_on=day, gross=amount, fee=ZERO,
        net=amount, state=ItemState.MATCHED.value, evidence_id=evidence_id,
    )  # fmt: skip
