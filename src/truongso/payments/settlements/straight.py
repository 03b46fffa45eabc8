"""Money that goes straight to the school's own account, each transfer a bank line of its own: a batch of one, no fee.

So it lies in transit until the bank's line of the very transfer is found, like the money of every other intermediary.
A gateway may say that it always pays so (payOS); banks of the bill service may, which shows only by the line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from truongso.kernel import clock
from truongso.kernel.among import among
from truongso.kernel.db import transaction_required
from truongso.kernel.money import ZERO, Dong
from truongso.payments.bills.models import BillTransaction
from truongso.payments.bills.types import SOURCE_PREFIX, BillState
from truongso.payments.models import Evidence, Payment
from truongso.payments.settlements.models import SettlementBatch, SettlementItem
from truongso.payments.settlements.types import ItemState, SourceKind
from truongso.payments.types import EvidenceKind

_LOOK_BACK = dt.timedelta(days=31)


@transaction_required
def expect_transfer(
    school_id: int, *, source: str, transaction_id: str, order_reference: str, amount: Dong, day: dt.date,
    evidence_id: int,
) -> int:  # fmt: skip
    """Note that the bank shows one credit of `amount` for a transaction that is booked already; the batch's id."""
    kind = SourceKind.BILL if source.startswith(SOURCE_PREFIX) else SourceKind.GATEWAY
    batch = SettlementBatch.objects.create(
        school_id=school_id, kind=kind.value, source=source, reference=transaction_id[:60],
        settled_on=day, gross=amount, fee=ZERO, net=amount, created_at=clock.now(),
    )  # fmt: skip
    SettlementItem.objects.create(
        school_id=school_id, batch=batch, source=source, key=transaction_id, row_number=0,
        transaction_id=transaction_id, order_reference=order_reference, transacted_on=day, gross=amount, fee=ZERO,
        net=amount, state=ItemState.MATCHED.value, evidence_id=evidence_id,
    )  # fmt: skip
    return int(batch.pk)


@transaction_required
def bill_batch(row: BillTransaction) -> int:
    """The batch in which a booked bill payment is paid out: the one it is in, else one of its own; the id."""
    source = f"{SOURCE_PREFIX}{row.partner.code}"
    proof = Evidence.objects.for_school(row.school_id).get(
        kind=EvidenceKind.NOTICE.value, source=source, reference=row.transaction_id
    )
    items = SettlementItem.objects.for_school(row.school_id).filter(
        evidence=proof, gross__gt=0, state=ItemState.MATCHED.value
    )
    known = items.values_list("batch_id", flat=True).first()
    if known is not None:
        return int(known)
    return expect_transfer(
        row.school_id, source=source, transaction_id=row.transaction_id, order_reference=row.transaction_id,
        amount=row.amount, day=row.paid_on, evidence_id=proof.pk,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class BillTransfer:
    """A payment by a bank's bill service that no settlement has shown yet. `account` is the receiving number, `codes`
    are those of the invoices it paid."""

    evidence_id: int
    partner: str
    source: str
    transaction_id: str
    account: str
    amount: Dong
    day: dt.date
    codes: frozenset[str]


def bill_transfers(school_id: int, amounts: Collection[Dong]) -> list[BillTransfer]:
    """Bill payments of these amounts whose money is in transit, oldest first; 1 query when there are none, else 4."""
    rows = BillTransaction.objects.for_school(school_id).filter(
        among("amount", {int(a) for a in amounts}), state=BillState.BOOKED.value,
        paid_on__gte=clock.today() - _LOOK_BACK,
    )  # fmt: skip
    booked = {(f"{SOURCE_PREFIX}{row.partner.code}", row.transaction_id): row for row in rows.select_related("partner")}
    if not booked:
        return []
    proofs = Evidence.objects.for_school(school_id).filter(
        kind=EvidenceKind.NOTICE.value, source__in={s for s, _ in booked}, reference__in={r for _, r in booked}
    )
    settled = SettlementItem.objects.for_school(school_id).filter(evidence__in=proofs, gross__gt=0)
    known = set(settled.values_list("evidence_id", flat=True))
    standing = Payment.objects.for_school(school_id).filter(evidence__in=proofs, reversed_at__isnull=True)
    codes = dict(standing.values_list("evidence_id", "invoice_code"))
    return [
        BillTransfer(
            e.pk, row.partner.code, e.source, row.transaction_id, row.beneficiary_account, row.amount, row.paid_on,
            frozenset(codes.get(e.pk, "").split()),
        )
        for e in proofs.order_by("pk")
        if (row := booked.get((e.source, e.reference))) and e.used == row.amount and e.pk not in known
    ]  # fmt: skip
