"""Taking acts back, and taking that back: lines return to where they stood, by reversing entries and new bookings."""

from __future__ import annotations

from truongso.banking.acts.places import places_of
from truongso.banking.acts.recording import add_rows, held_lines, new_act
from truongso.banking.acts.types import ActKind, BookedPart, Place
from truongso.banking.asides.services import put_aside
from truongso.banking.asides.types import AsideKind
from truongso.banking.decide import booking_for
from truongso.banking.line_acts import move_line, note_decision
from truongso.banking.models import BankLine, LineAct
from truongso.banking.types import DecisionKind, LineRefusedError, LineState
from truongso.kernel import audit
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import ZERO
from truongso.payments.public import book, undo
from truongso.payments.types import Share

_TURNED = (ActKind.UNDO.value, ActKind.REDO.value)


@transaction_required
def undo_act(school_id: int, *, act_id: int, reason: str, actor: Actor) -> LineAct:
    """Take one act back, whole: each of its lines returns to where it stood before. Undoing an undo does it again.

    Raises LineRefusedError `reason_missing`, `unknown_act`, `undone_already`, `changed_since` (amount) when a line has
    been handled since, `redo_differs` when money would now go elsewhere than it did, PaymentRefusedError
    (`payment_refunded`, `invoice_cancelled`, …); nothing is changed then.
    """
    why = " ".join(reason.split())[:300]
    if not why:
        raise LineRefusedError("reason_missing")
    act: LineAct | None = LineAct.objects.for_school(school_id).filter(pk=act_id).first()
    if act is None:
        raise LineRefusedError("unknown_act")
    rows = {row.line_id: row for row in act.rows.order_by("pk")}
    lines = held_lines(school_id, rows)
    if LineAct.objects.for_school(school_id).filter(undoes=act).exists():
        raise LineRefusedError("undone_already")
    now = places_of(school_id, lines)
    is_redo = act.kind == ActKind.UNDO.value
    for line in lines:
        if now[line.pk].is_same_as != Place.of_json(rows[line.pk].after).is_same_as:
            raise LineRefusedError("changed_since", amount=int(line.amount))
    made = new_act(school_id, ActKind.REDO if is_redo else ActKind.UNDO, actor=actor, reason=why, undoes=act)
    for line in lines:
        _go(line, now[line.pk], Place.of_json(rows[line.pk].before), reason=why, is_redo=is_redo, actor=actor)
    add_rows(made, lines, now)
    audit.record(
        actor, "banking:act:redo" if is_redo else "banking:act:undo", school_id=school_id, reason=why,
        subject=("line_act", act.pk), params={"lines": len(lines), "kind": act.kind},
    )  # fmt: skip
    return made


def last_undoable(school_id: int, user_id: int | None) -> LineAct | None:
    """The latest act of a person that stands: no undo, and not undone; 1 query."""
    rows = LineAct.objects.for_school(school_id).filter(made_by=user_id, undone_by__isnull=True)
    found: LineAct | None = rows.exclude(kind=ActKind.UNDO.value).order_by("-pk").first()
    return found


def last_redoable(school_id: int, user_id: int | None) -> LineAct | None:
    """The undo that a person made last of all, while nothing else was done after it; 1 query."""
    last: LineAct | None = LineAct.objects.for_school(school_id).filter(made_by=user_id).order_by("-pk").first()
    return last if last is not None and last.kind == ActKind.UNDO.value else None


@transaction_required
def _go(line: BankLine, now: Place, to: Place, *, reason: str, is_redo: bool, actor: Actor) -> None:
    wanted = {part.payment_id for part in to.parts}
    present = {part.payment_id for part in now.parts}
    for part in now.parts:
        if part.payment_id not in wanted:
            undo(line.school_id, payment_id=part.payment_id, reason=reason, actor=actor)
    for part in to.parts:
        if part.payment_id not in present:
            book_part_again(line, part, actor)
    state = LineState(to.state)
    move_line(line, state, actor=actor)
    if to.aside is not None:
        kind, why, owner_id = to.aside
        put_aside(line, AsideKind(kind), reason=why, owner_id=owner_id, actor=actor)
    is_unbooked = bool(now.parts) and not to.parts  # the rules never book it again by themselves
    note_decision(
        line, DecisionKind.UNDONE if is_unbooked else DecisionKind.PERSON, "redone" if is_redo else "undone",
        {"text": reason}, actor=actor,
    )  # fmt: skip


@transaction_required
def book_part_again(line: BankLine, part: BookedPart, actor: Actor) -> None:
    """A payment as it was: the same amounts on the same invoice lines, the same credit; otherwise nothing."""
    shares = [Share(invoice, amount, (invoice_line,)) for invoice, invoice_line, amount in part.shares]
    if not shares and part.credit is not None:
        shares = [Share(part.credit[0], part.credit[1])]
    payment = book(line.school_id, booking=booking_for(line, shares)._replace(amount=part.amount), actor=actor)
    if payment.credited != (part.credit[1] if part.credit else ZERO):
        raise LineRefusedError("redo_differs")
