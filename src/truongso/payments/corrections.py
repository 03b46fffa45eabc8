"""Putting a wrong booking right in one act: reversed and booked again on the same evidence, with a new receipt.

What the money rests on never changes; only what it is booked for, or what kind of cashless payment it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from truongso.fees.public import lock_invoices
from truongso.kernel import audit
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.ledger.public import entries_of
from truongso.ledger.types import AccountRole, EntryKind
from truongso.payments.bills.types import SOURCE_PREFIX
from truongso.payments.models import Allocation, Evidence, Payment, Receipt
from truongso.payments.services import book, undo
from truongso.payments.types import Booking, EvidenceKind, Method, PaymentRefusedError, Share

_OF_KIND: Mapping[EvidenceKind, frozenset[Method]] = {
    EvidenceKind.BANK_LINE: frozenset({Method.QR_TRANSFER, Method.MOBILE_MONEY}),
    EvidenceKind.SETTLEMENT: frozenset({Method.CARD_POS}),
    EvidenceKind.POS_SLIP: frozenset({Method.CARD_POS}),
    EvidenceKind.CASH_RECEIPT: frozenset({Method.CASH}),
}
_OF_GATEWAY = frozenset({Method.WEB, Method.MOBILE_MONEY})


def methods_of(evidence: Evidence) -> frozenset[Method]:
    """Which methods a piece of evidence can prove: cash never becomes cashless, nor the other way (A30).

    A bank's line says a transfer, whether from a bank or a Mobile Money account. A gateway's notice says a payment on
    its page, where a wallet or Mobile Money may have paid; a bank's bill service says nothing but that.
    """
    kind = EvidenceKind(evidence.kind)
    if kind is EvidenceKind.NOTICE:
        return frozenset({Method.BANK_BILL}) if evidence.source.startswith(SOURCE_PREFIX) else _OF_GATEWAY
    return _OF_KIND[kind]


@transaction_required
def move_payment(school_id: int, *, payment_id: int, shares: Sequence[Share], reason: str, actor: Actor) -> Payment:
    """Book a payment on other invoices: wrong child, wrong invoice. What the shares leave becomes credit.

    Raises PaymentRefusedError as `undo` and `book` do, and `same_invoices` when nothing would change.
    """
    payment = _payment(school_id, payment_id)
    before = Allocation.objects.for_school(school_id).filter(payment=payment, reverses__isnull=True, move__isnull=True)
    old = set(before.values_list("invoice_id", flat=True))
    lock_invoices(school_id, {*old, *(s.invoice_id for s in shares)})  # both at once, in id order
    if {s.invoice_id for s in shares} == old and len(old) == 1:
        raise PaymentRefusedError("same_invoices")
    again = _again(payment, tuple(shares), Method(payment.method))
    return _redo(payment, again, reason, "payments:payment:move", actor)


@transaction_required
def change_method(school_id: int, *, payment_id: int, method: Method, reason: str, actor: Actor) -> Payment:
    """Book a payment again under another method, where its evidence proves that one too.

    Raises PaymentRefusedError as `undo` does, `same_method`, and `evidence_proves_otherwise` (method).
    """
    payment = _payment(school_id, payment_id)
    if method.value == payment.method:
        raise PaymentRefusedError("same_method")
    if method not in methods_of(payment.evidence):
        raise PaymentRefusedError("evidence_proves_otherwise", method=method.value)
    return _redo(payment, _again(payment, _shares(payment), method), reason, "payments:payment:method", actor)


def _redo(payment: Payment, booking: Booking, reason: str, action: str, actor: Actor) -> Payment:
    undo(payment.school_id, payment_id=payment.pk, reason=reason, actor=actor)
    made = book(payment.school_id, booking=booking, actor=actor)
    audit.record(
        actor, action, school_id=payment.school_id, subject=("payment", made.pk), reason=reason.strip(),
        params={
            "from": payment.public_id, "amount": int(payment.amount), "codes_before": payment.invoice_code,
            "codes": made.invoice_code, "method_before": payment.method, "method": made.method,
        },
    )  # fmt: skip
    return made


def _payment(school_id: int, payment_id: int) -> Payment:
    rows = Payment.objects.for_school(school_id).filter(pk=payment_id).select_related("evidence")
    found: Payment | None = rows.first()
    if found is None:
        raise PaymentRefusedError("unknown_payment")
    return found


def _shares(payment: Payment) -> tuple[Share, ...]:
    """The invoices of a booking as they were; the surplus stays with the first."""
    rows = Allocation.objects.for_school(payment.school_id).filter(
        payment=payment, reverses__isnull=True, move__isnull=True
    )
    found: dict[int, Share] = {}
    for row in rows.order_by("pk"):
        before = found.get(row.invoice_id)
        found[row.invoice_id] = Share(row.invoice_id, row.amount + before.amount if before else row.amount)
    if not found:  # all of it was credit
        entry = payment.credits.filter(move__isnull=True, reverses__isnull=True).get()
        if entry.invoice_id is None:
            raise PaymentRefusedError("no_invoice")
        return (Share(entry.invoice_id, payment.amount),)
    return tuple(found.values())


def _again(payment: Payment, shares: tuple[Share, ...], method: Method) -> Booking:
    """The booking of the same evidence; where the money stands is what the first entry debited."""
    evidence = payment.evidence
    entry = entries_of(payment.school_id, {EntryKind.PAYMENT: [payment.pk]})[0]
    account = entry.postings.all()[0].debit
    receipt = Receipt.objects.for_school(payment.school_id).get(payment=payment)
    return Booking(
        kind=EvidenceKind(evidence.kind), source=evidence.source, reference=evidence.reference,
        evidence_amount=evidence.amount, amount=payment.amount, method=method, received_at=payment.received_at,
        payer_name=evidence.payer_name, payer_account=evidence.payer_account, shares=shares,
        bank_account_id=account.reference if account.role == AccountRole.BANK.value else None,
        in_suspense=account.role == AccountRole.SUSPENSE.value, bank_reference=receipt.content.get("reference", ""),
    )  # fmt: skip
