"""Values that go into and come out of the matcher. No Django, no texts: reasons are codes with parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from truongso.kernel.money import ZERO, Dong, total

RULES_VERSION = 5
"""Raised whenever a rule decides differently, so that stored decisions name the rules they were made by."""


class Verdict(StrEnum):
    """What is to happen with a transfer."""

    AUTO = "auto"  # booked without a person
    SUGGEST = "suggest"  # waits for a person, with a proposal
    REPEAT = "repeat"  # the same bank line once more: nothing to book
    NONE = "none"  # waits for a person, without a proposal


class Rule(StrEnum):
    """The rule that decided. Stable words, part of the command line contract."""

    VIRTUAL_ACCOUNT = "virtual_account"
    EXACT = "exact"
    CORRECTED = "corrected"
    SEVERAL = "several"
    UNDER = "under"
    OVER = "over"
    ALREADY_PAID = "already_paid"
    NAME_CONFLICT = "name_conflict"
    AMBIGUOUS = "ambiguous"
    OTHER_ACCOUNT = "other_account"
    NAMES = "names"
    PAYER = "payer"
    AMOUNT = "amount"
    NOT_FEES = "not_fees"
    REPEAT = "repeat"
    NO_CODE = "no_code"
    BAD_AMOUNT = "bad_amount"


class Evidence(StrEnum):
    """One thing that speaks for, or against, a candidate."""

    VIRTUAL_ACCOUNT = "virtual_account"
    CODE = "code"
    CODE_CORRECTED = "code_corrected"
    NAME = "name"
    SHORT_NAME = "short_name"
    CLASS = "class"
    AMOUNT = "amount"
    PAYER = "payer"
    PAYER_NAME = "payer_name"
    PARENT = "parent"
    PAID = "paid"
    OTHER_ACCOUNT = "other_account"


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice that money may be waiting for, as the matcher needs it.

    `outstanding` is what is still owed; 0 đ keeps a paid invoice known, so that a second transfer for it is
    recognised instead of being taken for something else. `student_key` tells pupils apart (any stable text;
    by default name and class). `parent_name` is the payer as the school knows one, "" where nobody is known.
    """

    code: str
    outstanding: Dong
    student_name: str
    class_name: str
    account: str = ""
    student_key: str = ""
    parent_name: str = ""


class Transfer(NamedTuple):
    """Money that arrived on a receiving account; `amount` is above 0 đ, `memo` verbatim, `date` as the bank gave it.

    `virtual_account` is the number the payer sent to, where the bank reports one that stands for an invoice or pupil.
    """

    id: str
    date: str
    bank_ref: str
    amount: Dong
    memo: str
    payer_name: str = ""
    payer_account: str = ""
    account: str = ""
    virtual_account: str = ""


class Holder(NamedTuple):
    """A pupil who held a number of the bank's from a day to a day (ISO texts; `last` "": still)."""

    student_key: str
    first: str
    last: str = ""


_NOTHING: Mapping[str, str] = MappingProxyType({})


class Reason(NamedTuple):
    """Why, as a stable code with named parameters; the texts stand in `reasons.py`."""

    code: str
    params: Mapping[str, str] = _NOTHING


class Candidate(NamedTuple):
    """An invoice that may be meant, with what speaks for it; candidates of a decision stand best first."""

    code: str
    evidence: tuple[Evidence, ...]


class Decision(NamedTuple):
    """What the matcher makes of one transfer.

    `codes` and `amounts` go together: what is, or with a suggestion would be, allocated to each invoice,
    never more than it still owes. What then remains of the transfer is the family's credit. A paid invoice
    stands with 0 đ.
    """

    verdict: Verdict
    rule: Rule
    reason: Reason
    codes: tuple[str, ...] = ()
    amounts: tuple[Dong, ...] = ()
    candidates: tuple[Candidate, ...] = ()

    @property
    def allocated(self) -> Dong:
        """Sum of what goes to invoices."""
        return total(self.amounts) if self.amounts else ZERO
