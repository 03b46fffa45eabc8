"""Outgoing bank lines that paid refunds, and credits that brought one back.

A debit whose memo holds one refund's code and whose amount is that refund's is linked at once; all else waits for a
person: the same account and amount, or a whole payment file debited as one sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from truongso.banking.line_acts import held_line, move_line, note_decision, require_whole
from truongso.banking.models import BankLine, RefundLine
from truongso.banking.types import DecisionKind, Direction, LineRefusedError, LineState
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint, transaction_required
from truongso.kernel.money import total
from truongso.payments.public import (
    RefundItem,
    RefundPayout,
    RefundRefusedError,
    refund_codes_in,
    refund_items_by_code,
    refund_items_of_file,
    refund_returned,
    refunds_left,
    refunds_waiting_for_bank,
    standing_refund_payouts,
    undo_refund_payout,
    waiting_refund_files,
)

_WAITS = {"due", "sent"}
_COMES_BACK_FROM = {LineState.WAITING.value, LineState.PARKED.value, LineState.NOT_FEES.value}


class Ground(StrEnum):
    """Why a line is taken for a refund."""

    CODE = "code"
    ACCOUNT = "account"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Refunds a line may have paid (or brought back), with the ground for it."""

    ground: Ground
    items: tuple[RefundItem, ...]
    name: str = ""  # of the file


def suggestions(line: BankLine) -> list[Suggestion]:
    """What a line may be, the surest first; at most 5 queries. Nothing for lines that are settled."""
    if line.direction == Direction.OUT.value and line.state == LineState.OUTGOING.value:
        return _left(line)
    if line.direction == Direction.IN.value and line.state in _COMES_BACK_FROM:
        return _back(line)
    return []


@transaction_required
def match_refunds(school_id: int, lines: Sequence[BankLine], *, actor: Actor) -> int:
    """Link fresh debits that name exactly one waiting refund of their amount; returns how many."""
    fresh = [x for x in lines if x.direction == Direction.OUT.value and x.state == LineState.OUTGOING.value]
    codes = {line.pk: refund_codes_in(line.memo) for line in fresh}
    known = refund_items_by_code(school_id, sorted({c for found in codes.values() for c in found}))
    linked = 0
    for line in fresh:
        items = [known[c] for c in codes[line.pk] if c in known]
        if len(items) != 1 or items[0].amount != line.amount or items[0].state not in _WAITS:
            continue
        try:
            with savepoint():
                _link(line, [items[0].pk], DecisionKind.AUTO, actor)
        except (LineRefusedError, RefundRefusedError):
            continue  # paid meanwhile, or by another way: a person looks at it
        linked += 1
    return linked


@transaction_required
def link_refunds(school_id: int, *, line_id: int, item_ids: Sequence[int], actor: Actor) -> None:
    """Say that a debit paid these refunds, whole and nothing else.

    Raises LineRefusedError `unknown_line`, `not_outgoing` (state), `nothing_chosen`, `refund_sum_differs` (sum,
    amount), `refund_other_account`; RefundRefusedError as `refunds_left` does.
    """
    line = held_line(school_id, line_id)
    _link(line, item_ids, DecisionKind.PERSON, actor)


@transaction_required
def link_return(school_id: int, *, line_id: int, item_id: int, actor: Actor) -> None:
    """Say that a credit is a refund which the bank sent back: the refund is due again.

    Raises LineRefusedError `unknown_line`, `not_waiting` (state), `unknown_refund`, `refund_sum_differs`;
    RefundRefusedError `came_back_before`.
    """
    line = held_line(school_id, line_id)
    if line.direction != Direction.IN.value or line.state not in _COMES_BACK_FROM:
        raise LineRefusedError("not_waiting", state=line.state)
    require_whole(line)
    payout = standing_refund_payouts(school_id, [item_id]).get(item_id)
    if payout is None or payout.way != "bank":
        raise LineRefusedError("unknown_refund")
    if payout.amount != line.amount:
        raise LineRefusedError("refund_sum_differs", sum=payout.amount, amount=line.amount)
    back = refund_returned(
        school_id, payout_id=payout.pk, day=line.booked_on, reference=line.reference or line.public_id, actor=actor
    )
    _keep(line, [back], DecisionKind.PERSON, "refund_returned", actor)


@transaction_required
def unlink_refunds(school_id: int, *, line_id: int, reason: str, actor: Actor) -> None:
    """A debit was linked to the wrong refunds: reversing entries, the refunds wait again and so does the line.

    Raises LineRefusedError `unknown_line`, `not_outgoing`; RefundRefusedError `reason_missing`, `came_back_before`.
    """
    line = held_line(school_id, line_id)
    if line.direction != Direction.OUT.value or line.state != LineState.REFUND.value:
        raise LineRefusedError("not_outgoing", state=line.state)
    for payout_id in [one.payout_id for one in refunds_of(line)]:
        undo_refund_payout(school_id, payout_id=payout_id, reason=reason, actor=actor)
    move_line(line, LineState.OUTGOING, actor=actor)
    note_decision(line, DecisionKind.UNDONE, "undone", {"text": reason}, actor=actor)
    audit.record(
        actor, "banking:line:unlink_refund", school_id=school_id, subject=("bank_line", line.pk), reason=reason
    )


def refunds_of(line: BankLine) -> list[RefundLine]:
    """What a line paid or brought back, undone links left out; 1 query."""
    rows = RefundLine.objects.for_school(line.school_id).filter(line=line)
    rows = rows.exclude(payout__reversed_by__kind="undone")
    return list(rows.select_related("payout__item__request").order_by("pk"))


def _left(line: BankLine) -> list[Suggestion]:
    school_id = line.school_id
    named = [i for i in refund_items_by_code(school_id, refund_codes_in(line.memo)).values() if i.state in _WAITS]
    found = []
    if named and total(i.amount for i in named) == line.amount:
        found.append(Suggestion(Ground.CODE, tuple(named)))
    if line.counter_account:
        same = refunds_waiting_for_bank(school_id, line.amount, line.counter_account)
        found += [Suggestion(Ground.ACCOUNT, (i,)) for i in same if i not in named]
    for file in waiting_refund_files(school_id, line.amount):
        items = refund_items_of_file(school_id, file.pk)
        if file.bank_account_id == line.bank_account_id and len(items) > 1:
            found.append(Suggestion(Ground.FILE, tuple(items), file.file_name))
    return found


def _back(line: BankLine) -> list[Suggestion]:
    named = refund_items_by_code(line.school_id, refund_codes_in(line.memo))
    return [Suggestion(Ground.CODE, (i,)) for i in named.values() if i.state == "paid" and i.amount == line.amount]


def _link(line: BankLine, item_ids: Sequence[int], kind: DecisionKind, actor: Actor) -> None:
    school_id = line.school_id
    if line.direction != Direction.OUT.value or line.state != LineState.OUTGOING.value:
        raise LineRefusedError("not_outgoing", state=line.state)
    if not item_ids:
        raise LineRefusedError("nothing_chosen")
    items = RefundItem.objects.for_school(school_id).filter(pk__in=item_ids).select_related("file")
    added = total(i.amount for i in items)
    if added != line.amount:
        raise LineRefusedError("refund_sum_differs", sum=added, amount=line.amount)
    if any(i.file is not None and i.file.bank_account_id != line.bank_account_id for i in items):
        raise LineRefusedError("refund_other_account")
    payouts = refunds_left(
        school_id, item_ids=item_ids, bank_account_id=line.bank_account_id, day=line.booked_on,
        reference=line.reference or line.public_id, actor=actor,
    )  # fmt: skip
    _keep(line, payouts, kind, "refund_left", actor)


def _keep(line: BankLine, payouts: Sequence[RefundPayout], kind: DecisionKind, code: str, actor: Actor) -> None:
    RefundLine.objects.bulk_create(
        RefundLine(school_id=line.school_id, line=line, payout=p, created_at=clock.now()) for p in payouts
    )
    move_line(line, LineState.REFUND, actor=actor)
    codes = " ".join(p.item.code for p in payouts[:5])
    note_decision(line, kind, code, {"codes": codes, "count": str(len(payouts))}, actor=actor)
    audit.record(
        actor, f"banking:line:{code}", school_id=line.school_id, subject=("bank_line", line.pk),
        params={"codes": codes, "count": len(payouts)},
    )  # fmt: skip
