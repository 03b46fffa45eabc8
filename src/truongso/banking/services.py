"""What people decide about bank lines: accept, assign, undo, park, set aside; and matching again."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from truongso.banking.decide import booking_for, decide_lines, preview_lines, says_the_same
from truongso.banking.deposits.fit import held
from truongso.banking.desk import Desk
from truongso.banking.line_acts import held_line, move_line, note_decision
from truongso.banking.matching.types import Verdict
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.queries import last_suggestions, waiting_lines
from truongso.banking.types import DecisionKind, Direction, LineRefusedError, LineState
from truongso.kernel import audit
from truongso.kernel.actor import Actor
from truongso.kernel.collector import resting_collector
from truongso.kernel.db import parts, retrying, transaction, transaction_required
from truongso.kernel.money import Dong
from truongso.payments.public import Payment, book, standing_payments_of, undo
from truongso.payments.types import EvidenceKind, Share

PART = 1000


@transaction_required
def assign(
    school_id: int, *, line_id: int, shares: Sequence[tuple[int, Dong]], actor: Actor, surplus: Dong | None = None
) -> Payment:
    """Book a waiting or parked line on invoices (id, amount); what remains becomes the family's credit.

    `surplus` is the credit that the person has seen and agreed to; None when nobody was asked. Raises LineRefusedError
    `not_waiting` when someone else has handled the line meanwhile, `deposit_fits` (slip) when it looks like cash that
    the school handed in (`deposits.not_a_deposit` says that it is not), `surplus_differs` (surplus) when more or less
    would be credited, PaymentRefusedError when the money cannot be booked so.
    """
    line = held_line(school_id, line_id)
    if line.direction != Direction.IN.value or line.state not in {LineState.WAITING.value, LineState.PARKED.value}:
        raise LineRefusedError("not_waiting", state=line.state)
    if deposit := held(school_id, [line]).get(line.pk):
        raise LineRefusedError("deposit_fits", slip=deposit.slip_number)
    proposal = last_suggestions(school_id, [line]).get(line.pk)
    payment = book(school_id, booking=booking_for(line, [Share(i, a) for i, a in shares]), actor=actor)
    if surplus is not None and payment.credited != surplus:
        raise LineRefusedError("surplus_differs", surplus=payment.credited)
    move_line(line, LineState.MATCHED)
    note_decision(
        line, DecisionKind.PERSON, "assigned", {"codes": payment.invoice_code}, actor=actor, payment=payment,
        confirmed=proposal if proposal is not None and _is_proposed(proposal, [i for i, _ in shares]) else None,
    )  # fmt: skip
    audit.record(
        actor, "banking:line:assign", school_id=school_id, subject=("bank_line", line.pk),
        params={"codes": payment.invoice_code},
    )  # fmt: skip
    return payment


@transaction_required
def undo_match(school_id: int, *, line_id: int, reason: str, actor: Actor) -> None:
    """Take the bookings of a matched line back by reversing entries; the line waits again.

    Raises LineRefusedError `not_matched`, PaymentRefusedError `reason_missing`.
    """
    line = held_line(school_id, line_id)
    if line.state != LineState.MATCHED.value:
        raise LineRefusedError("not_matched", state=line.state)
    for payment_id in standing_payments_of(school_id, kind=EvidenceKind.BANK_LINE, reference=str(line.pk)):
        undo(school_id, payment_id=payment_id, reason=reason, actor=actor)
    move_line(line, LineState.WAITING)
    note_decision(line, DecisionKind.UNDONE, "undone", {"text": reason}, actor=actor)
    audit.record(actor, "banking:line:undo", school_id=school_id, subject=("bank_line", line.pk), reason=reason)


@transaction_required
def set_aside(school_id: int, *, line_id: int, state: LineState, reason: str, actor: Actor) -> None:
    """Park a waiting line, mark it as not fees, or put it back among the waiting; with a reason.

    Raises LineRefusedError `reason_missing`, `not_waiting`.
    """
    if not reason.strip():
        raise LineRefusedError("reason_missing")
    allowed = {LineState.WAITING, LineState.PARKED, LineState.NOT_FEES}
    line = held_line(school_id, line_id)
    if state not in allowed or LineState(line.state) not in allowed or line.state == state.value:
        raise LineRefusedError("not_waiting", state=line.state)
    move_line(line, state)
    note_decision(line, DecisionKind.PERSON, state.value, {"text": reason.strip()[:300]}, actor=actor)
    audit.record(
        actor, "banking:line:set_aside", school_id=school_id, subject=("bank_line", line.pk),
        reason=reason.strip()[:300], params={"state": state.value},
    )  # fmt: skip


@transaction_required
def match_again(school_id: int, *, actor: Actor) -> int:
    """Run the rules over everything that waits (after new invoices, or new rules); returns how many were booked.

    A decision is stored where it differs from the last one. What a person undid is proposed, not booked again.
    """
    return decide_lines(school_id, list(waiting_lines(school_id)), actor=actor, again=True)


@dataclass(frozen=True, slots=True)
class Change:
    """What matching again would make of a line: the decision that stands and the one that would be stored."""

    line: BankLine
    before: MatchDecision | None
    after: MatchDecision

    @property
    def would_book(self) -> bool:
        return bool(self.after.decision == Verdict.AUTO.value)


def preview_match_again(school_id: int) -> list[Change]:
    """What `match_again` would change at this moment, in order of the queue; nothing is stored or booked."""
    waiting = list(waiting_lines(school_id))
    before = last_suggestions(school_id, waiting)
    after = preview_lines(school_id, waiting, desk=Desk(school_id))
    lines = {line.pk: line for line in waiting}
    pairs = [(lines[row.line_id], before.get(row.line_id), row) for row in after]
    return [Change(*pair) for pair in pairs if not says_the_same(pair[2], pair[1])]


def match_again_in_parts(
    school_id: int, *, actor: Actor, on_progress: Callable[[int, int], None] = lambda _done, _of: None
) -> int:
    """`match_again` for a queue of any length, in transactions of at most 1,000 lines; how many were booked.

    Opens its own transactions. Started anew after a kill it begins at the first line that still waits.
    """
    ids = list(waiting_lines(school_id).values_list("pk", flat=True))
    desk, booked = Desk(school_id), 0
    for start, end in parts(len(ids), PART):
        booked += retrying(functools.partial(_part_again, school_id, ids[start:end], actor, desk))
        on_progress(end, len(ids))
    return booked


def _part_again(school_id: int, ids: Sequence[int], actor: Actor, desk: Desk) -> int:
    with resting_collector(), transaction():
        lines = list(waiting_lines(school_id).filter(pk__in=ids))
        return decide_lines(school_id, lines, actor=actor, desk=desk, again=True)


def _is_proposed(proposal: MatchDecision, invoice_ids: Sequence[int]) -> bool:
    return [c["invoice_id"] for c in proposal.candidates if c["amount"] is not None] == list(invoice_ids)
