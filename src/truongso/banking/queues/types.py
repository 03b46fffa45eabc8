"""What stands in the four queues."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from truongso.kernel.money import Dong


class QueueKind(StrEnum):
    """The four: both sides agree; the bank has money nobody recorded; somebody recorded money the bank has not
    credited; both have it, but not alike."""

    MATCHED = "matched"
    NO_RECORD = "no_record"
    NO_MONEY = "no_money"
    DIFFERENCES = "differences"


class Says(StrEnum):
    """What an entry is, or in what the two sides differ."""

    TRANSFER = "transfer"  # a credit that is itself the payment
    BATCH = "batch"  # a credit that settles many
    ITEM = "item"  # one of these many
    DEPOSIT = "deposit"  # cash of the school
    REFUND = "refund"  # a refund that came back
    WAITING = "waiting"
    PARKED = "parked"
    PARTLY = "partly"
    UNKNOWN_ITEM = "unknown_item"  # listed by the intermediary, recorded by nobody
    UNDONE_ITEM = "undone_item"  # recorded, then taken back
    LATE = "late"
    IN_TIME = "in_time"
    FEE = "fee"
    AMOUNT = "amount"
    DATE = "date"
    UNDER = "under"
    OVER = "over"
    BILL = "bill"  # the bank's list of the day differs


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a queue.

    `gross` = `fee` + `net`; `expected_on` is when the money should have come at the latest, `arrived_on` when it did.
    `is_agreed`: the fee is as agreed and not yet as charged. `ours` and `theirs` are the two sides of a difference in
    đồng; `days` counts days late, or waiting. `link` is the kind and public id of the page behind the row, `parts` are
    the items of a batch, of which `hidden` more are not here.
    """

    says: Says
    day: dt.date
    source: str
    reference: str
    who: str
    codes: str
    gross: Dong
    fee: Dong
    net: Dong
    expected_on: dt.date | None = None
    arrived_on: dt.date | None = None
    is_agreed: bool = False
    ours: Dong | None = None
    theirs: Dong | None = None
    days: int = 0
    link: tuple[str, str] = ("", "")
    parts: tuple[Entry, ...] = ()
    hidden: int = 0
