"""Taking a claim, looking for its money, answering it. A claim books nothing: it only leads a person to the line."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError

from truongso.banking.claims.models import ClaimMessage, PaymentClaim
from truongso.banking.claims.queries import lines_by_reference
from truongso.banking.claims.types import ClaimRefusedError
from truongso.banking.claims.workdays import due_after
from truongso.banking.models import BankLine
from truongso.banking.types import OPEN_CLAIMS, ClaimState, LineState
from truongso.fees.public import Invoice
from truongso.fees.types import normalise
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint, transaction_required
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.names import tidy
from truongso.payments.public import payments_of_evidence, payments_of_invoice
from truongso.payments.types import EvidenceKind, Method

LEAST_REFERENCE = 4
MOST_PER_DAY = 5
_OLDEST = dt.timedelta(days=400)
_ABOUT = dt.timedelta(days=3)
_UNSETTLED = {LineState.WAITING.value, LineState.PARKED.value}
_OPEN = [state.value for state in OPEN_CLAIMS]


@transaction_required
def make_claim(
    invoice: Invoice, *, reference: str, amount: Dong, paid_on: dt.date, payer_name: str, answer_days: int, actor: Actor
) -> PaymentClaim:
    """Write down what a family says it paid and look for the money at once.

    The same reference and amount claimed again for the invoice is the same claim, looked for anew. What the family
    learns is only about its own invoice: money that was booked for somebody else leaves the claim open, exactly as
    money that never came. Raises ClaimRefusedError and changes nothing.
    """
    key = normalise(reference)[:80]
    if len(key) < LEAST_REFERENCE:
        raise ClaimRefusedError("reference_short", least=LEAST_REFERENCE)
    if amount <= ZERO:
        raise ClaimRefusedError("amount_not_positive")
    if not clock.today() - _OLDEST <= paid_on <= clock.today():
        raise ClaimRefusedError("bad_day")
    known = PaymentClaim.objects.for_school(invoice.school_id).filter(invoice_id=invoice.pk)
    claim: PaymentClaim | None = known.filter(reference_key=key, amount=amount).first()
    if claim is None:
        since = clock.now() - dt.timedelta(days=1)
        if known.filter(created_at__gt=since).count() >= MOST_PER_DAY:
            raise ClaimRefusedError("too_many", most=MOST_PER_DAY)
        claim = _saved(
            PaymentClaim(
                school_id=invoice.school_id, invoice=invoice, reference=tidy(reference)[:80], reference_key=key,
                amount=amount, paid_on=paid_on, payer_name=tidy(payer_name)[:120],
                due_at=due_after(clock.now(), answer_days), created_at=clock.now(),
            ),
            actor,
        )  # fmt: skip
    look_for_money(claim)
    return claim


def _saved(new: PaymentClaim, actor: Actor) -> PaymentClaim:
    try:
        with savepoint():
            new.save(force_insert=True)
    except IntegrityError:  # pressed twice: the first press made it
        same = PaymentClaim.objects.for_school(new.school_id).filter(invoice_id=new.invoice_id)
        return same.get(reference_key=new.reference_key, amount=new.amount)  # type: ignore[no-any-return]
    audit.record(
        actor, "banking:claim:make", school_id=new.school_id, subject=("claim", new.pk),
        params={"code": new.invoice.code, "reference": new.reference, "amount": int(new.amount)},
    )  # fmt: skip
    return new


@transaction_required
def look_for_money(claim: PaymentClaim) -> bool:
    """Bring an open claim up to date with the bank lines; whether it changed.

    Its money booked for this very invoice ends it; its money waiting for a person is tied to it.
    """
    if claim.state not in _OPEN:
        return False
    before = (claim.state, claim.line_id)
    lines = lines_by_reference(
        claim.school_id, reference_key=claim.reference_key, amount=claim.amount, paid_on=claim.paid_on
    )
    booked = next((line for line in lines if _pays(line, claim.invoice_id)), None)
    waiting = next((line for line in lines if line.state in _UNSETTLED), None)
    if booked is not None or _booked_otherwise(claim):
        claim.state, claim.line, claim.closed_at = ClaimState.BOOKED.value, booked or claim.line, clock.now()
    elif waiting is None and _is_settled_by_it(claim):
        claim.state, claim.closed_at = ClaimState.BOOKED.value, clock.now()
    elif waiting is not None:
        claim.state, claim.line = ClaimState.FOUND.value, waiting
    else:
        claim.state, claim.line = ClaimState.OPEN.value, None
    if (claim.state, claim.line_id) == before:
        return False
    claim.save(update_fields=["state", "line", "closed_at"])
    return True


@transaction_required
def answer_claim(claim: PaymentClaim, *, text: str, closes: bool, actor: Actor) -> ClaimMessage:
    """Tell the family something about its open claim, and end it when nothing is left to do.

    Raises ClaimRefusedError `answer_missing`, `not_open`.
    """
    said = "\n".join(tidy(line) for line in text.strip().splitlines())[:1000]
    if not said:
        raise ClaimRefusedError("answer_missing")
    claim.refresh_from_db()
    if claim.state not in _OPEN:
        raise ClaimRefusedError("not_open")
    message: ClaimMessage = ClaimMessage.objects.create(
        school_id=claim.school_id, claim=claim, text=said, created_at=clock.now(), created_by=actor.user_id
    )
    if closes:
        claim.state, claim.closed_at, claim.closed_by = ClaimState.ANSWERED.value, clock.now(), actor.user_id
        claim.save(update_fields=["state", "closed_at", "closed_by"])
    audit.record(
        actor, "banking:claim:answer", school_id=claim.school_id, subject=("claim", claim.pk),
        params={"closes": closes},
    )  # fmt: skip
    return message


def _pays(line: BankLine, invoice_id: int) -> bool:
    """Whether the line's standing money settled this invoice, or stands as credit left over from it."""
    payments = payments_of_evidence(line.school_id, kind=EvidenceKind.BANK_LINE, reference=str(line.pk))
    return any(
        invoice_id in {part.invoice_id for part in payment.allocations.all()}
        or invoice_id in {part.invoice_id for part in payment.credits.all()}
        for payment in payments
        if payment.reversed_at is None
    )


def _is_settled_by_it(claim: PaymentClaim) -> bool:
    """Whether the invoice is paid in full and exactly one cashless payment of the claimed amount about the claimed day
    is among what paid it: the family mistyped the reference, its money is there."""
    invoice = claim.invoice
    invoice.refresh_from_db(fields=["paid", "total"])
    if invoice.paid < invoice.total:
        return False
    alike = [
        payment
        for payment in payments_of_invoice(claim.school_id, claim.invoice_id)
        if payment.reversed_at is None
        and payment.method != Method.CASH.value
        and payment.evidence.amount == claim.amount
        and abs(payment.received_on - claim.paid_on) <= _ABOUT
    ]
    others = PaymentClaim.objects.for_school(claim.school_id).filter(invoice_id=claim.invoice_id, amount=claim.amount)
    return len(alike) == 1 and not others.exclude(pk=claim.pk).filter(state=ClaimState.BOOKED.value).exists()


def _booked_otherwise(claim: PaymentClaim) -> bool:
    """Whether a standing payment of this invoice rests on evidence of that reference and amount (a gateway's, say)."""
    return any(
        payment.reversed_at is None
        and payment.evidence.amount == claim.amount
        and normalise(payment.evidence.reference) == claim.reference_key
        for payment in payments_of_invoice(claim.school_id, claim.invoice_id)
    )
