"""What other rooms may know of fees: value types and the invoice code."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from truongso.fees.invoice_code import (
    ALPHABET,
    LENGTH,
    CodeError,
    CodeIndex,
    Slip,
    fold_letters,
    is_group_code,
    is_valid,
    new_code,
    new_group_code,
    new_prefix,
    normalise,
    prefix_fault,
    prefix_ok,
)

__all__ = [
    "ALPHABET",
    "LENGTH",
    "CodeError",
    "CodeIndex",
    "FeeNature",
    "FeeUnit",
    "FeesRefusedError",
    "LineKind",
    "Problem",
    "RoundState",
    "Slip",
    "fold_letters",
    "is_group_code",
    "is_valid",
    "new_code",
    "new_group_code",
    "new_prefix",
    "normalise",
    "prefix_fault",
    "prefix_ok",
]


class FeeNature(StrEnum):
    """What kind of money a fee item is; decides the account it is booked on and how reports count it."""

    TUITION = "tuition"
    STATUTORY_CHARGE = "statutory_charge"
    SERVICE = "service"
    PASS_THROUGH = "pass_through"  # noqa: S105 - spent on the pupil the same day or month
    AGREED = "agreed"
    ON_BEHALF = "on_behalf"
    DONATION = "donation"


class FeeUnit(StrEnum):
    """What one unit of the rate is."""

    MONTH = "month"
    DAY = "day"
    SEMESTER = "semester"
    YEAR = "year"
    ONCE = "once"


class RoundState(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"
    CLOSED = "closed"


class LineKind(StrEnum):
    """A charge as issued; an extra charge or a credit note added after issue. Lines are never edited."""

    CHARGE = "charge"
    EXTRA = "extra"
    CREDIT = "credit"


class FeesRefusedError(Exception):
    """A request that cannot be done as asked; nothing was changed. `code` is stable, `params` fill the message."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a draft round: `blocking` ones stop its issue, the others are worth a look."""

    code: str
    blocking: bool
    params: dict[str, object] = field(default_factory=dict)
