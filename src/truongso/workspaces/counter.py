"""Cash at the counter: one press of the button books one payment, whatever the browser or the finger does."""

from __future__ import annotations

from dataclasses import dataclass

from truongso.fees.public import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import Dong
from truongso.payments.public import Payment, book, payments_of_evidence
from truongso.payments.types import Booking, EvidenceKind, Method, PaymentRefusedError, Share

SOURCE = "counter"


@dataclass(frozen=True, slots=True)
class CashTaken:
    """The payment; `is_repeat` when this form had booked it before."""

    payment: Payment
    is_repeat: bool


@transaction_required
def take_cash(invoice: Invoice, *, token: str, amount: Dong, payer_name: str, actor: Actor) -> CashTaken:
    """Book cash on an invoice; what is above what it owes becomes the family's credit.

    `token` is made once per opened form and is the evidence's reference: a second press, a reload or a replay
    finds the first payment, also when that one has been undone since. Raises PaymentRefusedError.
    """
    known = _booked_by(invoice.school_id, token)
    if known is not None:
        return CashTaken(known, is_repeat=True)
    booking = Booking(
        kind=EvidenceKind.CASH_RECEIPT, source=SOURCE, reference=token, evidence_amount=amount, amount=amount,
        method=Method.CASH, received_at=clock.now(), payer_name=payer_name, payer_account="",
        shares=(Share(invoice.pk, amount),), bank_account_id=None, in_suspense=False,
    )  # fmt: skip
    try:
        return CashTaken(book(invoice.school_id, booking=booking, actor=actor), is_repeat=False)
    except PaymentRefusedError as refusal:
        # The other press of the button was faster and has committed while this one waited for the locks.
        other = _booked_by(invoice.school_id, token) if refusal.code in {"already_booked", "evidence_differs"} else None
        if other is None:
            raise
        return CashTaken(other, is_repeat=True)


def _booked_by(school_id: int, token: str) -> Payment | None:
    found = payments_of_evidence(school_id, kind=EvidenceKind.CASH_RECEIPT, reference=token)
    return found[0] if found else None
