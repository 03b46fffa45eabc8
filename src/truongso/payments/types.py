"""Methods, evidence and requests to book money."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import NamedTuple

from truongso.kernel.money import Dong


class Method(StrEnum):
    """How money came (letter NB-PL.II.3a). Cashless is every method but cash."""

    QR_TRANSFER = "qr_transfer"
    WEB = "web"
    MOBILE_MONEY = "mobile_money"
    CARD_POS = "card_pos"
    CASH = "cash"
    BANK_BILL = "bank_bill"

    @property
    def is_cashless(self) -> bool:
        return self is not Method.CASH


class EvidenceKind(StrEnum):
    """What proves that money came. Nothing else ever marks an invoice paid."""

    BANK_LINE = "bank_line"
    NOTICE = "notice"
    SETTLEMENT = "settlement"
    CASH_RECEIPT = "cash_receipt"
    POS_SLIP = "pos_slip"

    @property
    def can_be_undone(self) -> bool:
        """Whether a person may take a payment on it back. Money that a gateway or a bank's bill service told of did
        come and nobody would report it again: it is moved, or refunded."""
        return self is not EvidenceKind.NOTICE


class NoticeState(StrEnum):
    """Life of a provider's notice in the inbox: stored raw, found genuine, then worked on."""

    RECEIVED = "received"
    VERIFIED = "verified"
    REFUSED = "refused"
    PROCESSED = "processed"
    DUPLICATE = "duplicate"


class CreditKind(StrEnum):
    """Movements of a family's credit: money comes in, goes out, or an earlier movement is taken back."""

    OVERPAYMENT = "overpayment"  # +
    CREDIT_NOTE = "credit_note"  # + paid above what a credit note left to pay
    REVERSAL = "reversal"  # − takes an incoming one back, when the payment is undone
    USED = "used"  # − pays another invoice
    RESTORED = "restored"  # + takes a use back
    REFUNDED = "refunded"  # − to be paid out
    KEPT = "kept"  # + takes a refund back


class Share(NamedTuple):
    """Part of a payment that goes to one invoice; only what is still owed is allocated, the rest is family credit.

    `line_ids` names the lines it may settle, where the payer chose them; empty: all lines in their order.
    """

    invoice_id: int
    amount: Dong
    line_ids: tuple[int, ...] = ()


class Booking(NamedTuple):
    """A request to book money on the strength of one piece of evidence.

    `reference` is unique per school, kind and source of evidence (a bank line's id, a provider's transaction id).
    `evidence_amount` is the whole of the evidence, `amount` the part booked now (a line may be split).
    `bank_reference` is what the bank printed as reference, for the receipt; without it the receipt shows the
    evidence's own reference, unless that is a row of ours (a bank line).
    `in_suspense` says that the bank line already stands in the books as money of unknown purpose.
    What the shares leave of `amount` becomes credit of the first invoice's family.
    `keeps_cancelled`: money that has already left the payer is not refused because its invoice was cancelled
    meanwhile; a cancelled invoice owes nothing, so all of it becomes the family's credit.
    """

    kind: EvidenceKind
    source: str
    reference: str
    evidence_amount: Dong
    amount: Dong
    method: Method
    received_at: dt.datetime
    payer_name: str
    payer_account: str
    shares: tuple[Share, ...]
    bank_account_id: int | None
    in_suspense: bool
    bank_reference: str = ""
    keeps_cancelled: bool = False


class PaymentRefusedError(Exception):
    """Money cannot be booked as asked. `code` is stable; `params` fill the message."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
