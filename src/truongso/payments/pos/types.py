"""Words of card terminals. Nothing that identifies a card is ever kept: last four digits and brand only. No Django."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from truongso.kernel.money import Dong

SOURCE_PREFIX = "pos:"  # source of the evidence, followed by the terminal's code


class CardBrand(StrEnum):
    NAPAS = "napas"
    VISA = "visa"
    MASTERCARD = "mastercard"
    JCB = "jcb"
    AMEX = "amex"
    UNIONPAY = "unionpay"
    OTHER = "other"


class SlipState(StrEnum):
    """Where a slip stands; it follows from its payments and from the settlement files."""

    WAITING = "waiting"
    OVERDUE = "overdue"  # no settlement row when there should be one
    SETTLED = "settled"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class SlipData:
    """What is printed on a slip. Codes in any case and spacing; `rrn` up to 12 digits, `approval_code` up to 6."""

    approval_code: str
    rrn: str
    trace: str
    batch_no: str
    card_tail: str
    card_brand: str
    amount: Dong
    paid_at: dt.datetime


class PosRefusedError(Exception):
    """A terminal or slip cannot be recorded. `code` is stable, `params` fill the message.

    code_malformed (field), card_number (field), terminal_known, terminal_inactive, unknown_terminal,
    slip_known (amount), slip_settled, time_implausible, account_inactive, fee_malformed.
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
