"""What people do with lines: book them on invoices, alone or several together; put them aside; take matches back.

Every act is written down with the place of its lines before and after, so that it can be undone (`acts.undoing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from truongso.banking.acts.places import places_of, rests_of
from truongso.banking.acts.recording import add_rows, held_lines, new_act
from truongso.banking.acts.types import ActKind
from truongso.banking.asides.services import check_owner, put_aside
from truongso.banking.asides.types import AsideKind
from truongso.banking.decide import booking_for
from truongso.banking.deposits.fit import held
from truongso.banking.line_acts import held_line, move_line, note_decision, open_state, require_whole
from truongso.banking.models import BankLine, LineAct, MatchDecision
from truongso.banking.queries import last_suggestions
from truongso.banking.types import DecisionKind, Direction, LineRefusedError, LineState
from truongso.kernel import audit
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import ZERO, Dong, total
from truongso.payments.public import Payment, book_many, standing_payments_of, undo
from truongso.payments.types import Booking, EvidenceKind, PaymentRefusedError, Share

ASSIGNABLE = (LineState.WAITING.value, LineState.PARKED.value, LineState.PARTLY.value)
_BOOKED = (LineState.MATCHED.value, LineState.PARTLY.value, LineState.PARKED.value)
Refusal = LineRefusedError | PaymentRefusedError


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be booked of a line. `keeps_rest`: only the shares, the rest of the line goes on waiting; otherwise
    the whole rest, and what the shares leave of it becomes credit of the first invoice's family."""

    line_id: int
    shares: tuple[Share, ...]
    keeps_rest: bool = False


@transaction_required
def assign(
    school_id: int,
    *,
    line_id: int,
    shares: Sequence[tuple[int, Dong] | Share],
    actor: Actor,
    surplus: Dong | None = None,
    keeps_rest: bool = False,
) -> Payment:
    """Book a waiting, parked or partly booked line on invoices (id, amount), or on some of their lines.

    `surplus` is the credit that the person has seen and agreed to; None when nobody was asked. Raises LineRefusedError
    `not_waiting` when someone else has handled the line meanwhile, `deposit_fits` (slip) when it looks like cash that
    the school handed in (`deposits.not_a_deposit` says that it is not), `surplus_differs` (surplus) when more or less
    would be credited, PaymentRefusedError when the money cannot be booked so.
    """
    wanted = tuple(one if isinstance(one, Share) else Share(*one) for one in shares)
    act = new_act(school_id, ActKind.ASSIGN, actor=actor)
    [result] = carry_out(act, [Order(line_id, wanted, keeps_rest)], actor=actor)
    if not isinstance(result, Payment):
        raise result
    if surplus is not None and result.credited != surplus:
        raise LineRefusedError("surplus_differs", surplus=result.credited)
    return result


@transaction_required
def merge(
    school_id: int, *, line_ids: Sequence[int], shares: Sequence[Share], actor: Actor, surplus: Dong = ZERO
) -> list[Payment]:
    """Book several lines together on the same invoices, the oldest first; all or none. Each keeps its own receipt.

    Raises LineRefusedError `nothing_to_merge` (fewer than two lines), `merge_too_much` when a line would go to no
    invoice at all, and what `assign` raises.
    """
    lines = sorted(held_lines(school_id, line_ids), key=lambda x: (x.booked_on, x.pk))
    if len(lines) < 2 or len(lines) != len(set(line_ids)):
        raise LineRefusedError("nothing_to_merge")
    for line in lines:
        refusal = _unfit(line)
        if refusal is not None:
            raise refusal
    act = new_act(school_id, ActKind.MERGE, actor=actor)
    rests = rests_of(school_id, lines)
    results = carry_out(act, spread_over([(x.pk, rests[x.pk]) for x in lines], shares), actor=actor)
    payments = []
    for result in results:
        if not isinstance(result, Payment):
            raise result
        payments.append(result)
    credited = total(p.credited for p in payments)
    if credited != surplus:
        raise LineRefusedError("surplus_differs", surplus=credited)
    return payments


def spread_over(lines: Sequence[tuple[int, Dong]], shares: Sequence[Share]) -> list[Order]:
    """Lay the shares over lines (id, amount) in order. Raises LineRefusedError `merge_too_much`."""
    left = list(shares)
    orders = []
    for line_id, amount in lines:
        mine: list[Share] = []
        free = amount
        while left and free > ZERO:
            part = min(left[0].amount, free)
            mine.append(left[0]._replace(amount=part))
            free = free - part
            rest = left[0].amount - part
            left = [left[0]._replace(amount=rest), *left[1:]] if rest else left[1:]
        if not mine:
            raise LineRefusedError("merge_too_much")
        orders.append(Order(line_id, tuple(mine)))
    if left:
        raise PaymentRefusedError("shares_exceed_amount")
    return orders


@transaction_required
def carry_out(act: LineAct, orders: Sequence[Order], *, actor: Actor) -> list[Payment | Refusal]:
    """Book what is ordered of each line, or say why not; a refused line is left as it is. Results in order."""
    school_id = act.school_id
    lines = {line.pk: line for line in held_lines(school_id, [o.line_id for o in orders])}
    before = places_of(school_id, list(lines.values()))
    rests, deposits = rests_of(school_id, list(lines.values())), held(school_id, list(lines.values()))
    outcome: dict[int, Payment | Refusal] = {}
    asked: dict[int, Booking] = {}
    # A list was looked at as lines that wait: what somebody put aside or booked in part meanwhile is theirs.
    states = (LineState.WAITING.value,) if act.kind == ActKind.BULK.value else ASSIGNABLE
    for order in orders:
        refusal = _unfit(lines.get(order.line_id), states)
        deposit = deposits.get(order.line_id)
        if refusal is None and deposit is not None:
            refusal = LineRefusedError("deposit_fits", slip=deposit.slip_number)
        if refusal is None:
            asked[order.line_id] = _booking(lines[order.line_id], order, rests[order.line_id])
        else:
            outcome[order.line_id] = refusal
    results = book_many(school_id, bookings=list(asked.values()), actor=actor)
    outcome |= dict(zip(asked, results, strict=True))
    done = [lines[o.line_id] for o in orders if isinstance(outcome[o.line_id], Payment)]
    proposals = last_suggestions(school_id, done)
    by_line = {o.line_id: o for o in orders}
    for line in done:
        payment = outcome[line.pk]
        if isinstance(payment, Payment):
            whole = payment.amount == rests[line.pk]
            _note(line, by_line[line.pk], payment, proposals.get(line.pk), whole=whole, actor=actor)
    add_rows(act, done, before)
    return [outcome[o.line_id] for o in orders]


@transaction_required
def undo_match(school_id: int, *, line_id: int, reason: str, actor: Actor) -> None:
    """Take all bookings of a line back by reversing entries; the line waits again.

    Raises LineRefusedError `not_matched`, PaymentRefusedError `reason_missing`.
    """
    line = held_line(school_id, line_id)
    booked = standing_payments_of(school_id, kind=EvidenceKind.BANK_LINE, reference=str(line.pk))
    if line.state not in _BOOKED or not booked:
        raise LineRefusedError("not_matched", state=line.state)
    before = places_of(school_id, [line])
    for payment_id in booked:
        undo(school_id, payment_id=payment_id, reason=reason, actor=actor)
    move_line(line, LineState.WAITING, actor=actor)
    note_decision(line, DecisionKind.UNDONE, "undone", {"text": reason}, actor=actor)
    add_rows(new_act(school_id, ActKind.UNDO, actor=actor, reason=reason), [line], before)
    audit.record(actor, "banking:line:undo", school_id=school_id, subject=("bank_line", line.pk), reason=reason)


@transaction_required
def set_aside(
    school_id: int,
    *,
    line_id: int,
    state: LineState,
    reason: str,
    actor: Actor,
    kind: AsideKind | None = None,
    owner_id: int | None = None,
) -> None:
    """Park a waiting line with somebody who sees to it, mark it as not fees, or put it back; with a reason.

    Of a line that is booked in part the rest is parked. A parked line may be handed to another owner. Raises
    LineRefusedError `reason_missing`, `not_waiting`, `partly_booked` (no fees, or to be sent back, yet a part of it is
    booked), `owner_missing`, `unknown_owner`, `unknown_kind`.
    """
    why = " ".join(reason.split())[:300]
    if not why:
        raise LineRefusedError("reason_missing")
    allowed = {LineState.WAITING, LineState.PARKED, LineState.NOT_FEES}
    line = held_line(school_id, line_id)
    now = LineState(line.state)
    is_moved = now is not state and {now, state} != {LineState.WAITING, LineState.PARTLY}
    is_moved = is_moved or (state is not LineState.WAITING and kind is not None)
    if state not in allowed or now not in {*allowed, LineState.PARTLY} or not is_moved:
        raise LineRefusedError("not_waiting", state=line.state)
    if line.direction != Direction.IN.value:
        raise LineRefusedError("not_waiting", state=line.state)
    if kind is not None and kind.is_parked != (state is LineState.PARKED):
        raise LineRefusedError("unknown_kind")
    if state is LineState.NOT_FEES or kind is AsideKind.SEND_BACK:
        require_whole(line)
    chosen = kind or (AsideKind.LATER if state is LineState.PARKED else AsideKind.OTHER_INCOME)
    owner = owner_id if owner_id is not None else actor.user_id
    check_owner(school_id, chosen, owner)
    before = places_of(school_id, [line])
    move_line(line, open_state(line) if state is LineState.WAITING else state, actor=actor)
    if state is not LineState.WAITING:
        put_aside(line, chosen, reason=why, owner_id=owner, actor=actor)
    note_decision(line, DecisionKind.PERSON, state.value, {"text": why}, actor=actor)
    act = ActKind.BACK if state is LineState.WAITING else ActKind.ASIDE
    add_rows(new_act(school_id, act, actor=actor, reason=why), [line], before)
    audit.record(
        actor, "banking:line:set_aside", school_id=school_id, subject=("bank_line", line.pk), reason=why,
        params={"state": state.value, "kind": kind.value if kind else ""},
    )  # fmt: skip


def _unfit(line: BankLine | None, states: Sequence[str] = ASSIGNABLE) -> LineRefusedError | None:
    if line is None:
        return LineRefusedError("unknown_line")
    if line.direction != Direction.IN.value or line.state not in states:
        return LineRefusedError("not_waiting", state=line.state)
    return None


def _booking(line: BankLine, order: Order, rest: Dong) -> Booking:
    amount = total(s.amount for s in order.shares) if order.keeps_rest else rest
    return booking_for(line, order.shares)._replace(amount=amount)


@transaction_required
def _note(
    line: BankLine, order: Order, payment: Payment, proposal: MatchDecision | None, *, whole: bool, actor: Actor
) -> None:
    move_line(line, LineState.MATCHED if whole else LineState.PARTLY, actor=actor)
    agreed = proposal if proposal is not None and _is_proposed(proposal, order.shares) else None
    note_decision(
        line, DecisionKind.PERSON, "assigned", {"codes": payment.invoice_code}, actor=actor, payment=payment,
        confirmed=agreed,
    )  # fmt: skip
    audit.record(
        actor, "banking:line:assign", school_id=line.school_id, subject=("bank_line", line.pk),
        params={"codes": payment.invoice_code},
    )  # fmt: skip


def _is_proposed(proposal: MatchDecision, shares: Sequence[Share]) -> bool:
    named = [c["invoice_id"] for c in proposal.candidates if c["amount"] is not None]
    return named == list(dict.fromkeys(s.invoice_id for s in shares))
