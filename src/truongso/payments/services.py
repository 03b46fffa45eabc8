"""Booking money. Evidence → payment → allocation → books → receipt → audit → event, all in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from truongso.fees.public import LockedInvoice, lock_invoices
from truongso.kernel import audit, clock, outbox
from truongso.kernel.actor import Actor
from truongso.kernel.among import among
from truongso.kernel.bulk import new_row
from truongso.kernel.db import is_postgres, transaction_required
from truongso.kernel.ids import new_public_ids
from truongso.kernel.money import ZERO, Dong, total
from truongso.kernel.names import fold, tidy
from truongso.kernel.sending import draw_ids
from truongso.ledger.public import (
    NewEntry,
    account_ids,
    closed_months,
    draw_entry_ids,
    months_of,
    post_many,
    reverse_many,
)
from truongso.ledger.types import AccountRole, EntryKind, Leg
from truongso.payments import receipts
from truongso.payments.allocation import LineShare, spread
from truongso.payments.credit.queries import comes_in
from truongso.payments.credit.services import take_back_moves
from truongso.payments.events import PaymentBooked, PaymentUndone
from truongso.payments.models import Allocation, CreditEntry, Evidence, Payment, PaymentReversal, Receipt
from truongso.payments.types import Booking, CreditKind, EvidenceKind, Method, PaymentRefusedError


class _Held(NamedTuple):
    """Evidence held by this transaction."""

    pk: int
    kind: str
    source: str
    reference: str
    amount: Dong
    used: Dong


@dataclass(slots=True)
class _Plan:
    """One booking worked out, before anything is written."""

    booking: Booking
    evidence: _Held
    invoices: list[LockedInvoice]
    shares: dict[int, list[LineShare]] = field(default_factory=dict)  # by invoice id
    surplus: Dong = ZERO
    payment: Payment | None = None

    @property
    def allocated(self) -> Dong:
        return total(s.amount for shares in self.shares.values() for s in shares)


@transaction_required
def book(school_id: int, *, booking: Booking, actor: Actor) -> Payment:
    """Book one payment; raises PaymentRefusedError and changes nothing when it cannot be booked."""
    result = book_many(school_id, bookings=[booking], actor=actor)[0]
    if isinstance(result, PaymentRefusedError):
        raise result
    return result


@transaction_required
def book_many(school_id: int, *, bookings: Sequence[Booking], actor: Actor) -> list[Payment | PaymentRefusedError]:
    """Book payments in order; each is booked whole or refused alone, with the reason in its place.

    What an invoice no longer owes becomes the family's credit, visible on the payment. Locks are taken in the
    order invoice → evidence → receipt book → audit head; CHECKs and triggers are the last wall behind them.
    """
    invoices = lock_invoices(school_id, (s.invoice_id for b in bookings for s in b.shares))
    refusals = [_refusal(b, invoices) for b in bookings]
    evidence = _evidence(school_id, [b for b, refusal in zip(bookings, refusals, strict=True) if refusal is None])
    used: dict[int, Dong] = {e.pk: e.used for e in evidence.values()}
    taken: dict[int, Dong] = {}
    outcome: list[_Plan | PaymentRefusedError] = []
    for booking, refusal in zip(bookings, refusals, strict=True):
        row = evidence.get((booking.kind.value, booking.source, booking.reference))
        if refusal or row is None:
            outcome.append(refusal or PaymentRefusedError("unknown_evidence"))
            continue
        unfit = _unfit(booking, row, used[row.pk])
        if unfit:
            outcome.append(unfit)
            continue
        used[row.pk] = used[row.pk] + booking.amount
        outcome.append(_plan(booking, row, invoices, taken))
    plans = [p for p in outcome if isinstance(p, _Plan)]
    if plans:
        _write(school_id, plans, actor)
    return [o if isinstance(o, PaymentRefusedError) else _written(o) for o in outcome]


@transaction_required
def undo(school_id: int, *, payment_id: int, reason: str, actor: Actor) -> Payment:
    """Reverse a payment: mirrored allocations, credit and books, receipt cancelled (its number stays used).

    The evidence is free again afterwards; credit of it that paid other invoices is taken back from them. Raises
    PaymentRefusedError `unknown_payment`, `already_undone`, `payment_refunded` (refunded), `reason_missing`.
    """
    reason = tidy(reason)[:300]
    if not reason:
        raise PaymentRefusedError("reason_missing")
    standing = Allocation.objects.for_school(school_id).filter(
        payment_id=payment_id, reverses__isnull=True, reversed_by__isnull=True
    )
    lock_invoices(school_id, standing.values_list("invoice_id", flat=True))
    query = Payment.objects.for_school(school_id).filter(pk=payment_id)
    payment: Payment | None = query.select_for_update().first()
    if payment is None:
        raise PaymentRefusedError("unknown_payment")
    if payment.reversed_at is not None:
        raise PaymentRefusedError("already_undone")
    if payment.refunded > ZERO:
        raise PaymentRefusedError("payment_refunded", refunded=int(payment.refunded))
    now = clock.now()
    allocations = list(standing.order_by("pk"))  # read again: its money may have moved before it was held
    PaymentReversal.objects.create(
        school_id=school_id, payment=payment, reason=reason, created_at=now, created_by=actor.user_id
    )
    Allocation.objects.bulk_create(
        Allocation(
            school_id=school_id, payment_id=payment_id, invoice_id=a.invoice_id, line_id=a.line_id, amount=a.amount,
            reverses_id=a.pk, created_at=now,
        )
        for a in allocations
    )  # fmt: skip
    take_back_moves(school_id, payment_id, reason=reason, actor=actor)
    CreditEntry.objects.bulk_create(
        CreditEntry(
            school_id=school_id, family_id=c.family_id, payment_id=payment_id, invoice_id=c.invoice_id,
            kind=CreditKind.REVERSAL.value, amount=c.amount, reverses_id=c.pk, created_at=now,
        )
        for c in CreditEntry.objects.for_school(school_id).filter(comes_in(), payment_id=payment_id)
    )  # fmt: skip
    Payment.objects.for_school(school_id).filter(pk=payment_id).update(reversed_at=now)
    receipts.cancel(school_id, payment_id=payment_id, reason=reason, actor=actor)
    reverse_many(
        school_id, sources=[(EntryKind.PAYMENT, payment_id)], occurred_on=clock.today(), actor_id=actor.user_id
    )
    audit.record(
        actor, "payments:payment:undo", school_id=school_id, subject=("payment", payment_id), reason=reason,
        params={"amount": int(payment.amount)},
    )  # fmt: skip
    outbox.emit(
        PaymentUndone(
            school_id=school_id, payment_id=payment_id, family_id=payment.family_id,
            invoice_ids=sorted({a.invoice_id for a in allocations}), amount=int(payment.amount),
        )
    )  # fmt: skip
    payment.refresh_from_db()
    return payment


def _evidence(school_id: int, bookings: Sequence[Booking]) -> dict[tuple[str, str, str], _Held]:
    """Record evidence not yet known and hold all of it: what is new is held by being new, known rows are locked."""
    if not bookings:
        return {}
    now = clock.now()
    new = {(b.kind.value, b.source, b.reference): b for b in bookings}
    ids = Evidence.objects.insert_columns(
        school_id,
        each={
            "kind": [kind for kind, _source, _reference in new],
            "source": [source for _kind, source, _reference in new],
            "reference": [reference for _kind, _source, reference in new],
            "amount": [b.evidence_amount for b in new.values()],
            "occurred_at": [b.received_at for b in new.values()],
            "payer_name": [b.payer_name[:120] for b in new.values()],
            "payer_account": [b.payer_account[:40] for b in new.values()],
        },
        same={"created_at": now},
        ignore_conflicts=True,
    )
    if ids:
        return {
            key: _Held(pk, *key, amount=booking.evidence_amount, used=ZERO)
            for pk, (key, booking) in zip(ids, new.items(), strict=True)
        }
    query = Evidence.objects.for_school(school_id).filter(
        among("reference", (r for _, _, r in new)),
        kind__in={k for k, _, _ in new},
        source__in={s for _, s, _ in new},
    )
    if is_postgres():  # SQLite has no row locks, and for the order's sake would walk all evidence of the school
        query = query.order_by("pk").select_for_update()
    rows = map(_Held._make, query.values_list(*_Held._fields))
    return {(e.kind, e.source, e.reference): e for e in rows if (e.kind, e.source, e.reference) in new}


def _refusal(booking: Booking, invoices: dict[int, LockedInvoice]) -> PaymentRefusedError | None:
    """What is wrong with the request itself."""
    if min(booking.amount, booking.evidence_amount, *(s.amount for s in booking.shares)) <= ZERO:
        return PaymentRefusedError("amount_not_positive")
    if not booking.shares:
        return PaymentRefusedError("no_invoice")
    if total(s.amount for s in booking.shares) > booking.amount:
        return PaymentRefusedError("shares_exceed_amount")
    for share in booking.shares:
        invoice = invoices.get(share.invoice_id)
        if invoice is None:
            return PaymentRefusedError("unknown_invoice")
        if invoice.cancelled_at is not None and not booking.keeps_cancelled:
            return PaymentRefusedError("invoice_cancelled", code=invoice.code)
    return None


def _unfit(booking: Booking, evidence: _Held, used: Dong) -> PaymentRefusedError | None:
    """What is wrong with resting it on this evidence."""
    if evidence.amount != booking.evidence_amount:
        return PaymentRefusedError("evidence_differs", known=int(evidence.amount), now=int(booking.evidence_amount))
    if used + booking.amount > evidence.amount:
        return PaymentRefusedError("already_booked", used=int(used), amount=int(evidence.amount))
    return None


def _plan(booking: Booking, evidence: _Held, invoices: dict[int, LockedInvoice], taken: dict[int, Dong]) -> _Plan:
    plan = _Plan(booking, evidence, [invoices[s.invoice_id] for s in booking.shares])
    left = booking.amount
    for share in booking.shares:
        lines = [x for x in invoices[share.invoice_id].lines if not share.line_ids or x.id in share.line_ids]
        shares, _over = spread(share.amount, lines, taken)
        plan.shares.setdefault(share.invoice_id, []).extend(shares)
        left = left - total(s.amount for s in shares)
    plan.surplus = left
    return plan


def _write(school_id: int, plans: list[_Plan], actor: Actor) -> None:
    now = clock.now()
    # All that is asked of the database comes first: from here on rows follow one another without waiting.
    accounts = account_ids(school_id)
    closed: Set[tuple[int, int]] = closed_months(school_id) if any(p.booking.in_suspense for p in plans) else set()
    days = [_day(p.booking, closed) for p in plans]
    months = months_of(school_id, days)
    book = receipts.open_book(school_id, invoice_ids={i.id for p in plans for i in p.invoices})
    draw_ids({Payment: len(plans), Receipt: len(plans)})
    draw_entry_ids(len(plans))
    payments = Payment.objects.bulk_create(
        _payment(school_id, p, public_id, actor) for p, public_id in zip(plans, new_public_ids(len(plans)), strict=True)
    )
    for plan, payment in zip(plans, payments, strict=True):
        plan.payment = payment
    entries = [_entry(p, accounts, day) for p, day in zip(plans, days, strict=True)]
    post_many(school_id, entries=entries, actor_id=actor.user_id, months=months)
    audit.hold(school_id)
    shares = [(p, invoice_id, s) for p in plans for invoice_id, parts in p.shares.items() for s in parts]
    Allocation.objects.insert_columns(
        school_id,
        each={
            "payment_id": [_written(p).id for p, _invoice_id, _s in shares],
            "invoice_id": [invoice_id for _p, invoice_id, _s in shares],
            "line_id": [s.line_id for _p, _invoice_id, s in shares],
            "amount": [s.amount for _p, _invoice_id, s in shares],
        },
        same={"created_at": now},
    )
    CreditEntry.objects.bulk_create(
        new_row(
            CreditEntry, school_id=school_id, family_id=_written(p).family_id, payment_id=_written(p).id,
            invoice_id=p.invoices[0].id, kind=CreditKind.OVERPAYMENT.value, amount=p.surplus, created_at=now,
        )
        for p in plans
        if p.surplus
    )  # fmt: skip
    receipts.issue_many(
        school_id,
        book=book,
        papers=[
            receipts.Paper(_written(p), p.invoices, p.shares, p.surplus, _shown_reference(p.booking)) for p in plans
        ],
    )
    audit.record_many(
        actor,
        school_id=school_id,
        acts=[
            audit.Act(
                "payments:payment:book", "payment", str(_written(p).id),
                {"amount": int(p.booking.amount), "method": p.booking.method.value, "codes": _written(p).invoice_code},
            )
            for p in plans
        ],
    )  # fmt: skip
    outbox.emit(
        *[
            PaymentBooked(
                school_id=school_id, payment_id=_written(p).id, family_id=_written(p).family_id,
                invoice_ids=sorted(p.shares), amount=int(p.booking.amount), method=p.booking.method.value,
                received_on=_written(p).received_on.isoformat(),
            )
            for p in plans
        ]
    )  # fmt: skip
    for plan, payment in zip(plans, payments, strict=True):  # as the triggers have counted it up in the row
        payment.allocated, payment.credited = plan.allocated, plan.surplus


def _payment(school_id: int, plan: _Plan, public_id: str, actor: Actor) -> Payment:
    booking, first = plan.booking, plan.invoices[0]
    codes = list(dict.fromkeys(i.code for i in plan.invoices))
    return new_row(
        Payment, school_id=school_id, public_id=public_id, evidence_id=plan.evidence.pk,
        method=booking.method.value, amount=booking.amount,
        received_at=booking.received_at, received_on=clock.school_date(booking.received_at),
        family_id=first.family_id, payer_name=_payer(booking.payer_name, first.payer_name),
        beneficiary_name=first.beneficiary_name, reason=first.reason, invoice_code=" ".join(codes)[:120],
        created_at=clock.now(), created_by=actor.user_id,
    )  # fmt: skip


def _payer(reported: str, invoiced: str) -> str:
    """The name the bank reports (often without accents) unless it is the invoice's payer, or absent."""
    reported = " ".join(reported.split())
    return invoiced if not reported or fold(reported) == fold(invoiced) else reported[:120]


def _shown_reference(booking: Booking) -> str:
    """What a receipt may print: a reference of the bank or provider, never the number of a row of ours."""
    if booking.bank_reference or booking.kind in {EvidenceKind.BANK_LINE, EvidenceKind.CASH_RECEIPT}:
        return booking.bank_reference
    return booking.reference


def _day(booking: Booking, closed: Set[tuple[int, int]]) -> dt.date:
    """The day the money came. Money that waited on the bank account beyond the closing of its month is given to its
    family today: the closed month keeps showing it as unknown."""
    day = clock.school_date(booking.received_at)
    return clock.today() if booking.in_suspense and (day.year, day.month) in closed else day


def _entry(plan: _Plan, accounts: Mapping[tuple[AccountRole, int], int], day: dt.date) -> NewEntry:
    payment, debit = _written(plan), accounts[_debit(plan.booking)]
    parts = [(AccountRole.RECEIVABLE, plan.allocated), (AccountRole.FAMILY_CREDIT, plan.surplus)]
    legs = tuple(Leg(debit, accounts[role, 0], amount) for role, amount in parts if amount)
    return NewEntry(EntryKind.PAYMENT, payment.id, day, legs)


def _debit(booking: Booking) -> tuple[AccountRole, int]:
    """Where the money is: known bank credits wait in suspense, gateways and terminals pay later."""
    if booking.in_suspense:
        return AccountRole.SUSPENSE, 0
    if booking.method is Method.CASH:
        return AccountRole.CASH, 0
    if booking.bank_account_id is not None:
        return AccountRole.BANK, booking.bank_account_id
    return AccountRole.IN_TRANSIT, 0


def _written(plan: _Plan) -> Payment:
    if plan.payment is None:
        raise RuntimeError("the plan has not been written")
    return plan.payment
