"""Words of refunds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from truongso.kernel.money import Dong, total


class RefundKind(StrEnum):
    """What is given back: part of a fee, whole invoices, or credit the family already has."""

    FEE = "fee"
    INVOICE = "invoice"
    CREDIT = "credit"


class RequestState(StrEnum):
    """Life of a request: one person proposes, another decides."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Decision(StrEnum):
    """What ended a proposal; the same words as the request's state."""

    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ItemState(StrEnum):
    """Where one family's refund stands.

    `done`: nothing to pay out (only what was owed got lower, or the family keeps the money as credit).
    `sent`: in a file for the bank, or asked of the gateway. `dropped`: the request was rejected or withdrawn.
    """

    PROPOSED = "proposed"
    DUE = "due"
    SENT = "sent"
    PAID = "paid"
    DONE = "done"
    DROPPED = "dropped"


class WordState(StrEnum):
    """Life of what a person says to have seen on a gateway's own pages: another one confirms it, or it is dropped."""

    SAID = "said"
    CONFIRMED = "confirmed"
    DROPPED = "dropped"


class RefundWay(StrEnum):
    """How the money goes back."""

    BANK = "bank"
    GATEWAY = "gateway"
    CASH = "cash"
    CREDIT = "credit"


class PayoutKind(StrEnum):
    """Money that left; money the bank sent back; a payout that was recorded by mistake."""

    PAID = "paid"
    RETURNED = "returned"
    UNDONE = "undone"


class CounterKind(StrEnum):
    """Numbers without gaps, per school and year."""

    REQUEST = "request"
    FILE = "file"
    VOUCHER = "voucher"


class RefundRefusedError(Exception):
    """A refund cannot be done as asked; nothing was changed. `code` is stable, `params` fill the message."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Account:
    """Where a family's refund goes: BIN, number and holder as the bank spells them (capitals without accents)."""

    bank_bin: str
    number: str
    holder_name: str


@dataclass(frozen=True, slots=True)
class Ask:
    """What a person wants to refund.

    FEE: the item `fee_item_id` on invoices of round `round_id`; of each line the `amount`, or all of it (None).
    INVOICE: the whole invoices of the round, or `amount` of each. CREDIT: the families' credit, or `amount` of each.
    `grade`, `class_name` and `codes` (invoice codes) narrow it; everything empty: the whole round, or the school.
    `families` narrows further to the households chosen in the preview (None: all).
    """

    kind: RefundKind
    way: RefundWay
    round_id: int | None = None
    fee_item_id: int | None = None
    grade: str = ""
    class_name: str = ""
    codes: tuple[str, ...] = ()
    amount: Dong | None = None
    families: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """`amount` taken off one line; `surplus` of it had been paid."""

    invoice_id: int
    line_id: int
    amount: Dong
    surplus: Dong


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """What one family would get; `account` None: not known yet."""

    family_id: int
    student_name: str
    class_name: str
    invoice_codes: str
    parts: tuple[PlannedPart, ...]
    amount: Dong
    lowered: Dong
    way: RefundWay
    account: Account | None

    @property
    def lacks_account(self) -> bool:
        return self.way is RefundWay.BANK and bool(self.amount) and self.account is None


@dataclass(frozen=True, slots=True)
class Excluded:
    """Who gets nothing, and why: `nothing_left`, `above_fee`, `already_proposed`, `no_credit`, `above_credit`,
    `not_by_gateway`."""

    student_name: str
    class_name: str
    invoice_code: str
    reason: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefundPlan:
    """The preview of a request."""

    items: tuple[PlannedItem, ...]
    excluded: tuple[Excluded, ...]

    @property
    def amount(self) -> Dong:
        return total(i.amount for i in self.items)

    @property
    def lowered(self) -> Dong:
        return total(i.lowered for i in self.items)
