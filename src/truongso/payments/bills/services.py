"""Payments a bank posts: written down, booked, taken back. Opens its own transactions, one per step.

A payment is on record (state `received`) before it is booked, so that neither a crash nor a closed month loses it;
the tick books what stayed behind.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError
from django.db.models import Sum

from truongso.fees.public import Invoice, lock_invoices
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import retrying, transaction, transaction_required
from truongso.kernel.money import ZERO, Dong, total
from truongso.organizations.public import School
from truongso.payments import inbox
from truongso.payments.bills import calls
from truongso.payments.bills.doubts import suspects
from truongso.payments.bills.models import BillPartner, BillTransaction
from truongso.payments.bills.partners import served_school
from truongso.payments.bills.requests import Notify, Part, Reversal
from truongso.payments.bills.types import OLDEST_DAYS, SAME_MONEY, SOURCE_PREFIX, BillCode, BillRefusedError, BillState
from truongso.payments.card_numbers import without_card_number
from truongso.payments.models import Allocation, Payment, Receipt
from truongso.payments.receipt_paper import papers_of
from truongso.payments.services import book_many, undo
from truongso.payments.types import Booking, EvidenceKind, Method, NoticeState, PaymentRefusedError, Share

PROVIDER = "bill"  # of the inbox
_EARLY = dt.timedelta(minutes=10)  # how far a bank's clock may be ahead in `paid_at`
log = logging.getLogger("truongso.payments")


@dataclass(frozen=True, slots=True)
class Call:
    """A genuine call: what makes it the same call when it comes again."""

    nonce: str
    path: str
    body: bytes


def actor_of(partner: BillPartner) -> Actor:
    """Who acts when a partner calls."""
    return Actor.system(f"bill-service {partner.code}", "hook")


def source_of(partner: BillPartner) -> str:
    """Source of the evidence of a partner's payments."""
    return f"{SOURCE_PREFIX}{partner.code}"


def notify(partner: BillPartner, asked: Notify, call: Call) -> dict[str, Any]:
    """Take a payment in and book it. Raises BillRefusedError; then nothing is kept."""
    school = served_school(partner, asked.school_code)
    _plausible(asked.paid_at)

    def write_down() -> tuple[BillTransaction, dict[str, Any] | None]:
        with transaction():
            return _write_down(partner, school, asked, call)

    try:
        row, known = retrying(write_down)
    except BillRefusedError as refusal:
        if refusal.code is BillCode.TRANSACTION_DIFFERS:
            _alarm(partner, school, asked.transaction_id)
        raise
    return known or _book_and_answer(partner, row, call)


def reverse(partner: BillPartner, asked: Reversal, call: Call) -> dict[str, Any]:
    """Take a payment back whole, on its day. Raises BillRefusedError; then nothing is changed."""
    school = served_school(partner, asked.school_code)

    def act() -> dict[str, Any]:
        with transaction():
            return _reverse(partner, school, asked, call)

    return retrying(act)


def finish_received() -> int:
    """Book payments that are on record only (a crash, a closed month that was opened again); how many were booked."""
    across = BillTransaction.objects.across_schools("the clock asks for every school")
    waiting = across.filter(state=BillState.RECEIVED.value).select_related("partner").order_by("pk")
    return sum(_booked_now(row) for row in waiting)


@transaction_required
def _write_down(
    partner: BillPartner, school: School, asked: Notify, call: Call
) -> tuple[BillTransaction, dict[str, Any] | None]:
    """The transaction's row, and the answer when this very call was answered before."""
    reserved = calls.reserve(partner, nonce=call.nonce, path=call.path, body=call.body)
    invoices = _invoices(school, asked.parts)
    _same_account(invoices, asked.beneficiary_account)
    wanted = _row(partner, school, asked, call)
    BillTransaction.objects.bulk_create([wanted], ignore_conflicts=True)
    row = _locked(partner, school, asked.transaction_id)
    if row is None or (row.items and _content(row) != _content(wanted)) or row.amount != wanted.amount:
        raise BillRefusedError(BillCode.TRANSACTION_DIFFERS, transaction_id=asked.transaction_id)
    known = calls.answered(reserved)
    if known is None and row.public_id == wanted.public_id:
        notice = inbox.store(school.pk, provider=PROVIDER, connection=partner.code, body=call.body, headers={})
        inbox.settle(notice, NoticeState.VERIFIED, external_id=asked.transaction_id)
        BillTransaction.objects.for_school(school).filter(pk=row.pk).update(notice=notice)
    return row, known


def _book_and_answer(partner: BillPartner, row: BillTransaction, call: Call) -> dict[str, Any]:
    def act() -> dict[str, Any]:
        with transaction():
            reserved = calls.reserve(partner, nonce=call.nonce, path=call.path, body=call.body)
            known = calls.answered(reserved)
            if known is not None:
                return known
            fresh = _book(partner, row)
            return calls.finish(reserved, _booked_answer(fresh, is_first=fresh.nonce == call.nonce))

    try:
        return retrying(act)
    except IntegrityError as error:
        _keep_for_later(row, error)
        return _booked_answer(row, is_first=row.nonce == call.nonce)


def _booked_now(row: BillTransaction) -> bool:
    def act() -> bool:
        with transaction():
            return _book(row.partner, row).state == BillState.BOOKED.value

    try:
        return retrying(act)
    except IntegrityError as error:
        _keep_for_later(row, error)
        return False


def _keep_for_later(row: BillTransaction, error: IntegrityError) -> None:
    if "period is closed" not in str(error):
        raise error
    log.warning("bill transaction %s of school %s cannot be booked yet", row.transaction_id, row.school_id)
    with transaction():
        BillTransaction.objects.for_school(row.school_id).filter(pk=row.pk).update(problem="period_closed")


@transaction_required
def held_row(school_id: int, row_id: int) -> BillTransaction | None:
    """The transaction, nobody else's until the transaction ends."""
    rows = BillTransaction.objects.for_school(school_id).select_for_update(of=("self",)).filter(pk=row_id)
    found: BillTransaction | None = rows.select_related("partner").first()
    return found


@transaction_required
def book_apart(row: BillTransaction, *, actor: Actor) -> None:
    """A person says that a held transaction is money of its own: booked, what nobody owes becomes credit."""
    row.told_apart_at, row.told_apart_by = clock.now(), actor.user_id
    row.save(update_fields=["told_apart_at", "told_apart_by"])
    audit.record(
        actor, "payments:bill:told_apart", school_id=row.school_id, subject=("bill_transaction", row.pk),
        params={"transaction_id": row.transaction_id, "amount": int(row.amount)},
    )  # fmt: skip
    _book_now(row.partner, row)


@transaction_required
def book_afresh(row: BillTransaction, *, reason: str, actor: Actor) -> None:
    """Book a held transaction whatever it may be, or a booked one once more, on invoices that owe again meanwhile.

    Raises PaymentRefusedError as `undo` does.
    """
    for payment in _payments(row).filter(reversed_at__isnull=True).order_by("pk"):
        undo(row.school_id, payment_id=payment.pk, reason=reason, actor=actor)
    _book_now(row.partner, row)


@transaction_required
def _book(partner: BillPartner, known: BillTransaction) -> BillTransaction:
    """Book a transaction that is on record; a booked or reversed one stays as it is.

    One that may be the money of a bank line booked before waits for a person: booked too, it would count twice.
    """
    row: BillTransaction = BillTransaction.objects.for_school(known.school_id).select_for_update().get(pk=known.pk)
    if row.state != BillState.RECEIVED.value:
        return row
    lock_invoices(row.school_id, [i.pk for i in _by_codes(row.school_id, _parts(row))])  # a line is just being booked
    if row.told_apart_at is None and suspects(row):
        if row.problem != SAME_MONEY:
            row.problem = SAME_MONEY
            row.save(update_fields=["problem"])
        return row
    _book_now(partner, row)
    return row


@transaction_required
def _book_now(partner: BillPartner, row: BillTransaction) -> None:
    results = book_many(row.school_id, bookings=_bookings(partner, row, _parts(row)), actor=actor_of(partner))
    for result in results:
        if isinstance(result, PaymentRefusedError):
            raise result
    row.state, row.was_booked, row.problem = BillState.BOOKED.value, True, ""
    row.save(update_fields=["state", "was_booked", "problem"])
    if row.notice is not None:
        inbox.settle(row.notice, NoticeState.PROCESSED, external_id=row.transaction_id)


def _parts(row: BillTransaction) -> list[Part]:
    return [Part(item["invoice_code"], Dong(item["amount"])) for item in row.items]


def _bookings(partner: BillPartner, row: BillTransaction, parts: Sequence[Part]) -> list[Booking]:
    """One booking per family, so that what is left over goes to the family it came from."""
    invoices = {i.code: i for i in _by_codes(row.school_id, parts)}
    families: dict[int, list[Part]] = {}
    for part in parts:
        families.setdefault(invoices[part.invoice_code].family_id, []).append(part)
    return [
        Booking(
            kind=EvidenceKind.NOTICE, source=source_of(partner), reference=row.transaction_id,
            evidence_amount=row.amount, amount=total(p.amount for p in of_family), method=Method.BANK_BILL,
            received_at=row.paid_at or row.created_at, payer_name=row.payer_name, payer_account=row.payer_account,
            shares=tuple(Share(invoices[p.invoice_code].pk, p.amount) for p in of_family), bank_account_id=None,
            in_suspense=False, keeps_cancelled=True,
        )
        for of_family in families.values()
    ]  # fmt: skip


@transaction_required
def _reverse(partner: BillPartner, school: School, asked: Reversal, call: Call) -> dict[str, Any]:
    reserved = calls.reserve(partner, nonce=call.nonce, path=call.path, body=call.body)
    known = calls.answered(reserved)
    if known is not None:
        return known
    unseen = _unseen(partner, school, asked, call)
    BillTransaction.objects.bulk_create([unseen], ignore_conflicts=True)
    row = _locked(partner, school, asked.transaction_id)
    if row is None or row.amount != asked.amount:
        raise BillRefusedError(BillCode.REVERSAL_DIFFERS, transaction_id=asked.transaction_id)
    is_repeat = row.state == BillState.REVERSED.value and row.public_id != unseen.public_id
    if row.state != BillState.REVERSED.value:
        _take_back(partner, row, asked.reason)
    audit.record(
        actor_of(partner), "payments:bill:reverse", school_id=school.pk, subject=("bill_transaction", row.pk),
        reason=asked.reason, params={"transaction_id": row.transaction_id, "amount": int(row.amount)},
    )  # fmt: skip
    answer = {
        "transaction_id": row.transaction_id, "duplicate": is_repeat, "state": row.state, "amount": int(row.amount),
        "was_booked": row.was_booked,
    }  # fmt: skip
    return calls.finish(reserved, answer)


@transaction_required
def _take_back(partner: BillPartner, row: BillTransaction, reason: str) -> None:
    if row.paid_on != clock.today():
        raise BillRefusedError(BillCode.REVERSAL_TOO_LATE, paid_on=row.paid_on.isoformat())
    for payment in _payments(row).filter(reversed_at__isnull=True):
        try:
            undo(row.school_id, payment_id=payment.pk, reason=reason, actor=actor_of(partner))
        except PaymentRefusedError as refusal:
            raise BillRefusedError(BillCode.ALREADY_SETTLED, reason=refusal.code) from refusal
    row.state, row.reversed_at, row.reversal_reason = BillState.REVERSED.value, clock.now(), reason
    row.save(update_fields=["state", "reversed_at", "reversal_reason"])


def _row(partner: BillPartner, school: School, asked: Notify, call: Call) -> BillTransaction:
    return BillTransaction(
        school=school, partner=partner, transaction_id=asked.transaction_id, nonce=call.nonce, amount=asked.amount,
        paid_at=asked.paid_at, paid_on=clock.school_date(asked.paid_at), channel=asked.channel.value,
        beneficiary_account=asked.beneficiary_account, payer_name=without_card_number(asked.payer_name),
        payer_account=without_card_number(asked.payer_account),
        items=[{"invoice_code": p.invoice_code, "amount": int(p.amount)} for p in asked.parts], created_at=clock.now(),
    )  # fmt: skip


def _unseen(partner: BillPartner, school: School, asked: Reversal, call: Call) -> BillTransaction:
    """What stands for a payment whose reversal came without it: should it come later, it is not booked."""
    now = clock.now()
    return BillTransaction(
        school=school, partner=partner, transaction_id=asked.transaction_id, nonce=call.nonce, amount=asked.amount,
        paid_on=clock.today(), state=BillState.REVERSED.value, reversed_at=now, reversal_reason=asked.reason,
        created_at=now,
    )  # fmt: skip


def _content(row: BillTransaction) -> tuple[Any, ...]:
    """What two notifies of one transaction must agree in."""
    return (row.amount, row.paid_at, row.channel, row.beneficiary_account, row.payer_name, row.payer_account, row.items)


def _locked(partner: BillPartner, school: School, transaction_id: str) -> BillTransaction | None:
    rows = BillTransaction.objects.for_school(school).select_for_update()
    found: BillTransaction | None = rows.filter(partner=partner, transaction_id=transaction_id).first()
    return found


def _by_codes(school_id: int, parts: Sequence[Part]) -> list[Invoice]:
    rows = Invoice.objects.for_school(school_id).filter(code__in=[p.invoice_code for p in parts])
    return list(rows.select_related("bank_account"))


def _invoices(school: School, parts: Sequence[Part]) -> list[Invoice]:
    found = {i.code: i for i in _by_codes(school.pk, parts)}
    for part in parts:
        if part.invoice_code not in found:
            raise BillRefusedError(BillCode.INVOICE_UNKNOWN, invoice_code=part.invoice_code)
    return list(found.values())


def _same_account(invoices: Sequence[Invoice], account: str) -> None:
    """The money must go where every one of the invoices is collected (A19)."""
    if any(account not in {i.bank_account.number, i.receiving_account.number} for i in invoices):
        raise BillRefusedError(BillCode.ACCOUNT_DIFFERS, beneficiary_account=account)


def _plausible(paid_at: dt.datetime) -> None:
    now = clock.now()
    if not now - dt.timedelta(days=OLDEST_DAYS) <= paid_at <= now + _EARLY:
        raise BillRefusedError(BillCode.TIME_IMPLAUSIBLE, paid_at=paid_at.isoformat())


def _payments(row: BillTransaction) -> Any:
    return Payment.objects.for_school(row.school_id).filter(
        evidence__kind=EvidenceKind.NOTICE.value, evidence__source=source_of(row.partner),
        evidence__reference=row.transaction_id,
    )  # fmt: skip


def _booked_answer(row: BillTransaction, *, is_first: bool) -> dict[str, Any]:
    payments = list(_payments(row).order_by("pk"))
    settled = _settled(row.school_id, payments)
    amounts = {item["invoice_code"]: Dong(item["amount"]) for item in row.items}
    receipts = Receipt.objects.for_school(row.school_id).filter(payment__in=payments).order_by("number")
    receipts = receipts.prefetch_related("cancellations")
    booked = row.state == BillState.BOOKED.value
    return {
        "transaction_id": row.transaction_id,
        "duplicate": not is_first,
        "state": row.state,
        "amount": int(row.amount),
        "credited": int(row.amount - total(settled.values())) if booked else 0,
        "invoices": [
            {
                "invoice_code": code,
                "amount": int(amount),
                "allocated": int(settled.get(code, ZERO)),
                "credited": int(amount - settled.get(code, ZERO)) if booked else 0,
            }
            for code, amount in amounts.items()
        ],
        "receipts": [{"number": paper.number, "check_url": paper.check_url} for paper in papers_of(receipts)],
    }


def _settled(school_id: int, payments: Sequence[Payment]) -> dict[str, Dong]:
    """Invoice code → what the payments settled of it when they were booked."""
    rows = Allocation.objects.for_school(school_id).filter(
        payment__in=payments, reverses__isnull=True, move__isnull=True
    )
    sums = rows.values_list("invoice__code").annotate(s=Sum("amount"))
    return {code: Dong(int(s)) for code, s in sums}


def _alarm(partner: BillPartner, school: School, transaction_id: str) -> None:
    with transaction():
        audit.record(
            actor_of(partner), "payments:bill:transaction_differs", school_id=school.pk,
            subject=("bill_partner", partner.pk), params={"transaction_id": transaction_id},
        )  # fmt: skip
