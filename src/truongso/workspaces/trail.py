"""The way from a payment down to what proves it and what the books say: bank line, file and row, notice, entries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from truongso.banking.public import BankLine, FeedSighting, StatementRow, sightings_of
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import ZERO, Dong
from truongso.ledger.public import entries_of
from truongso.ledger.types import EntryKind
from truongso.payments.public import (
    Allocation,
    CreditEntry,
    CreditMove,
    MoveKind,
    Payment,
    PaymentReversal,
    Receipt,
    moves_of_payment,
)
from truongso.payments.types import EvidenceKind


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One posting of an entry: `amount` moves from the credit account to the debit account."""

    day: dt.date
    kind: EntryKind
    debit: str
    credit: str
    amount: Dong


@dataclass(frozen=True, slots=True)
class PaymentTrail:
    """One payment with everything it rests on and everything it did."""

    payment: Payment
    receipt: Receipt | None
    reversal: PaymentReversal | None
    allocations: list[Allocation]
    credits: list[CreditEntry]
    moves: list[CreditMove]
    line: BankLine | None
    rows: list[StatementRow]
    notices: list[FeedSighting]
    ledger: list[LedgerLine]
    history: list[AuditEntry]

    @property
    def credited(self) -> Dong:
        """What went to the family's credit."""
        return Dong(sum(int(c.amount) for c in self.credits)) if self.credits else ZERO


def payment_trail(payment: Payment) -> PaymentTrail:
    """Everything about a payment of a school; at most 12 queries."""
    school_id = payment.school_id
    line = bank_line_of(payment)
    rows, notices = sightings_of(line) if line else ([], [])
    allocations = Allocation.objects.for_school(school_id).filter(
        payment=payment, reverses__isnull=True, move__isnull=True
    )
    to_credit = CreditEntry.objects.for_school(school_id).filter(
        payment=payment, reverses__isnull=True, move__isnull=True
    )
    moves = moves_of_payment(school_id, payment.pk)
    receipt = Receipt.objects.for_school(school_id).filter(payment=payment).prefetch_related("cancellations").first()
    history = AuditEntry.objects.filter(
        school_id=school_id, subject_kind="payment", subject_id=str(payment.pk)
    ).order_by("seq")
    return PaymentTrail(
        payment=payment,
        receipt=receipt,
        reversal=PaymentReversal.objects.for_school(school_id).filter(payment=payment).first(),
        allocations=list(allocations.select_related("invoice", "line").order_by("pk")),
        credits=list(to_credit.order_by("pk")),
        moves=moves,
        line=line,
        rows=rows,
        notices=notices,
        ledger=ledger_lines(school_id, {EntryKind.PAYMENT: [payment.pk], **_moved(moves), **_booked(line)}),
        history=list(history),
    )


def bank_line_of(payment: Payment) -> BankLine | None:
    """The bank line that proves the payment; None for other evidence."""
    if payment.evidence.kind != EvidenceKind.BANK_LINE.value:
        return None
    lines = BankLine.objects.for_school(payment.school_id).select_related("bank_account")
    return lines.filter(pk=int(payment.evidence.reference)).first()


def ledger_lines(school_id: int, sources: dict[EntryKind, list[int]]) -> list[LedgerLine]:
    """The postings that book the given things and their reversals, oldest first; 4 queries."""
    return [
        LedgerLine(entry.occurred_on, EntryKind(entry.kind), str(p.debit), str(p.credit), p.amount)
        for entry in entries_of(school_id, sources)
        for p in entry.postings.all()
    ]


def _moved(moves: list[CreditMove]) -> dict[EntryKind, list[int]]:
    """The entries of what happened to the money later; one that takes another back reverses its entry."""
    own = [m for m in moves if m.reverses_id is None]
    return {
        EntryKind.CREDIT_USE: [m.pk for m in own if m.kind != MoveKind.REFUNDED.value],
        EntryKind.REFUND: [m.pk for m in own if m.kind == MoveKind.REFUNDED.value],
    }


def _booked(line: BankLine | None) -> dict[EntryKind, list[int]]:
    return {EntryKind.BANK_LINE: [line.pk]} if line else {}
