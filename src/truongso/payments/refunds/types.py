"""Words of refunds."""

from __future__ import annotations

from enum import StrEnum


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
