"""States and values of the cash room. No Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from truongso.kernel.money import Dong

DENOMINATIONS: tuple[Dong, ...] = tuple(
    Dong(value) for value in (500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200)
)
"""Notes in circulation (State Bank of Vietnam), the largest first: the rows of a count."""


class CountState(StrEnum):
    """Life of a count: signed by who counted, then confirmed or refused by another; a confirmed one may be reopened.

    Signed and confirmed counts lock their day (and every earlier one) against cash movements.
    """

    SIGNED = "signed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    REOPENED = "reopened"

    @property
    def locks(self) -> bool:
        return self in {CountState.SIGNED, CountState.CONFIRMED}


@dataclass(frozen=True, slots=True)
class CountedCash:
    """What lay in the box: pieces by denomination (đồng → pieces)."""

    pieces: Mapping[int, int]

    @property
    def amount(self) -> Dong:
        return Dong(sum(value * pieces for value, pieces in self.pieces.items()))


@dataclass(frozen=True, slots=True)
class DepositRequest:
    """Cash handed in to the bank. `token` is made once per opened form: sending it twice records one deposit."""

    bank_account_id: int
    amount: Dong
    deposited_on: dt.date
    slip_number: str
    token: str


class CashRefusedError(Exception):
    """Something about cash cannot be done as asked; nothing was changed. `code` is stable, `params` fill the text."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
