"""Acts on family credit: make it from what a credit note freed, use it on invoices, give it out, take it back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from truongso.fees.public import CreditNote, credit_lines, lock_invoices
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import ZERO, Dong, total
from truongso.kernel.names import tidy
from truongso.ledger.public import reverse_many
from truongso.ledger.types import EntryKind
from truongso.payments.allocation import spread
from truongso.payments.credit import moves
from truongso.payments.credit.moves import Draft, Taken
from truongso.payments.credit.queries import pots
from truongso.payments.credit.types import MoveKind
from truongso.payments.models import Allocation, CreditEntry, CreditMove
from truongso.payments.types import CreditKind, PaymentRefusedError


@dataclass(frozen=True, slots=True)
class LineReduction:
    """`amount` (> 0) taken off one line; what of it had been paid becomes credit. `item_id`: for this refund."""

    invoice_id: int
    line_id: int
    amount: Dong
    item_id: int | None = None


@dataclass(frozen=True, slots=True)
class CreditUse:
    """Family credit that pays `amount` (> 0) of an invoice."""

    invoice_id: int
    amount: Dong


@transaction_required
def reduce_lines(school_id: int, *, reductions: Sequence[LineReduction], reason: str, actor: Actor) -> list[Taken]:
    """Credit notes on lines, paid ones too: what was paid above the lowered fee becomes the family's credit.

    Unpaid money is lowered first. All in one transaction, nothing is edited: allocations are mirrored, the rest of
    them is made again, credit notes are new lines. Returns the credit made. A line is named once. Raises
    PaymentRefusedError `reason_missing`, `amount_above_fee` (code, payable), and what `fees` refuses.
    """
    reason = _reasoned(reason)
    invoices = lock_invoices(school_id, (r.invoice_id for r in reductions))
    lines = {line.id: (invoice, line) for invoice in invoices.values() for line in invoice.lines}
    surplus: dict[int, Dong] = {}
    for one in reductions:
        found = lines.get(one.line_id)
        if found is None:
            raise PaymentRefusedError("unknown_invoice")
        invoice, line = found
        if one.amount <= ZERO:
            raise PaymentRefusedError("amount_not_positive")
        if one.amount > line.payable:
            raise PaymentRefusedError("amount_above_fee", code=invoice.code, payable=int(line.payable))
        over = line.paid - (line.payable - one.amount)
        if over > ZERO:
            surplus[one.line_id] = over
    families = {i.id: i.family_id for i in invoices.values()}
    taken = _release(school_id, reductions, surplus, families, reason=reason, actor=actor)
    notes = [CreditNote(r.invoice_id, r.line_id, r.amount) for r in reductions]
    credit_lines(school_id, notes=notes, reason=reason, actor=actor)
    return taken


@transaction_required
def use_credit(school_id: int, *, uses: Sequence[CreditUse], reason: str, actor: Actor) -> list[CreditMove]:
    """Pay invoices from their families' credit, the oldest money first. No new payment and no new receipt: the money
    counted when it came. Raises PaymentRefusedError `reason_missing`, `amount_not_positive`, `unknown_invoice`,
    `invoice_cancelled`, `above_owed` (code, owed), `credit_short` (code, credit)."""
    reason = _reasoned(reason)
    invoices = lock_invoices(school_id, (u.invoice_id for u in uses))
    for use in uses:
        invoice = invoices.get(use.invoice_id)
        if use.amount <= ZERO:
            raise PaymentRefusedError("amount_not_positive")
        if invoice is None:
            raise PaymentRefusedError("unknown_invoice")
        if invoice.cancelled_at is not None:
            raise PaymentRefusedError("invoice_cancelled", code=invoice.code)
    left = _held(school_id, {i.family_id for i in invoices.values()})
    settled: dict[int, Dong] = {}
    drafts: list[Draft] = []
    for use in uses:
        invoice = invoices[use.invoice_id]
        owed = total(line.payable - line.paid - settled.get(line.id, ZERO) for line in invoice.lines)
        if use.amount > owed:
            raise PaymentRefusedError("above_owed", code=invoice.code, owed=int(owed))
        parts = _draw(left.get(invoice.family_id, []), use.amount)
        if total(p.amount for p in parts) < use.amount:
            raise PaymentRefusedError("credit_short", code=invoice.code, credit=int(total(p.amount for p in parts)))
        for part in parts:
            draft = Draft(part.payment_id, MoveKind.USED, amount=part.amount)
            shares, _over = spread(part.amount, invoice.lines, settled)
            draft.allocations += moves.allocated(school_id, part.payment_id, invoice.id, shares)
            draft.credits.append(moves.credit_row(school_id, part, CreditKind.USED))
            drafts.append(draft)
    made = moves.write(school_id, drafts, reason=reason, actor=actor)
    codes = {u.invoice_id: invoices[u.invoice_id].code for u in uses}
    audit.record_many(
        actor,
        school_id=school_id,
        acts=[
            audit.Act(
                "payments:credit:use", "invoice", str(u.invoice_id),
                {"code": codes[u.invoice_id], "amount": int(u.amount)}, reason,
            )
            for u in uses
        ],
    )  # fmt: skip
    return made


@transaction_required
def restore_credit(school_id: int, *, move_id: int, reason: str, actor: Actor) -> None:
    """Take one use of credit back: the invoice owes again, the family has its credit again.

    Raises PaymentRefusedError `reason_missing`, `unknown_move`, `already_undone`, `use_changed`.
    """
    reason = _reasoned(reason)
    move = CreditMove.objects.for_school(school_id).filter(pk=move_id, kind=MoveKind.USED.value).first()
    if move is None:
        raise PaymentRefusedError("unknown_move")
    settled = Allocation.objects.for_school(school_id).filter(move=move)
    lock_invoices(school_id, settled.values_list("invoice_id", flat=True))
    moves.lock_payments(school_id, [move.payment_id])
    if CreditMove.objects.for_school(school_id).filter(reverses=move).exists():
        raise PaymentRefusedError("already_undone")
    _restore(school_id, move, reason=reason, actor=actor)
    audit.record(
        actor, "payments:credit:restore", school_id=school_id, subject=("payment", move.payment_id), reason=reason,
        params={"amount": int(move.amount)},
    )  # fmt: skip


@transaction_required
def take_out(school_id: int, *, taken: Sequence[Taken], reason: str, actor: Actor) -> list[CreditMove]:
    """Credit leaves the family to be paid out; every part names its refund. The caller holds the payments."""
    drafts: dict[tuple[int, int | None], Draft] = {}
    for part in taken:
        key = (part.payment_id, part.item_id)
        draft = drafts.setdefault(key, Draft(part.payment_id, MoveKind.REFUNDED, item_id=part.item_id))
        draft.amount = draft.amount + part.amount
        draft.credits.append(moves.credit_row(school_id, part, CreditKind.REFUNDED))
    return moves.write(school_id, list(drafts.values()), reason=reason, actor=actor)


@transaction_required
def draw_credit(school_id: int, *, wants: Sequence[tuple[int, Dong, int]]) -> list[Taken]:
    """Which money of families' credit pays refunds: (family id, amount, item id) in order, the oldest money first.

    Holds the payments. Raises PaymentRefusedError `credit_short` (credit).
    """
    left = _held(school_id, {family for family, _amount, _item in wants})
    found: list[Taken] = []
    for family, amount, item in wants:
        parts = _draw(left.get(family, []), amount)
        if total(p.amount for p in parts) < amount:
            raise PaymentRefusedError("credit_short", code="", credit=int(total(p.amount for p in parts)))
        found += [Taken(p.payment_id, p.family_id, p.invoice_id, p.amount, item) for p in parts]
    return found


@transaction_required
def keep(school_id: int, *, item_ids: Collection[int], reason: str, actor: Actor) -> None:
    """Money that was to be paid out stays the families' credit after all."""
    out = CreditMove.objects.for_school(school_id).filter(
        refund_item_id__in=item_ids, kind=MoveKind.REFUNDED.value, reversed_by__isnull=True
    )
    originals = list(out.order_by("pk"))
    moves.lock_payments(school_id, (m.payment_id for m in originals))
    entries = _entries_of(school_id, originals)
    drafts = [
        Draft(
            m.payment_id, MoveKind.KEPT, item_id=m.refund_item_id, reverses_id=m.pk, amount=m.amount,
            credits=[moves.credit_row(school_id, _as_taken(e), CreditKind.KEPT, e.pk) for e in entries[m.pk]],
        )
        for m in originals
    ]  # fmt: skip
    moves.write(school_id, drafts, reason=_reasoned(reason), actor=actor)


def take_back_moves(school_id: int, payment_id: int, *, reason: str, actor: Actor) -> None:
    """Part of undoing a payment, whose allocations were mirrored just now: used credit comes back to be reversed with
    the rest, and what credit notes freed leaves the books.

    The caller holds the payment. A payment with refunds is never undone.
    """
    standing = CreditMove.objects.for_school(school_id).filter(payment_id=payment_id, reversed_by__isnull=True)
    used = list(standing.filter(kind=MoveKind.USED.value).order_by("pk"))
    entries = _entries_of(school_id, used)
    drafts = [
        Draft(
            payment_id, MoveKind.RESTORED, reverses_id=m.pk, amount=m.amount,
            credits=[moves.credit_row(school_id, _as_taken(e), CreditKind.RESTORED, e.pk) for e in entries[m.pk]],
        )
        for m in used
    ]  # fmt: skip
    moves.write(school_id, drafts, reason=reason, actor=actor)
    freed = standing.filter(kind=MoveKind.RELEASED.value).order_by("pk").values_list("pk", flat=True)
    reverse_many(
        school_id, sources=[(EntryKind.CREDIT_USE, pk) for pk in freed], occurred_on=clock.today(),
        actor_id=actor.user_id,
    )  # fmt: skip


def _restore(school_id: int, move: CreditMove, *, reason: str, actor: Actor) -> None:
    rows = list(Allocation.objects.for_school(school_id).filter(move=move, reverses__isnull=True).order_by("pk"))
    if Allocation.objects.for_school(school_id).filter(reverses__in=rows).exists():
        raise PaymentRefusedError("use_changed")  # a later credit note freed part of it: that part is credit again
    entries = _entries_of(school_id, [move])[move.pk]
    draft = Draft(
        move.payment_id, MoveKind.RESTORED, reverses_id=move.pk, amount=move.amount,
        allocations=[mirror for a in rows for mirror in moves.released(school_id, a, a.amount)],
        credits=[moves.credit_row(school_id, _as_taken(e), CreditKind.RESTORED, e.pk) for e in entries],
    )  # fmt: skip
    moves.write(school_id, [draft], reason=reason, actor=actor)


def _release(
    school_id: int,
    reductions: Sequence[LineReduction],
    surplus: dict[int, Dong],
    families: dict[int, int],
    *,
    reason: str,
    actor: Actor,
) -> list[Taken]:
    """Free what was paid above lowered fees, the newest money first."""
    if not surplus:
        return []
    standing = moves.standing_allocations(school_id, line_ids=list(surplus))
    moves.lock_payments(school_id, (a.payment_id for a in standing))
    items = {r.line_id: r.item_id for r in reductions}
    drafts: dict[tuple[int, int | None], Draft] = {}
    freed: dict[tuple[int, int, int | None], Dong] = {}
    left = dict(surplus)
    for row in standing:
        part = min(row.amount, left[row.line_id])
        if part <= ZERO:
            continue
        left[row.line_id] = left[row.line_id] - part
        item = items[row.line_id]
        draft = drafts.setdefault((row.payment_id, item), Draft(row.payment_id, MoveKind.RELEASED, item_id=item))
        draft.amount = draft.amount + part
        draft.allocations += moves.released(school_id, row, part)
        key = (row.payment_id, row.invoice_id, item)
        freed[key] = freed.get(key, ZERO) + part
    taken = [Taken(p, families[i], i, amount, item) for (p, i, item), amount in freed.items()]
    for one in taken:
        drafts[one.payment_id, one.item_id].credits.append(moves.credit_row(school_id, one, CreditKind.CREDIT_NOTE))
    moves.write(school_id, list(drafts.values()), reason=reason, actor=actor)
    return taken


def _held(school_id: int, family_ids: Collection[int]) -> dict[int, list[Taken]]:
    """Credit of families, read after their payments are held."""
    moves.lock_payments(school_id, (p.payment_id for p in pots(school_id, family_ids)))
    left: dict[int, list[Taken]] = {}
    for pot in pots(school_id, family_ids):
        left.setdefault(pot.family_id, []).append(Taken(pot.payment_id, pot.family_id, pot.invoice_id, pot.amount))
    return left


def _draw(held: list[Taken], amount: Dong) -> list[Taken]:
    """Take up to `amount` off the front of the list, which is kept up to date."""
    parts = []
    while held and amount > ZERO:
        first = held[0]
        part = min(first.amount, amount)
        parts.append(Taken(first.payment_id, first.family_id, first.invoice_id, part))
        amount = amount - part
        if part < first.amount:
            held[0] = Taken(first.payment_id, first.family_id, first.invoice_id, first.amount - part)
        else:
            held.pop(0)
    return parts


def _entries_of(school_id: int, originals: Sequence[CreditMove]) -> dict[int, list[CreditEntry]]:
    entries: dict[int, list[CreditEntry]] = {}
    for row in CreditEntry.objects.for_school(school_id).filter(move__in=originals).order_by("pk"):
        entries.setdefault(row.move_id, []).append(row)
    return entries


def _as_taken(entry: CreditEntry) -> Taken:
    return Taken(entry.payment_id, entry.family_id, entry.invoice_id, entry.amount)


def _reasoned(reason: str) -> str:
    reason = tidy(reason)
    if not reason:
        raise PaymentRefusedError("reason_missing")
    return reason[:300]
