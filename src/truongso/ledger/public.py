"""What other rooms may do with the books."""

from truongso.ledger.queries import Movement, account_ids, balance, books, entries_of, movements
from truongso.ledger.services import NewEntry, open_bank_account, open_books, post_many, reverse_many

__all__ = [
    "Movement",
    "NewEntry",
    "account_ids",
    "balance",
    "books",
    "entries_of",
    "movements",
    "open_bank_account",
    "open_books",
    "post_many",
    "reverse_many",
]
