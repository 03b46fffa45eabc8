"""Money that a gateway proves, by notice or by answer: booked once, never refused, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum

from django.db.models import Sum

from truongso.fees.public import lock_invoices
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import ZERO, Dong, total
from truongso.payments.gateways.addresses import gateway_of, source_of
from truongso.payments.gateways.models import Attempt, AttemptMoney, AttemptShare, Channel
from truongso.payments.gateways.types import AmountState, AttemptState, TimeState, ToldBy
from truongso.payments.models import Payment
from truongso.payments.providers.types import Paid
from truongso.payments.services import book
from truongso.payments.settlements.straight import expect_transfer
from truongso.payments.types import Booking, EvidenceKind, Method, Share

ACTOR = Actor.system("gateway", "hook")
_SEVERITY = [TimeState.NONE, TimeState.IN_TIME, TimeState.LATE, TimeState.AFTER_CANCEL]


class Settled(StrEnum):
    """What a piece of news changed."""

    BOOKED = "booked"
    KNOWN = "known"
    DIFFERS = "differs"  # the same transaction with another amount or order, or not what a test asked for: refused


@transaction_required
def lock_attempt(channel: Channel, reference: str) -> Attempt | None:
    """The attempt of an order, held until the transaction ends. Attempts are locked before invoices."""
    rows = Attempt.objects.for_school(channel.school_id).filter(channel=channel, reference=reference)
    found: Attempt | None = rows.select_for_update().first()
    return found


@transaction_required
def settle(channel: Channel, attempt: Attempt, money: Paid, *, told_by: ToldBy) -> Settled:
    """Book one transaction of a held attempt; the same news again changes nothing, whoever brings it.

    Money is never refused: what the invoices no longer owe, or a cancelled invoice, becomes the family's credit.
    """
    known = (
        AttemptMoney.objects.for_school(channel.school_id)
        .filter(channel=channel, transaction_id=money.txn_id)
        .values_list("attempt_id", "amount")
        .first()
    )
    if known is not None:
        if known == (attempt.pk, money.amount):
            return Settled.KNOWN
        audit.record(
            ACTOR, "payments:gateway:replay_differs", school_id=channel.school_id, subject=("attempt", attempt.pk),
            params={
                "told_by": told_by.value, "transaction": money.txn_id, "known": int(known[1]),
                "now": int(money.amount),
            },
        )  # fmt: skip
        return Settled.DIFFERS
    if not channel.is_active and money.amount != attempt.amount:
        # Nobody has approved what signs for this channel: it pays the small test that was asked for and nothing else.
        audit.record(
            ACTOR, "payments:gateway:unapproved_amount", school_id=channel.school_id, subject=("attempt", attempt.pk),
            params={
                "told_by": told_by.value, "transaction": money.txn_id, "asked": int(attempt.amount),
                "now": int(money.amount),
            },
        )  # fmt: skip
        return Settled.DIFFERS
    asked = list(AttemptShare.objects.for_school(channel.school_id).filter(attempt=attempt).order_by("pk"))
    invoices = lock_invoices(channel.school_id, (s.invoice_id for s in asked))
    is_cancelled = any(i.cancelled_at is not None for i in invoices.values())
    payment = book(channel.school_id, booking=_booking(channel, attempt, money, asked), actor=ACTOR)
    AttemptMoney.objects.create(
        school_id=channel.school_id, attempt=attempt, channel=channel, transaction_id=money.txn_id,
        amount=money.amount, paid_at=money.paid_at, told_by=told_by.value, evidence_id=payment.evidence_id,
        created_at=clock.now(),
    )  # fmt: skip
    if gateway_of(channel).pays_straight:
        expect_transfer(
            channel.school_id, source=source_of(channel), transaction_id=money.txn_id,
            order_reference=attempt.reference, amount=money.amount, day=clock.school_date(money.paid_at),
            evidence_id=payment.evidence_id,
        )  # fmt: skip
    _mark_paid(channel, attempt, money, is_cancelled=is_cancelled)
    return Settled.BOOKED


def _booking(channel: Channel, attempt: Attempt, money: Paid, asked: Sequence[AttemptShare]) -> Booking:
    return Booking(
        kind=EvidenceKind.NOTICE, source=source_of(channel), reference=money.txn_id, evidence_amount=money.amount,
        amount=money.amount, method=Method(channel.method), received_at=money.paid_at, payer_name="",
        payer_account="", shares=spread_over(attempt.received, money.amount, [(s.invoice_id, s.amount) for s in asked]),
        bank_account_id=None, in_suspense=False, keeps_cancelled=True,
    )  # fmt: skip


def spread_over(before: Dong, amount: Dong, asked: Sequence[tuple[int, Dong]]) -> tuple[Share, ...]:
    """Spread money over what was asked for each invoice, behind the money that came before.

    Money beyond what was asked is offered to the last invoice; what that no longer owes becomes credit.
    """
    skipped = before if before < total(a for _, a in asked) else ZERO
    shares: list[Share] = []
    left = amount
    for invoice_id, part in asked:
        passed = min(skipped, part)
        skipped = skipped - passed
        taken = min(part - passed, left)
        left = left - taken
        if taken:
            shares.append(Share(invoice_id, taken))
    if left:
        last = shares.pop() if shares and shares[-1].invoice_id == asked[-1][0] else Share(asked[-1][0], ZERO)
        shares.append(Share(last.invoice_id, last.amount + left))
    return tuple(shares)


def _mark_paid(channel: Channel, attempt: Attempt, money: Paid, *, is_cancelled: bool) -> None:
    now = clock.now()
    attempt.received = attempt.received + money.amount
    time = _time_state(attempt, money.paid_at, is_cancelled=is_cancelled)
    attempt.time_state = max(TimeState(attempt.time_state), time, key=_SEVERITY.index).value
    attempt.amount_state = _amount_state(channel, attempt).value
    attempt.state = AttemptState.PAID.value
    attempt.transaction_id = attempt.transaction_id or money.txn_id
    attempt.settled_at = attempt.settled_at or now
    attempt.problem = ""
    # Where payers may pay in parts, notices of other parts may be lost: the gateway's own list is asked for once more.
    attempt.next_query_at = None if gateway_of(channel).has_fixed_amount else attempt.next_query_at or now
    attempt.save(
        update_fields=[
            "received", "time_state", "amount_state", "state", "transaction_id", "settled_at", "problem",
            "next_query_at",
        ]
    )  # fmt: skip


def _time_state(attempt: Attempt, paid_at: dt.datetime, *, is_cancelled: bool) -> TimeState:
    if is_cancelled or attempt.state == AttemptState.CANCELLED.value:
        return TimeState.AFTER_CANCEL
    return TimeState.LATE if paid_at > attempt.expires_at else TimeState.IN_TIME


def _amount_state(channel: Channel, attempt: Attempt) -> AmountState:
    """Over when a part became credit; otherwise measured against what was asked."""
    evidence = AttemptMoney.objects.for_school(channel.school_id).filter(attempt=attempt).values("evidence_id")
    booked = Payment.objects.for_school(channel.school_id).filter(evidence_id__in=evidence)
    if booked.aggregate(s=Sum("credited"))["s"] or attempt.received > attempt.amount:
        return AmountState.OVER
    return AmountState.PARTIAL if attempt.received < attempt.amount else AmountState.EXACT


@transaction_required
def mark_failed(attempt: Attempt, problem: str) -> bool:
    """The gateway says that the order failed; money that came is not undone by it. True when something changed."""
    if attempt.state == AttemptState.PAID.value:
        return False
    if attempt.state == AttemptState.FAILED.value and attempt.problem == problem[:60]:
        return False
    if attempt.state != AttemptState.CANCELLED.value:
        attempt.state = AttemptState.FAILED.value
    attempt.problem = problem[:60]
    attempt.save(update_fields=["state", "problem"])
    return True
