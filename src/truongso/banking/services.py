"""What people decide about bank lines: accept, assign, undo, park, set aside; and matching again."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from truongso.banking.decide import booking_for, decide_lines
from truongso.banking.deposits.fit import held
from truongso.banking.matching.types import RULES_VERSION
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.queries import waiting_lines
from truongso.banking.types import Direction, LineRefusedError, LineState
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import Dong
from truongso.payments.public import Payment, book, standing_payments_of, undo
from truongso.payments.types import EvidenceKind, Share


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
    line = _locked(school_id, line_id)
    if line.direction != Direction.IN.value or line.state not in {LineState.WAITING.value, LineState.PARKED.value}:
        raise LineRefusedError("not_waiting", state=line.state)
    if deposit := held(school_id, [line]).get(line.pk):
        raise LineRefusedError("deposit_fits", slip=deposit.slip_number)
    payment = book(school_id, booking=booking_for(line, [Share(i, a) for i, a in shares]), actor=actor)
    if surplus is not None and payment.credited != surplus:
        raise LineRefusedError("surplus_differs", surplus=payment.credited)
    _set_state(line, LineState.MATCHED)
    _note(line, "person", "assigned", {"codes": payment.invoice_code}, actor=actor, payment=payment)
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
    line = _locked(school_id, line_id)
    if line.state != LineState.MATCHED.value:
        raise LineRefusedError("not_matched", state=line.state)
    for payment_id in standing_payments_of(school_id, kind=EvidenceKind.BANK_LINE, reference=str(line.pk)):
        undo(school_id, payment_id=payment_id, reason=reason, actor=actor)
    _set_state(line, LineState.WAITING)
    _note(line, "undone", "undone", {"text": reason}, actor=actor)
    audit.record(actor, "banking:line:undo", school_id=school_id, subject=("bank_line", line.pk), reason=reason)


@transaction_required
def set_aside(school_id: int, *, line_id: int, state: LineState, reason: str, actor: Actor) -> None:
    """Park a waiting line, mark it as not fees, or put it back among the waiting; with a reason.

    Raises LineRefusedError `reason_missing`, `not_waiting`.
    """
    if not reason.strip():
        raise LineRefusedError("reason_missing")
    allowed = {LineState.WAITING, LineState.PARKED, LineState.NOT_FEES}
    line = _locked(school_id, line_id)
    if state not in allowed or LineState(line.state) not in allowed or line.state == state.value:
        raise LineRefusedError("not_waiting", state=line.state)
    _set_state(line, state)
    _note(line, "person", state.value, {"text": reason.strip()[:300]}, actor=actor)
    audit.record(
        actor, "banking:line:set_aside", school_id=school_id, subject=("bank_line", line.pk),
        reason=reason.strip()[:300], params={"state": state.value},
    )  # fmt: skip


@transaction_required
def match_again(school_id: int, *, actor: Actor) -> int:
    """Run the rules over everything that waits (after new invoices, or new rules); returns how many were booked."""
    return decide_lines(school_id, list(waiting_lines(school_id)), actor=actor)


def _locked(school_id: int, line_id: int) -> BankLine:
    query = BankLine.objects.for_school(school_id).filter(pk=line_id)
    line: BankLine | None = (query.select_for_update() if connection.features.has_select_for_update else query).first()
    if line is None:
        raise LineRefusedError("unknown_line")
    return line


def _set_state(line: BankLine, state: LineState) -> None:
    line.state = state.value
    line.save(update_fields=["state"])


def _note(
    line: BankLine, decision: str, code: str, params: dict[str, str], *, actor: Actor, payment: Payment | None = None
) -> None:
    MatchDecision.objects.create(
        school_id=line.school_id, line_id=line.pk, decision=decision, rule=code[:20], version=RULES_VERSION,
        reason={"code": code, "params": params}, payment=payment, decided_by=actor.user_id, decided_at=clock.now(),
    )  # fmt: skip
