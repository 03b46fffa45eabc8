"""What other rooms may do with banking."""

from truongso.banking.feed import connect as connect_feed
from truongso.banking.models import BankLine
from truongso.banking.queries import queue_figures
from truongso.banking.statement_import import apply as apply_statement
from truongso.banking.statement_import import preview as preview_statement

__all__ = ["BankLine", "apply_statement", "connect_feed", "preview_statement", "queue_figures"]
