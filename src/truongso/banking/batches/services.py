"""Linking settlement batches to the bank's net credit, and taking a wrong link back.

Payments by card, gateway or bill service put their gross in transit; the bank's line put the net on the account against
money of unknown purpose. The link clears both: the net from unknown purpose, the fee to expense, the gross out of
transit. No payment is made and nothing is counted again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from truongso.banking.batches.models import BatchLink
from truongso.banking.deposits.types import LinkState
from truongso.banking.line_acts import entry_day, held_line, move_line, note_decision, require_whole
from truongso.banking.models import BankLine
from truongso.banking.types import DecisionKind, Direction, LineRefusedError, LineState
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import ZERO, Dong, total
from truongso.ledger.public import NewEntry, account_ids, open_books, post_many, reverse_many
from truongso.ledger.types import AccountRole, EntryKind, Leg
from truongso.payments.public import BatchFigures, SettlementBatch, mark_batches_paid, settlement_figures

LINKABLE = (LineState.WAITING.value, LineState.PARKED.value, LineState.NOT_FEES.value)


@transaction_required
def link(school_id: int, *, line_id: int, batch_ids: Sequence[int], actor: Actor) -> list[BatchLink]:
    """Say that a bank line is the net of these batches; the line leaves the queue for good. In the books it stands on
    the day of the line, today where that month is closed.

    Raises LineRefusedError `unknown_line`, `not_waiting` (state), `unknown_batch`, `batch_paid` (batch),
    `batch_open` (batch, open), `batch_other_account` (batch), `batch_differs` (amount, net).
    """
    line, batches = held_line(school_id, line_id), _batches(school_id, batch_ids)
    figures = settlement_figures(school_id, batch_ids)
    _check(line, batches, figures)
    links = BatchLink.objects.bulk_create(
        BatchLink(
            school_id=school_id, line=line, batch=b, amount=b.net, kept=figures[b.pk].kept, linked_at=clock.now(),
            linked_by=actor.user_id,
        )
        for b in batches
    )  # fmt: skip
    open_books(school_id)
    accounts, day = account_ids(school_id), entry_day(line)
    entries = [
        NewEntry(EntryKind.SETTLEMENT, made.pk, day, legs)
        for made in links
        if (legs := _legs(figures[made.batch_id], accounts))
    ]
    post_many(school_id, entries=entries, actor_id=actor.user_id)
    mark_batches_paid(school_id, [b.pk for b in batches], paid=True)
    move_line(line, LineState.SETTLED, actor=actor)
    names = ", ".join(b.reference for b in batches)
    note_decision(line, DecisionKind.PERSON, "batch_linked", {"batch": names[:200]}, actor=actor)
    audit.record(
        actor, "banking:line:link_batch", school_id=school_id, subject=("bank_line", line.pk),
        params={"batches": names, "net": int(line.amount), "entered_on": day.isoformat()},
    )  # fmt: skip
    return links


@transaction_required
def unlink(school_id: int, *, line_id: int, reason: str, actor: Actor) -> None:
    """Take a wrong link back by reversing entries, today; line and batches wait again.

    Raises LineRefusedError `unknown_line`, `not_linked`, `reason_missing`.
    """
    why = " ".join(reason.split())[:300]
    if not why:
        raise LineRefusedError("reason_missing")
    line = held_line(school_id, line_id)
    rows = BatchLink.objects.for_school(school_id).filter(line=line, state=LinkState.STANDING.value)
    links = list(rows)
    if not links:
        raise LineRefusedError("not_linked")
    rows.update(state=LinkState.UNDONE.value, undone_at=clock.now(), undone_by=actor.user_id, undo_reason=why)
    reverse_many(
        school_id, sources=[(EntryKind.SETTLEMENT, made.pk) for made in links], occurred_on=clock.today(),
        actor_id=actor.user_id,
    )  # fmt: skip
    mark_batches_paid(school_id, [made.batch_id for made in links], paid=False)
    move_line(line, LineState.WAITING, actor=actor)
    note_decision(line, DecisionKind.UNDONE, "undone", {"text": why}, actor=actor)
    audit.record(actor, "banking:line:unlink_batch", school_id=school_id, subject=("bank_line", line.pk), reason=why)


def _legs(figures: BatchFigures, accounts: Mapping[tuple[AccountRole, int], int]) -> tuple[Leg, ...]:
    """Net and fee of the matched items out of transit; the other way round where refunds outweigh."""
    transit = accounts[AccountRole.IN_TRANSIT, 0]
    parts = [(AccountRole.SUSPENSE, figures.net), (AccountRole.COLLECTION_FEE, figures.fee)]
    return tuple(
        Leg(accounts[role, 0], transit, amount) if amount > ZERO else Leg(transit, accounts[role, 0], -amount)
        for role, amount in parts
        if amount
    )


def _check(line: BankLine, batches: Sequence[SettlementBatch], figures: dict[int, BatchFigures]) -> None:
    if line.direction != Direction.IN.value or line.state not in LINKABLE:
        raise LineRefusedError("not_waiting", state=line.state)
    require_whole(line)
    for batch in batches:
        if batch.paid_at is not None:
            raise LineRefusedError("batch_paid", batch=batch.reference)
        if figures[batch.pk].open:
            raise LineRefusedError("batch_open", batch=batch.reference, open=figures[batch.pk].open)
        if batch.bank_account_id not in {None, line.bank_account_id}:
            raise LineRefusedError("batch_other_account", batch=batch.reference)
    net: Dong = total(b.net for b in batches)
    if net != line.amount:
        raise LineRefusedError("batch_differs", amount=int(line.amount), net=int(net))


def _batches(school_id: int, batch_ids: Sequence[int]) -> list[SettlementBatch]:
    query = SettlementBatch.objects.for_school(school_id).filter(pk__in=batch_ids).order_by("pk")
    found = list(query.select_for_update())
    if not found or len(found) != len(set(batch_ids)):
        raise LineRefusedError("unknown_batch")
    return found
