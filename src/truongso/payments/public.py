"""What other rooms may do with payments."""

from truongso.payments.queries import payers_of_students, standing_payments_of
from truongso.payments.services import book, book_many, undo

__all__ = ["book", "book_many", "payers_of_students", "standing_payments_of", "undo"]
