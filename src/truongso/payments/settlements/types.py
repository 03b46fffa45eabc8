"""Words of settlement: kinds of sources, states of items, what a row of a file says. No Django."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from truongso.kernel.money import Dong

POS_SOURCE = "pos"


class SourceKind(StrEnum):
    """Who settles: the acquirer of card terminals, a payment gateway, a bank of the bill service."""

    POS = "pos"
    GATEWAY = "gateway"
    BILL = "bill"


class ItemState(StrEnum):
    """What an item of a batch is to us. Only `matched` and `other` are settled questions."""

    MATCHED = "matched"  # the money of a payment of ours
    UNKNOWN = "unknown"  # nobody recorded it
    AMOUNT_DIFFERS = "amount_differs"  # recorded with another amount
    UNDONE = "undone"  # recorded, and taken back since
    OTHER = "other"  # a person said that it is no fee money of the school


OPEN_STATES = (ItemState.UNKNOWN, ItemState.AMOUNT_DIFFERS, ItemState.UNDONE)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One transaction as a file reports it. `gross` and `net` are negative for money given back; gross = fee + net."""

    row_number: int
    key: str
    terminal_code: str
    merchant_code: str
    batch_no: str
    trace: str
    rrn: str
    approval_code: str
    transaction_id: str
    order_reference: str
    card_tail: str
    card_brand: str
    transacted_on: dt.date | None
    transacted_time: dt.time | None
    settled_on: dt.date | None
    batch_reference: str
    gross: Dong
    fee: Dong
    net: Dong


@dataclass(frozen=True, slots=True)
class Figures:
    """Gross, fee and net of some rows; gross = fee + net."""

    gross: Dong
    fee: Dong
    net: Dong


@dataclass(frozen=True, slots=True)
class FileProblem:
    """Why a file, or a row of it, is not taken over. `row` 0: the file as a whole."""

    code: str
    row: int = 0
    params: tuple[tuple[str, str | int], ...] = ()


class SettlementRefusedError(Exception):
    """A settlement act cannot be done. `code` is stable, `params` fill the message.

    unknown_source, unreadable (problem), has_problems, already_applied, unknown_item, item_settled, batch_paid,
    reason_missing, slip_not_waiting, amount_differs (gross, amount), not_for_pos, unknown_slip, bad_days (most).
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
