"""Changes after issue: extra lines, credit notes, cancellation. Nothing issued is ever edited.

Each change is a new line with its own entry in the books (kind adjustment, named by the line).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from truongso.fees.bookkeeping import charge_leg, credit_leg
from truongso.fees.events import InvoiceAdjusted
from truongso.fees.locks import LockedInvoice, LockedLine, lock_invoices
from truongso.fees.models import FeeItem, Invoice, InvoiceLine
from truongso.fees.types import FeesRefusedError, LineKind
from truongso.kernel import audit, clock, outbox
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.names import tidy
from truongso.ledger.public import NewEntry, account_ids, post_many
from truongso.ledger.types import EntryKind, Leg

_TEXT_LENGTH = 200
_REASON_LENGTH = 500
_MOST_UNITS = 366

_TOO_LARGE = Dong(500_000_000)  # NAPAS: a VietQR transfer stays below this; a slip of the keys goes above


@transaction_required
def add_extra_line(
    school_id: int,
    *,
    invoice_id: int,
    item_id: int,
    quantity: int,
    unit_amount: Dong,
    reason: str,
    actor: Actor,
) -> InvoiceLine:
    """Charge something more on an issued invoice.

    Refused: `reason_missing`, `quantity_out_of_range` (1–366), `amount_not_positive`, `amount_too_large` (what one
    transfer can carry), `no_such_item`, `no_such_invoice`, `invoice_cancelled`.
    """
    reason = _checked_reason(reason)
    if not 1 <= quantity <= _MOST_UNITS:
        raise FeesRefusedError("quantity_out_of_range", most=_MOST_UNITS)
    if unit_amount <= ZERO:
        raise FeesRefusedError("amount_not_positive")
    if unit_amount * quantity >= _TOO_LARGE:
        raise FeesRefusedError("amount_too_large", most=_TOO_LARGE)
    item = FeeItem.objects.for_school(school_id).filter(pk=item_id, is_active=True).first()
    if item is None:
        raise FeesRefusedError("no_such_item")
    invoice = _open_invoice(school_id, invoice_id)
    amount = unit_amount * quantity
    line: InvoiceLine = InvoiceLine.objects.create(
        school_id=school_id, invoice_id=invoice.id, fee_item=item, kind=LineKind.EXTRA.value,
        description=f"{item.name} – {reason}"[:_TEXT_LENGTH], nature=item.nature, quantity=quantity,
        unit_amount=unit_amount, gross=amount, legal_basis=item.legal_basis, amount=amount,
        created_at=clock.now(), created_by=actor.user_id,
    )  # fmt: skip
    _book(school_id, line, charge_leg(account_ids(school_id), item.nature, amount), actor)
    _record(school_id, actor, "extra", invoice, reason, item=item.code, amount=amount.value)
    return line


@transaction_required
def credit_line(
    school_id: int, *, invoice_id: int, line_id: int, amount: Dong, reason: str, actor: Actor
) -> InvoiceLine:
    """Take something off a line by a credit note, at most what is still unpaid of it.

    Refused: `reason_missing`, `amount_not_positive`, `no_such_invoice`, `invoice_cancelled`, `no_such_line`,
    `credit_above_unpaid` (params: unpaid; what was paid above is undone or moved to the family first).
    """
    reason = _checked_reason(reason)
    if amount <= ZERO:
        raise FeesRefusedError("amount_not_positive")
    invoice = _open_invoice(school_id, invoice_id)
    note = _credit(school_id, invoice=invoice, line_id=line_id, amount=amount, reason=reason, actor=actor)
    _record(school_id, actor, "credit", invoice, reason, line=line_id, amount=amount.value)
    return note


@dataclass(frozen=True, slots=True)
class CreditNote:
    """`amount` (> 0) taken off one line; a line is named once."""

    invoice_id: int
    line_id: int
    amount: Dong


@transaction_required
def credit_lines(school_id: int, *, notes: Sequence[CreditNote], reason: str, actor: Actor) -> None:
    """Many credit notes for one reason, all or none; the number of queries does not grow with their number.

    Refused like `credit_line`, on the first note that does not fit.
    """
    reason = _checked_reason(reason)
    invoices = lock_invoices(school_id, (n.invoice_id for n in notes))
    lines = {line.id: line for invoice in invoices.values() for line in invoice.lines}
    for note in notes:
        _refuse_unfit(note, invoices.get(note.invoice_id), lines.get(note.line_id))
    named = InvoiceLine.objects.for_school(school_id).filter(pk__in=[n.line_id for n in notes])
    items = dict(named.values_list("pk", "fee_item_id"))
    now = clock.now()
    made = InvoiceLine.objects.bulk_create(
        InvoiceLine(
            school_id=school_id, invoice_id=n.invoice_id, fee_item_id=items[n.line_id], kind=LineKind.CREDIT.value,
            adjusts_id=n.line_id, description=reason[:_TEXT_LENGTH], nature=lines[n.line_id].nature, quantity=1,
            unit_amount=n.amount, gross=n.amount, amount=n.amount, created_at=now, created_by=actor.user_id,
        )
        for n in notes
    )  # fmt: skip
    accounts = account_ids(school_id)
    day = clock.school_date(now)
    entries = [
        NewEntry(EntryKind.ADJUSTMENT, row.pk, day, (credit_leg(accounts, row.nature, row.amount),)) for row in made
    ]
    post_many(school_id, entries=entries, actor_id=actor.user_id)
    audit.record_many(
        actor,
        school_id=school_id,
        acts=[
            audit.Act(
                "fees:invoice:credit", "invoice", str(n.invoice_id),
                {"code": invoices[n.invoice_id].code, "line": n.line_id, "amount": n.amount.value}, reason,
            )
            for n in notes
        ],
    )  # fmt: skip
    outbox.emit(*[InvoiceAdjusted(school_id=school_id, invoice_id=i) for i in sorted(invoices)])


def _refuse_unfit(note: CreditNote, invoice: LockedInvoice | None, line: LockedLine | None) -> None:
    if note.amount <= ZERO:
        raise FeesRefusedError("amount_not_positive")
    if invoice is None:
        raise FeesRefusedError("no_such_invoice")
    if invoice.cancelled_at is not None:
        raise FeesRefusedError("invoice_cancelled", code=invoice.code)
    if line is None or line not in invoice.lines:
        raise FeesRefusedError("no_such_line")
    if note.amount > line.payable - line.paid:
        raise FeesRefusedError("credit_above_unpaid", unpaid=line.payable - line.paid, paid=line.paid)


@transaction_required
def cancel_invoice(school_id: int, *, invoice_id: int, reason: str, actor: Actor) -> Invoice:
    """Cancel an invoice nothing was paid on: credit notes for all that is owed; its code is never used again.

    Refused: `reason_missing`, `no_such_invoice`, `invoice_cancelled`, `invoice_has_payments`.
    """
    reason = _checked_reason(reason)
    invoice = _open_invoice(school_id, invoice_id)
    if invoice.paid > ZERO:
        raise FeesRefusedError("invoice_has_payments", code=invoice.code, paid=invoice.paid)
    for line in invoice.lines:
        if line.payable > ZERO:
            _credit(school_id, invoice=invoice, line_id=line.id, amount=line.payable, reason=reason, actor=actor)
    Invoice.objects.for_school(school_id).filter(pk=invoice.id, cancelled_at__isnull=True, paid=F("total")).update(
        cancelled_at=clock.now()
    )
    _record(school_id, actor, "cancel", invoice, reason)
    cancelled: Invoice = Invoice.objects.for_school(school_id).get(pk=invoice.id)
    return cancelled


def _credit(
    school_id: int, *, invoice: LockedInvoice, line_id: int, amount: Dong, reason: str, actor: Actor
) -> InvoiceLine:
    line = next((line for line in invoice.lines if line.id == line_id), None)
    if line is None:
        raise FeesRefusedError("no_such_line")
    unpaid = line.payable - line.paid
    if amount > unpaid:
        raise FeesRefusedError("credit_above_unpaid", unpaid=unpaid, paid=line.paid)
    item_id = InvoiceLine.objects.for_school(school_id).values_list("fee_item_id", flat=True).get(pk=line_id)
    note: InvoiceLine = InvoiceLine.objects.create(
        school_id=school_id, invoice_id=invoice.id, fee_item_id=item_id, kind=LineKind.CREDIT.value,
        adjusts_id=line_id, description=reason[:_TEXT_LENGTH], nature=line.nature, quantity=1, unit_amount=amount,
        gross=amount, amount=amount, created_at=clock.now(), created_by=actor.user_id,
    )  # fmt: skip
    _book(school_id, note, credit_leg(account_ids(school_id), line.nature, amount), actor)
    return note


def _open_invoice(school_id: int, invoice_id: int) -> LockedInvoice:
    invoice = lock_invoices(school_id, [invoice_id]).get(invoice_id)
    if invoice is None:
        raise FeesRefusedError("no_such_invoice")
    if invoice.cancelled_at is not None:
        raise FeesRefusedError("invoice_cancelled", code=invoice.code)
    return invoice


def _checked_reason(reason: str) -> str:
    reason = tidy(reason)
    if not reason:
        raise FeesRefusedError("reason_missing")
    return reason[:_REASON_LENGTH]


def _book(school_id: int, line: InvoiceLine, leg: Leg, actor: Actor) -> None:
    entry = NewEntry(
        kind=EntryKind.ADJUSTMENT,
        source_id=line.pk,
        occurred_on=clock.school_date(line.created_at),
        legs=(leg,),
    )
    post_many(school_id, entries=[entry], actor_id=actor.user_id)


def _record(school_id: int, actor: Actor, verb: str, invoice: LockedInvoice, reason: str, **params: object) -> None:
    audit.record(
        actor, f"fees:invoice:{verb}", school_id=school_id, subject=("invoice", invoice.id),
        params={"code": invoice.code, **params}, reason=reason,
    )  # fmt: skip
    outbox.emit(InvoiceAdjusted(school_id=school_id, invoice_id=invoice.id))
