"""Values of posting files. No Django."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from truongso.kernel.money import Dong, total


class Grouping(StrEnum):
    """What a voucher is: each event of its own, or all of one kind on one day."""

    ENTRY = "entry"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class VoucherLine:
    """`amount` (> 0) from the credit account to the debit account, both as the accounting package numbers them."""

    debit: str
    credit: str
    amount: Dong


@dataclass(frozen=True, slots=True)
class Voucher:
    """One voucher: balanced, because each of its lines is."""

    number: str
    day: dt.date
    text: str
    party: str
    reference: str
    lines: tuple[VoucherLine, ...]

    @property
    def amount(self) -> Dong:
        return total(x.amount for x in self.lines)


class PostingRefusedError(Exception):
    """A file or setting that cannot be made as asked; nothing was changed. `code` is stable, `params` fill the text."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
