"""Moving money of payments: from lines to credit, from credit to lines, out, and back.

Callers hold the invoices concerned (lock order invoice → payment → audit head); payments are locked here, in id order.
All rows of an act are written at once: the number of queries does not grow with the number of families.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.money import ZERO, Dong
from truongso.ledger.public import NewEntry, account_ids, open_books, post_many, reverse_many
from truongso.ledger.types import AccountRole, EntryKind, Leg
from truongso.payments.allocation import LineShare
from truongso.payments.credit.types import MoveKind
from truongso.payments.models import Allocation, CreditEntry, CreditMove, Payment
from truongso.payments.types import CreditKind


@dataclass(frozen=True, slots=True)
class Taken:
    """`amount` of one payment's money lies in the credit of a family, above one invoice; `item_id`: for this refund."""

    payment_id: int
    family_id: int
    invoice_id: int | None
    amount: Dong
    item_id: int | None = None


@dataclass(slots=True)
class Draft:
    """A move with the rows it makes, before anything is written."""

    payment_id: int
    kind: MoveKind
    item_id: int | None = None
    reverses_id: int | None = None
    amount: Dong = ZERO
    allocations: list[Allocation] = field(default_factory=list)
    credits: list[CreditEntry] = field(default_factory=list)


def lock_payments(school_id: int, ids: Iterable[int]) -> dict[int, Payment]:
    """Hold payments in id order. SQLite has no row locks: there the IMMEDIATE transaction is the only writer."""
    query = Payment.objects.for_school(school_id).filter(pk__in=sorted(set(ids))).order_by("pk")
    rows = query.select_for_update()
    return {p.pk: p for p in rows}


def standing_allocations(school_id: int, *, line_ids: Collection[int]) -> list[Allocation]:
    """Allocations that settle the lines now, the newest first; 1 query."""
    rows = Allocation.objects.for_school(school_id).filter(
        line_id__in=line_ids, reverses__isnull=True, reversed_by__isnull=True, payment__reversed_at__isnull=True
    )
    return list(rows.order_by("-pk"))


def released(school_id: int, allocation: Allocation, amount: Dong) -> list[Allocation]:
    """The rows that take `amount` off an allocation: its mirror, and the rest of it again."""
    now = clock.now()

    def row(part: Dong, reverses: int | None) -> Allocation:
        return Allocation(
            school_id=school_id, payment_id=allocation.payment_id, invoice_id=allocation.invoice_id,
            line_id=allocation.line_id, amount=part, reverses_id=reverses, created_at=now,
        )  # fmt: skip

    rest = allocation.amount - amount
    mirror = row(allocation.amount, allocation.pk)
    return [mirror, row(rest, None)] if rest > ZERO else [mirror]


def allocated(school_id: int, payment_id: int, invoice_id: int, shares: Iterable[LineShare]) -> list[Allocation]:
    """Rows that settle lines of an invoice from a payment's credit."""
    now = clock.now()
    return [
        Allocation(
            school_id=school_id, payment_id=payment_id, invoice_id=invoice_id, line_id=s.line_id, amount=s.amount,
            created_at=now,
        )
        for s in shares
    ]  # fmt: skip


def credit_row(school_id: int, taken: Taken, kind: CreditKind, reverses_id: int | None = None) -> CreditEntry:
    """One movement of a family's credit."""
    return CreditEntry(
        school_id=school_id, family_id=taken.family_id, payment_id=taken.payment_id, invoice_id=taken.invoice_id,
        kind=kind.value, amount=taken.amount, reverses_id=reverses_id, created_at=clock.now(),
    )  # fmt: skip


def write(school_id: int, drafts: Sequence[Draft], *, reason: str, actor: Actor) -> list[CreditMove]:
    """Insert the moves with their rows and book them; returns the moves in order."""
    if not drafts:
        return []
    now = clock.now()
    made = CreditMove.objects.bulk_create(
        CreditMove(
            school_id=school_id, payment_id=d.payment_id, kind=d.kind.value, amount=d.amount, reason=reason[:300],
            reverses_id=d.reverses_id, refund_item_id=d.item_id, created_at=now, created_by=actor.user_id,
        )
        for d in drafts
    )  # fmt: skip
    for draft, move in zip(drafts, made, strict=True):
        made_rows: list[Allocation | CreditEntry] = [*draft.allocations, *draft.credits]
        for row in made_rows:
            row.move_id = move.pk
    # What leaves a place goes first: no column is above its payment's amount in between.
    allocations = [row for d in drafts for row in d.allocations]
    entries = [row for d in drafts for row in d.credits]
    if _credit_first(drafts):
        CreditEntry.objects.bulk_create(entries)
        Allocation.objects.bulk_create(allocations)
    else:
        Allocation.objects.bulk_create(allocations)
        CreditEntry.objects.bulk_create(entries)
    _book(school_id, made, actor)
    return made


def _credit_first(drafts: Sequence[Draft]) -> bool:
    kinds = {d.kind for d in drafts}
    if kinds <= {MoveKind.USED, MoveKind.REFUNDED, MoveKind.KEPT}:
        return True
    if kinds <= {MoveKind.RELEASED, MoveKind.RESTORED}:
        return False
    raise ValueError("one act moves in one direction")


def _book(school_id: int, moves: Sequence[CreditMove], actor: Actor) -> None:
    """Between what is owed, the families' credit, and refunds to pay; mirrors reverse the entry of their original."""
    open_books(school_id)
    accounts = account_ids(school_id)
    owed, credit = accounts[AccountRole.RECEIVABLE, 0], accounts[AccountRole.FAMILY_CREDIT, 0]
    due = accounts[AccountRole.REFUND_DUE, 0]
    legs: dict[MoveKind, tuple[EntryKind, Callable[[Dong], Leg]]] = {
        MoveKind.RELEASED: (EntryKind.CREDIT_USE, lambda amount: Leg(owed, credit, amount)),
        MoveKind.USED: (EntryKind.CREDIT_USE, lambda amount: Leg(credit, owed, amount)),
        MoveKind.REFUNDED: (EntryKind.REFUND, lambda amount: Leg(credit, due, amount)),
    }
    day = clock.today()
    entries, mirrored = [], []
    for move in moves:
        kind = MoveKind(move.kind)
        if kind in legs:
            entry_kind, leg = legs[kind]
            entries.append(NewEntry(entry_kind, move.pk, day, (leg(move.amount),)))
        elif move.reverses_id is not None:
            original = EntryKind.CREDIT_USE if kind is MoveKind.RESTORED else EntryKind.REFUND
            mirrored.append((original, move.reverses_id))
    post_many(school_id, entries=entries, actor_id=actor.user_id)
    reverse_many(school_id, sources=mirrored, occurred_on=day, actor_id=actor.user_id)
