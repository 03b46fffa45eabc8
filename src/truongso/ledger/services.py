"""Writes to the books. Everything else in the product asks this room to post."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from truongso.kernel import clock
from truongso.kernel.db import transaction_required
from truongso.kernel.sending import draw_ids
from truongso.ledger.chart import bank_code, chart
from truongso.ledger.models import Account, Entry, Period, Posting
from truongso.ledger.types import AccountRole, EntryKind, Leg


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An event to book: the thing (`kind`, `source_id`), its day, and what moves. `reverses` names an entry id."""

    kind: EntryKind
    source_id: int
    occurred_on: dt.date
    legs: tuple[Leg, ...]
    reverses: int | None = None


@transaction_required
def open_books(school_id: int) -> None:
    """Give a school its chart of accounts; safe to repeat, keeps accounts the school renamed."""
    present = set(Account.objects.for_school(school_id).values_list("role", flat=True))
    Account.objects.bulk_create(
        Account(school_id=school_id, role=role.value, code=code, name=name)
        for role, code, name in chart()
        if role.value not in present
    )


@transaction_required
def open_bank_account(school_id: int, *, bank_account_id: int, name: str) -> int:
    """The ledger account of a receiving bank account, made at first use; returns its id."""
    accounts = Account.objects.for_school(school_id)
    found = accounts.filter(role=AccountRole.BANK.value, reference=bank_account_id).first()
    if found is None:
        taken = accounts.filter(role=AccountRole.BANK.value).count()
        found = Account.objects.create(
            school_id=school_id, role=AccountRole.BANK.value, reference=bank_account_id,
            code=f"{bank_code()}.{taken + 1:02}", name=name[:160],
        )  # fmt: skip
    return int(found.pk)


Months = Mapping[tuple[int, int], int]


@transaction_required
def months_of(school_id: int, days: Iterable[dt.date]) -> Months:
    """(year, month) → id of the months in the books that these days fall into, made where missing; 2 queries."""
    return _periods(school_id, {(day.year, day.month) for day in days})


@transaction_required
def draw_entry_ids(count: int) -> None:
    """Before rows are sent ahead (`kernel.sending`): the ids of so many entries, which their postings point to."""
    draw_ids({Entry: count})


@transaction_required
def post_many(
    school_id: int, *, entries: Sequence[NewEntry], actor_id: int | None, months: Months | None = None
) -> list[int]:
    """Book events in order; returns the entry ids. `months` of the entries' days, where the caller has them already.

    Each (kind, source_id) can be booked once and a closed month takes nothing: the database refuses with
    IntegrityError, and nothing of the caller's transaction stays.
    """
    periods = months if months is not None else months_of(school_id, (e.occurred_on for e in entries))
    now = clock.now()
    draw_ids({Entry: len(entries)})
    ids = Entry.objects.insert_columns(
        school_id,
        each={
            "period_id": [periods[e.occurred_on.year, e.occurred_on.month] for e in entries],
            "occurred_on": [e.occurred_on for e in entries],
            "kind": [e.kind.value for e in entries],
            "source_id": [e.source_id for e in entries],
            "reverses_id": [e.reverses for e in entries],
        },
        same={"actor_id": actor_id, "created_at": now},
    )
    legs = [(pk, leg) for pk, entry in zip(ids, entries, strict=True) for leg in entry.legs]
    Posting.objects.insert_columns(
        school_id,
        each={
            "entry_id": [pk for pk, _leg in legs],
            "debit_id": [leg.debit for _pk, leg in legs],
            "credit_id": [leg.credit for _pk, leg in legs],
            "amount": [leg.amount for _pk, leg in legs],
        },
        same={},
    )
    return ids


@transaction_required
def reverse_many(
    school_id: int, *, sources: Iterable[tuple[EntryKind, int]], occurred_on: dt.date, actor_id: int | None
) -> None:
    """Book the mirror image of earlier entries. An entry can be reversed once (the database refuses a second)."""
    wanted: dict[str, list[int]] = {}
    for kind, source_id in sources:
        wanted.setdefault(kind.value, []).append(source_id)
    entries = []
    for kind_value, ids in wanted.items():
        originals = Entry.objects.for_school(school_id).filter(kind=kind_value, source_id__in=ids)
        for original in originals.prefetch_related("postings").order_by("pk"):
            postings = sorted(original.postings.all(), key=lambda p: p.pk)
            legs = tuple(Leg(debit=p.credit_id, credit=p.debit_id, amount=p.amount) for p in postings)
            entries.append(NewEntry(EntryKind.REVERSAL, original.pk, occurred_on, legs, reverses=original.pk))
    post_many(school_id, entries=entries, actor_id=actor_id)


@transaction_required
def close_month(school_id: int, year: int, month: int) -> None:
    """From now on the month takes no entries; waits for those under way. Whoever calls has it signed (banking)."""
    _periods(school_id, {(year, month)})
    Period.objects.for_school(school_id).filter(year=year, month=month).update(is_closed=True)


@transaction_required
def open_month(school_id: int, year: int, month: int) -> None:
    """The month takes entries again."""
    Period.objects.for_school(school_id).filter(year=year, month=month).update(is_closed=False)


@transaction_required
def turn_entry(school_id: int, kind: EntryKind, source_id: int, *, occurred_on: dt.date, actor_id: int | None) -> bool:
    """Reverse the last word on a thing that can be undone and done again: its entry, or the reversal of its reversal.

    Returns False, and books nothing, where the thing has no entry.
    """
    last = Entry.objects.for_school(school_id).filter(kind=kind.value, source_id=source_id).first()
    if last is None:
        return False
    while (later := Entry.objects.for_school(school_id).filter(reverses=last).first()) is not None:
        last = later
    legs = tuple(Leg(debit=p.credit_id, credit=p.debit_id, amount=p.amount) for p in last.postings.order_by("pk"))
    entry = NewEntry(EntryKind.REVERSAL, last.pk, occurred_on, legs, reverses=last.pk)
    post_many(school_id, entries=[entry], actor_id=actor_id)
    return True


def _periods(school_id: int, months: set[tuple[int, int]]) -> dict[tuple[int, int], int]:
    Period.objects.bulk_create(
        [Period(school_id=school_id, year=y, month=m) for y, m in sorted(months)], ignore_conflicts=True
    )
    years = {y for y, _ in months}
    rows = Period.objects.for_school(school_id).filter(year__in=years).values_list("year", "month", "pk")
    return {(y, m): pk for y, m, pk in rows}
