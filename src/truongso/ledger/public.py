"""What other rooms may do with the books."""

from truongso.ledger.queries import account_ids, balance, books, entries_of
from truongso.ledger.services import NewEntry, open_bank_account, open_books, post_many, reverse_many

__all__ = [
    "NewEntry",
    "account_ids",
    "balance",
    "books",
    "entries_of",
    "open_bank_account",
    "open_books",
    "post_many",
    "reverse_many",
]
