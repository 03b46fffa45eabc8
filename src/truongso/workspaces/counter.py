"""Cash at the counter: one press of the button books one payment, whatever the browser or the finger does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from truongso.fees.public import Invoice, LockedInvoice, lock_invoices
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import ZERO, Dong, total
from truongso.payments.public import Payment, book, payments_of_evidence, require_cash_open
from truongso.payments.types import Booking, EvidenceKind, Method, PaymentRefusedError, Share

SOURCE = "counter"
MOST_INVOICES = 12  # as many codes as a payment names
LARGEST_NOTE = Dong(500_000)
"""Nobody who counts out notes gives one more than needed: change of this size is a slip of the keys."""
THOUSAND = 1_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """An invoice to take cash for: what it owed when the cashier looked, and the lines chosen (empty: all)."""

    invoice_id: int
    seen: Dong
    line_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CashRequest:
    """What the cashier entered. `amount` None: all that the chosen lines owe. `given` is what the payer laid down.

    `keeps_surplus`: what is above becomes the family's credit. `is_sure`: the large change is meant. `token` is made
    once per opened form.
    """

    chosen: tuple[Chosen, ...]
    given: Dong
    amount: Dong | None
    payer_name: str
    token: str
    keeps_surplus: bool = False
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class CashTaken:
    """The payment, what the payer laid down and gets back; `is_repeat` when this form had booked it before."""

    payment: Payment
    given: Dong
    is_repeat: bool

    @property
    def change(self) -> Dong:
        return self.given - self.payment.amount


@transaction_required
def take_cash(school_id: int, *, request: CashRequest, actor: Actor) -> CashTaken:
    """Book cash on the chosen invoices of one family, the oldest due first, in one payment with one receipt.

    `token` is the evidence's reference: a second press, a reload or a replay finds the first payment, also when that
    one has been undone since. Raises CashRefusedError `day_locked`; PaymentRefusedError of `book` and `no_invoice`,
    `too_many_invoices`, `several_families`, `owed_changed` (code, owed), `nothing_owed`, `above_owed` (over),
    `partial_not_allowed` (code), `given_less` (given, amount), `change_large` (change).
    """
    known = booked_by(school_id, request.token)
    if known is not None:
        return CashTaken(known, known.amount, is_repeat=True)
    require_cash_open(school_id, clock.today())
    invoices = _locked(school_id, request)
    known = booked_by(school_id, request.token)
    if known is not None:  # the other press of the button committed while this one waited for the invoices
        return CashTaken(known, known.amount, is_repeat=True)
    _check_seen(request, invoices)
    amount = _amount(school_id, request, invoices)
    given = read_given(request.given, amount)
    if given < amount:
        raise PaymentRefusedError("given_less", given=int(given), amount=int(amount))
    if given - amount >= LARGEST_NOTE and not request.is_sure:
        raise PaymentRefusedError("change_large", change=int(given - amount))
    booking = Booking(
        kind=EvidenceKind.CASH_RECEIPT, source=SOURCE, reference=request.token, evidence_amount=amount, amount=amount,
        method=Method.CASH, received_at=clock.now(), payer_name=request.payer_name, payer_account="",
        shares=_shares(request, invoices, amount), bank_account_id=None, in_suspense=False,
    )  # fmt: skip
    payment = book(school_id, booking=booking, actor=actor)
    audit.record(
        actor, "workspaces:counter:take", school_id=school_id, subject=("payment", payment.pk),
        params={"given": int(given), "change": int(given - amount)},
    )  # fmt: skip
    return CashTaken(payment, given, is_repeat=False)


def booked_by(school_id: int, token: str) -> Payment | None:
    """The payment that a form has booked, also one undone since; no query without a token."""
    if not token:
        return None
    found = payments_of_evidence(school_id, kind=EvidenceKind.CASH_RECEIPT, reference=token)
    return found[0] if found else None


def read_given(given: Dong, amount: Dong) -> Dong:
    """What the payer laid down. “500” for 500.000 is read so when it covers the amount and makes sense as change."""
    thousands = given * THOUSAND
    if given < amount <= thousands and thousands - amount < LARGEST_NOTE:
        return thousands
    return given


def _locked(school_id: int, request: CashRequest) -> dict[int, LockedInvoice]:
    """The chosen invoices, held, as they stand now."""
    if not request.chosen:
        raise PaymentRefusedError("no_invoice")
    if len(request.chosen) > MOST_INVOICES:
        raise PaymentRefusedError("too_many_invoices")
    return lock_invoices(school_id, (c.invoice_id for c in request.chosen))


def _check_seen(request: CashRequest, invoices: Mapping[int, LockedInvoice]) -> None:
    """Refuse what is not as the cashier saw it: somebody else was faster, or the form was tampered with."""
    for one in request.chosen:
        invoice = invoices.get(one.invoice_id)
        if invoice is None:
            raise PaymentRefusedError("unknown_invoice")
        if invoice.cancelled_at is not None:
            raise PaymentRefusedError("invoice_cancelled", code=invoice.code)
        if invoice.outstanding != one.seen:
            raise PaymentRefusedError("owed_changed", code=invoice.code, owed=int(invoice.outstanding))
    if len({i.family_id for i in invoices.values()}) > 1:
        raise PaymentRefusedError("several_families")


def _owed(one: Chosen, invoices: Mapping[int, LockedInvoice]) -> Dong:
    lines = invoices[one.invoice_id].lines
    return total(x.payable - x.paid for x in lines if not one.line_ids or x.id in one.line_ids)


def _amount(school_id: int, request: CashRequest, invoices: Mapping[int, LockedInvoice]) -> Dong:
    owed = total(_owed(c, invoices) for c in request.chosen)
    amount = owed if request.amount is None else request.amount
    if not owed and not request.keeps_surplus:
        raise PaymentRefusedError("nothing_owed")
    if amount <= ZERO:
        raise PaymentRefusedError("amount_not_positive")
    if amount > owed and not request.keeps_surplus:
        raise PaymentRefusedError("above_owed", over=int(amount - owed))
    left_out = [c for c in request.chosen if _owed(c, invoices) < invoices[c.invoice_id].outstanding]
    if amount < owed:
        left_out = list(request.chosen)
    if left_out:
        _refuse_parts(school_id, left_out)
    return amount


def _refuse_parts(school_id: int, chosen: Sequence[Chosen]) -> None:
    """Paying in parts is for rounds that allow it."""
    whole = Invoice.objects.for_school(school_id).filter(
        pk__in=[c.invoice_id for c in chosen], round__allows_partial=False
    )
    first = whole.order_by("pk").values_list("code", flat=True).first()
    if first is not None:
        raise PaymentRefusedError("partial_not_allowed", code=first)


def _shares(request: CashRequest, invoices: Mapping[int, LockedInvoice], amount: Dong) -> tuple[Share, ...]:
    """The amount laid out over the chosen invoices in the order given; what remains becomes credit."""
    left, shares = amount, []
    for one in request.chosen:
        part = min(left, _owed(one, invoices))
        if part > ZERO:
            shares.append(Share(one.invoice_id, part, one.line_ids))
            left = left - part
    return tuple(shares) or (Share(request.chosen[0].invoice_id, amount),)
