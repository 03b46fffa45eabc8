"""Credits that are the very transfers a gateway or a bank's bill service told of: linked, never booked twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TypeVar

from truongso.banking.batches.models import BatchLink
from truongso.banking.batches.services import link
from truongso.banking.deposits.types import LinkState
from truongso.banking.matching.fold import squeeze
from truongso.banking.models import BankLine
from truongso.banking.types import Direction, LineState
from truongso.kernel.actor import Actor
from truongso.kernel.among import among
from truongso.kernel.db import transaction_required
from truongso.payments.public import (
    BILL_EARLY,
    BILL_LATE,
    BillTransfer,
    StraightTransfer,
    bill_transfers,
    expect_transfer,
    straight_transfers,
)

T = TypeVar("T")

_WITHIN = dt.timedelta(days=3)
_OWN_NUMBER = 6  # signs of a bank's number that are no chance
_ORDER_DIGITS = 9  # of an order's number, as many as the narrowest transfer note carries


@transaction_required
def settle_straight(school_id: int, lines: Sequence[BankLine], *, actor: Actor) -> set[int]:
    """Link waiting credits to transfers that a gateway has reported and the bank has not shown yet; returns their ids.

    One and the same transfer has the amount, about the day, and either the bank's reference or the order's number in
    the memo. When two transfers fit a line, or one fits two, a person decides, and so when a person took a link back.
    """
    waiting = [x for x in lines if x.direction == Direction.IN.value and x.state == LineState.WAITING.value]
    unlinked = BatchLink.objects.for_school(school_id).filter(
        among("line_id", (x.id for x in waiting)), state=LinkState.UNDONE.value
    )
    apart = set(unlinked.values_list("line_id", flat=True)) if waiting else set()
    waiting = [x for x in waiting if x.id not in apart]
    return _settle_gateways(school_id, waiting, actor) | _settle_bills(school_id, waiting, actor)


def maybe_bills(school_id: int, lines: Sequence[BankLine]) -> dict[int, list[BillTransfer]]:
    """Line id → bill payments of its account, amount and days that the bank has not shown yet. A code of theirs in the
    line does not tell the very money from a second payment of the family: such a line waits for a person."""
    expected = bill_transfers(school_id, {x.amount for x in lines}) if lines else []
    fits = {x.pk: [t for t in expected if _may_be_bill(x, t)] for x in lines} if expected else {}
    return {pk: found for pk, found in fits.items() if found}


def _settle_gateways(school_id: int, waiting: Sequence[BankLine], actor: Actor) -> set[int]:
    expected = straight_transfers(school_id) if waiting else []
    fits = {x.pk: [t for t in expected if _is_same(x, t)] for x in waiting} if expected else {}
    pairs = _certain(waiting, fits)
    for line, transfer in pairs:
        _link(line, transfer.batch_id, actor)
    return {line.pk for line, _transfer in pairs}


def _settle_bills(school_id: int, waiting: Sequence[BankLine], actor: Actor) -> set[int]:
    """A bank that credits what its bill service took one by one: its call booked the payment, the line is the money."""
    still = [x for x in waiting if x.state == LineState.WAITING.value]
    expected = bill_transfers(school_id, {x.amount for x in still}) if still else []
    pairs = _certain(still, {x.pk: [t for t in expected if _is_bill(x, t)] for x in still} if expected else {})
    for line, transfer in pairs:
        batch_id = expect_transfer(
            school_id, source=transfer.source, transaction_id=transfer.transaction_id,
            order_reference=transfer.transaction_id, amount=transfer.amount, day=transfer.day,
            evidence_id=transfer.evidence_id,
        )  # fmt: skip
        _link(line, batch_id, actor)
    return {line.pk for line, _transfer in pairs}


def _certain(waiting: Sequence[BankLine], fits: Mapping[int, list[T]]) -> list[tuple[BankLine, T]]:
    """Lines that one transfer fits which fits no other line."""
    if not fits:
        return []
    claimed = [t for found in fits.values() for t in found]
    found = [(line, fits.get(line.pk, [])) for line in waiting]
    return [(line, fit[0]) for line, fit in found if len(fit) == 1 and claimed.count(fit[0]) == 1]


def _link(line: BankLine, batch_id: int, actor: Actor) -> None:
    link(line.school_id, line_id=line.pk, batch_ids=[batch_id], actor=actor)
    line.state = LineState.SETTLED.value


def is_of_bill(line: BankLine, transaction_id: str) -> bool:
    """The bank's own number of the transaction stands in the line. An invoice's code does not say as much: the family
    may have paid twice."""
    number = squeeze(transaction_id)
    return len(number) >= _OWN_NUMBER and number in squeeze(f"{line.reference} {line.memo}")


def _is_bill(line: BankLine, transfer: BillTransfer) -> bool:
    return is_of_bill(line, transfer.transaction_id) and _may_be_bill(line, transfer)


def _may_be_bill(line: BankLine, transfer: BillTransfer) -> bool:
    if line.amount != transfer.amount or line.bank_account.number != transfer.account:
        return False
    return -BILL_EARLY <= line.booked_on - transfer.day <= BILL_LATE


def _is_same(line: BankLine, transfer: StraightTransfer) -> bool:
    if line.amount != transfer.amount or not abs(line.booked_on - transfer.day) <= _WITHIN:
        return False
    ours, theirs = squeeze(line.reference), squeeze(transfer.bank_reference)
    return (bool(ours) and ours == theirs) or transfer.order_reference[-_ORDER_DIGITS:] in squeeze(line.memo)
