"""Reads of the books."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from truongso.kernel.money import ZERO, Dong
from truongso.ledger.models import Account, Entry, Period, Posting
from truongso.ledger.types import AccountRole, EntryKind


def account_ids(school_id: int) -> Mapping[tuple[AccountRole, int], int]:
    """(role, reference) → account id of a school's chart; one query. Reference is 0, or the bank account's id."""
    rows = Account.objects.for_school(school_id).values_list("role", "reference", "pk")
    return {(AccountRole(role), reference): pk for role, reference, pk in rows}


@dataclass(frozen=True, slots=True)
class Movement:
    """What one entry moved on one account: `amount` is debits less credits, never 0.

    `kind` and `source_id` name the thing booked; of a reversing entry, the thing whose booking it takes back.
    """

    entry_id: int
    kind: EntryKind
    source_id: int
    is_reversal: bool
    occurred_on: dt.date
    created_at: dt.datetime
    actor_id: int | None
    amount: Dong


def movements(school_id: int, account_id: int, first: dt.date, last: dt.date) -> list[Movement]:
    """What moved on an account from the first to the last day, in the order it was booked; one query."""
    rows = (
        Posting.objects.for_school(school_id)
        .filter(Q(debit_id=account_id) | Q(credit_id=account_id), entry__occurred_on__range=(first, last))
        .order_by("entry__occurred_on", "entry_id", "pk")
        .values_list(
            "entry_id", "entry__kind", "entry__source_id", "entry__reverses__kind", "entry__reverses__source_id",
            "entry__occurred_on", "entry__created_at", "entry__actor_id", "debit_id", "amount",
        )
    )  # fmt: skip
    found: dict[int, Movement] = {}
    for pk, kind, source, of_kind, of_source, day, at, actor, debit, amount in rows:
        signed = amount if debit == account_id else -amount
        before = found[pk].amount if pk in found else ZERO
        found[pk] = Movement(
            pk, EntryKind(of_kind or kind), source if of_source is None else of_source, of_kind is not None, day, at,
            actor, before + signed,
        )  # fmt: skip
    return [m for m in found.values() if m.amount]


def balance(school_id: int, account_id: int, *, through: dt.date | None = None) -> Dong:
    """Debits less credits of one account; `through` counts entries of that day and earlier only."""
    rows = Posting.objects.for_school(school_id)
    if through is not None:
        rows = rows.filter(entry__occurred_on__lte=through)
    debits = rows.filter(debit_id=account_id).aggregate(s=Sum("amount"))["s"] or ZERO
    credited = rows.filter(credit_id=account_id).aggregate(s=Sum("amount"))["s"] or ZERO
    return Dong(int(debits) - int(credited))


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """An account over some days: what stood on it before (debits less credits), what was debited and credited."""

    account_id: int
    role: AccountRole
    reference: int
    code: str
    name: str
    opening: Dong
    debit: Dong
    credit: Dong

    @property
    def closing(self) -> Dong:
        return self.opening + self.debit - self.credit


def trial_balance(school_id: int, first: dt.date, last: dt.date) -> list[AccountFigures]:
    """Every account of the chart over some days, by code; debits and credits add up to the same. 3 queries."""
    rows = Posting.objects.for_school(school_id).order_by()
    before, within = Q(entry__occurred_on__lt=first), Q(entry__occurred_on__range=(first, last))
    sides = []
    for side in ("debit_id", "credit_id"):
        sums = rows.values_list(side).annotate(a=Sum("amount", filter=before), b=Sum("amount", filter=within))
        sides.append({pk: (_dong(a), _dong(b)) for pk, a, b in sums})
    debits, credited = sides
    nothing = (ZERO, ZERO)
    return [
        AccountFigures(
            one.pk, AccountRole(one.role), one.reference, one.code, one.name,
            debits.get(one.pk, nothing)[0] - credited.get(one.pk, nothing)[0],
            debits.get(one.pk, nothing)[1], credited.get(one.pk, nothing)[1],
        )
        for one in Account.objects.for_school(school_id).order_by("code")
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PostingRow:
    """One posting with the day and the thing of its entry; of a reversing entry, the thing whose booking it takes
    back."""

    posting_id: int
    entry_id: int
    kind: EntryKind
    source_id: int
    is_reversal: bool
    occurred_on: dt.date
    debit_id: int
    credit_id: int
    amount: Dong


def postings_between(
    school_id: int, first: dt.date, last: dt.date, *, without: QuerySet[Any, Any] | None = None
) -> list[PostingRow]:
    """Every posting of some days, in the order it was booked; one query. `without` are ids of entries to leave out."""
    wanted = Posting.objects.for_school(school_id).filter(entry__occurred_on__range=(first, last))
    rows = (
        (wanted if without is None else wanted.exclude(entry_id__in=without))
        .order_by("entry_id", "pk")
        .values_list(
            "pk", "entry_id", "entry__kind", "entry__source_id", "entry__reverses__kind",
            "entry__reverses__source_id", "entry__occurred_on", "debit_id", "credit_id", "amount",
        )
    )  # fmt: skip
    return [
        PostingRow(
            pk, entry, EntryKind(of_kind or kind), source if of_source is None else of_source, of_kind is not None,
            day, debit, credit, amount,
        )
        for pk, entry, kind, source, of_kind, of_source, day, debit, credit, amount in rows
    ]  # fmt: skip


def last_moved(school_id: int, account_id: int, *, through: dt.date) -> dt.date | None:
    """The last day on which an account moved, up to a day; one query."""
    rows = Posting.objects.for_school(school_id).filter(
        Q(debit_id=account_id) | Q(credit_id=account_id), entry__occurred_on__lte=through
    )
    day: dt.date | None = rows.aggregate(d=Max("entry__occurred_on"))["d"]
    return day


def entry_days(school_id: int, kind: EntryKind, source: Any) -> QuerySet[Any, Any]:
    """The day of the entry that books a thing of one kind, for a subquery; `source` is the OuterRef of its id."""
    return Entry.objects.for_school(school_id).filter(kind=kind.value, source_id=source).values("occurred_on")[:1]


def closed_months(school_id: int) -> set[tuple[int, int]]:
    """(year, month) of the months that take no entries any more; one query."""
    rows = Period.objects.for_school(school_id).filter(is_closed=True)
    return set(rows.values_list("year", "month"))


def first_month(school_id: int) -> tuple[int, int] | None:
    """(year, month) of the first month that the books know, None in empty ones; one query."""
    rows = Period.objects.for_school(school_id).order_by("year", "month")
    return rows.values_list("year", "month").first()


def open_past_months(school_ids: Collection[int], before: dt.date) -> dict[int, int]:
    """School id → how many months over before the day's month still take entries; one query."""
    past = Q(year__lt=before.year) | Q(year=before.year, month__lt=before.month)
    rows = Period.objects.for_schools(school_ids).filter(past, is_closed=False).order_by()
    return dict(rows.values_list("school_id").annotate(n=Count("pk")))


def months_with_entries(school_id: int, before: dt.date) -> list[tuple[int, int]]:
    """(year, month) of open months with entries earlier than a day, in order; one query."""
    rows = Entry.objects.for_school(school_id).filter(occurred_on__lt=before, period__is_closed=False)
    return sorted(set(rows.order_by().values_list("period__year", "period__month").distinct()))


def entries_of(school_id: int, sources: Mapping[EntryKind, list[int]]) -> list[Entry]:
    """Entries that book the given things and their reversals, oldest first, with postings and accounts; 2 queries."""
    condition = Q(pk__in=[])
    for kind, ids in sources.items():
        condition |= Q(kind=kind.value, source_id__in=ids)
    originals = Entry.objects.for_school(school_id).filter(condition).values("pk")
    return list(
        Entry.objects.for_school(school_id)
        .filter(Q(pk__in=originals) | Q(reverses__in=originals))
        .prefetch_related("postings__debit", "postings__credit")
        .order_by("pk")
    )


def books() -> tuple[type[Entry], type[Posting]]:
    """The tables that bulk booking fills (for `kernel.db.refresh_statistics`)."""
    return Entry, Posting


def _dong(value: Dong | int | None) -> Dong:
    return ZERO if value is None else Dong(int(value))
