"""What other rooms may do with banking."""

from truongso.banking.feed import connect as connect_feed
from truongso.banking.matching.reasons import REASONS
from truongso.banking.models import BankLine, FeedSighting, MatchDecision, StatementRow
from truongso.banking.queries import (
    AccountOverview,
    QueueFilter,
    account_overviews,
    last_suggestions,
    queue_figures,
    queue_lines,
    sightings_of,
)
from truongso.banking.services import LineRefusedError, undo_match
from truongso.banking.statement_import import apply as apply_statement
from truongso.banking.statement_import import preview as preview_statement

__all__ = [
    "REASONS",
    "AccountOverview",
    "BankLine",
    "FeedSighting",
    "LineRefusedError",
    "MatchDecision",
    "QueueFilter",
    "StatementRow",
    "account_overviews",
    "apply_statement",
    "connect_feed",
    "last_suggestions",
    "preview_statement",
    "queue_figures",
    "queue_lines",
    "sightings_of",
    "undo_match",
]
