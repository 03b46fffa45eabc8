"""What a number may look like, where numbers come from, and why one is refused. No Django."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

# A VietQR carries at most 19 letters and digits as account (object 38-01-01).
NUMBER = re.compile(r"[0-9A-Z]{6,19}", re.ASCII)
PREFIX = re.compile(r"[0-9A-Z]{2,12}", re.ASCII)
LONGEST = 19


class RuleKind(StrEnum):
    """Whom a number stands for, and what follows the bank's prefix: a code that is known anyway, or a number that
    counts up."""

    PUPIL_CODE = "pupil_code"
    SEQUENCE = "sequence"
    INVOICE_CODE = "bill_code"
    INVOICE_SEQUENCE = "bill_seq"

    @property
    def is_per_invoice(self) -> bool:
        """Whether each invoice gets a number, instead of each pupil."""
        return self in {RuleKind.INVOICE_CODE, RuleKind.INVOICE_SEQUENCE}


class VirtualAccountRefusedError(Exception):
    """A number cannot be given, taken back or read so; nothing was changed. `code` is stable, `params` fill the text.

    Codes: `bad_number` (number) · `own_account` (number) · `number_taken` (number) · `pupil_has_one` (number) ·
    `unknown_pupil` · `unknown_account` · `not_active` · `same_number` · `reason_missing` · `bad_prefix` ·
    `bad_digits` (least, most) · `no_rule` · `no_room` · `nothing_to_assign` · `no_columns` · `no_rows` ·
    `too_many_rows` (most) · `already_applied` · `nothing_accepted` · `not_of_rule` (number) ·
    `number_was_others` (number) · `number_of_invoice` (number) · `code_digits` (length) ·
    `rule_per_invoice` · `rule_per_pupil`.
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row of a bank's list as written: the number, and whatever names the pupil."""

    row_number: int
    number: str
    pupil_code: str = ""
    name: str = ""
    class_name: str = ""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that gives nobody a number, and why (code of VirtualAccountRefusedError, or `pupil_unclear` (count),
    `row_twice` (first), `pupil_without_code`)."""

    row: ListRow
    code: str
    params: dict[str, object] = field(default_factory=dict)


class HeldNumber(NamedTuple):
    """Who held a number from when to when (`last` None: still)."""

    bank_account_id: int
    number: str
    student_id: int
    first: dt.date
    last: dt.date | None


class InvoiceHeld(NamedTuple):
    """A number that stands for one invoice, for good: also when it was cancelled."""

    bank_account_id: int
    number: str
    code: str


class OwnNumber(NamedTuple):
    """The number a family is shown for an invoice: its own, or that of its pupil."""

    number: str
    bank_account_id: int
    is_of_invoice: bool


def plain(number: str) -> str:
    """A number as it is kept: capitals and digits without the spaces people write between groups."""
    return re.sub(r"[\s.\-]", "", number).upper()
