"""Reads of the books."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q, Sum

from truongso.kernel.money import ZERO, Dong
from truongso.ledger.models import Account, Entry, Posting
from truongso.ledger.types import AccountRole, EntryKind


def account_ids(school_id: int) -> Mapping[tuple[AccountRole, int], int]:
    """(role, reference) → account id of a school's chart; one query. Reference is 0, or the bank account's id."""
    rows = Account.objects.for_school(school_id).values_list("role", "reference", "pk")
    return {(AccountRole(role), reference): pk for role, reference, pk in rows}


def balance(school_id: int, account_id: int) -> Dong:
    """Debits less credits of one account."""
    rows = Posting.objects.for_school(school_id)
    debits = rows.filter(debit_id=account_id).aggregate(s=Sum("amount"))["s"] or ZERO
    credited = rows.filter(credit_id=account_id).aggregate(s=Sum("amount"))["s"] or ZERO
    return Dong(int(debits) - int(credited))


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
