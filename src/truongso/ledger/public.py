"""What other rooms may do with the books."""

from truongso.ledger.queries import (
    AccountFigures,
    Movement,
    PostingRow,
    account_ids,
    balance,
    books,
    closed_months,
    entries_of,
    last_moved,
    months_with_entries,
    movements,
    postings_between,
    trial_balance,
)
from truongso.ledger.services import (
    NewEntry,
    close_month,
    open_bank_account,
    open_books,
    open_month,
    post_many,
    reverse_many,
)

__all__ = [
    "AccountFigures",
    "Movement",
    "NewEntry",
    "PostingRow",
    "account_ids",
    "balance",
    "books",
    "close_month",
    "closed_months",
    "entries_of",
    "last_moved",
    "months_with_entries",
    "movements",
    "open_bank_account",
    "open_books",
    "open_month",
    "post_many",
    "postings_between",
    "reverse_many",
    "trial_balance",
]
