"""Credits that are no fees, in the books: out of suspense to the account of their kind, back by reversing entries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from truongso.banking.asides.types import AsideKind
from truongso.banking.models import Aside
from truongso.kernel import clock
from truongso.kernel.db import transaction_required
from truongso.ledger.public import NewEntry, account_ids, closed_months, open_books, post_many, reverse_many
from truongso.ledger.types import AccountRole, EntryKind, Leg

ACCOUNTS: Mapping[AsideKind, AccountRole] = {
    AsideKind.INTEREST: AccountRole.INTEREST,
    AsideKind.OWN_TRANSFER: AccountRole.OWN_TRANSFER,
    AsideKind.FEE_RETURNED: AccountRole.OTHER_INCOME,
    AsideKind.OTHER_INCOME: AccountRole.OTHER_INCOME,
}
"""Where a credit of each kind stands. Code and name of the accounts are the school's own."""


@transaction_required
def post_no_fees(school_id: int, asides: Sequence[Aside], *, actor_id: int | None) -> None:
    """Book credits just set aside as no fees, each on its day; today where that month is closed."""
    rows = [row for row in asides if not AsideKind(row.kind).is_parked]
    if not rows:
        return
    open_books(school_id)
    accounts, closed, today = account_ids(school_id), closed_months(school_id), clock.today()
    suspense = accounts[AccountRole.SUSPENSE, 0]
    entries = []
    for row in rows:
        line, account = row.line, accounts[ACCOUNTS[AsideKind(row.kind)], 0]
        day = today if (line.booked_on.year, line.booked_on.month) in closed else line.booked_on
        entries.append(NewEntry(EntryKind.NO_FEE, row.pk, day, (Leg(suspense, account, line.amount),)))
    post_many(school_id, entries=entries, actor_id=actor_id)


@transaction_required
def reverse_no_fees(school_id: int, aside_ids: Collection[int], *, actor_id: int | None) -> None:
    """Credits that are fees after all, or something else, stand in suspense again, today."""
    sources = [(EntryKind.NO_FEE, pk) for pk in aside_ids]
    reverse_many(school_id, sources=sources, occurred_on=clock.today(), actor_id=actor_id)
