"""What other rooms may do with banking."""

from truongso.banking.acts.handling import assign as assign_line
from truongso.banking.acts.handling import set_aside as set_line_aside
from truongso.banking.asides.types import AsideKind
from truongso.banking.batches.fit import batches_for as batches_for_line
from truongso.banking.batches.services import link as link_batches
from truongso.banking.claims.models import PaymentClaim
from truongso.banking.claims.queries import claims_of_invoice, late_claims, open_claim_count
from truongso.banking.claims.services import LEAST_REFERENCE, MOST_PER_DAY, make_claim
from truongso.banking.claims.types import ClaimRefusedError
from truongso.banking.closing.month_services import confirm_month, sign_month
from truongso.banking.closing.months import month_figures
from truongso.banking.closing.queries import book_state, waiting_closes
from truongso.banking.closing.queries import day_figures as closing_figures
from truongso.banking.closing.queries import standing_months as closed_month_signatures
from truongso.banking.closing.services import confirm_days, sign_days
from truongso.banking.closing.signatures import seen_digest as closing_seen
from truongso.banking.closing.suspense import Suspense, SuspenseLine, no_fees, suspense
from truongso.banking.coverage import days_of as covered_days
from truongso.banking.coverage import flagged_imports
from truongso.banking.deposits.fit import deposits_for as deposits_for_line
from truongso.banking.deposits.fit import says_cash
from truongso.banking.deposits.services import link as link_deposit
from truongso.banking.feed import connect as connect_feed
from truongso.banking.feed_changes import FEED_APPROVALS, payments_by_feed, propose_feed
from truongso.banking.mapping.services import keep_unknown as keep_unknown_statement
from truongso.banking.mapping.services import save_layout
from truongso.banking.matching.reasons import REASONS
from truongso.banking.models import BankLine, FeedSighting, LineQuestion, MatchDecision, StatementRow
from truongso.banking.queries import (
    AccountOverview,
    QueueFilter,
    account_overviews,
    is_feed_silent,
    last_suggestions,
    queue_figures,
    queue_lines,
    sightings_of,
    statement_names,
    waiting_of_schools,
)
from truongso.banking.questions.queries import invoices_asked, question_by_public_id
from truongso.banking.questions.services import answer as answer_question
from truongso.banking.questions.services import ask as ask_family
from truongso.banking.questions.types import QuestionRefusedError
from truongso.banking.services import Change as MatchChange
from truongso.banking.services import preview_match_again, undo_match
from truongso.banking.statement_import import apply as apply_statement
from truongso.banking.statement_import import preview as preview_statement
from truongso.banking.types import LineRefusedError

__all__ = [
    "FEED_APPROVALS",
    "LEAST_REFERENCE",
    "MOST_PER_DAY",
    "REASONS",
    "AccountOverview",
    "AsideKind",
    "BankLine",
    "ClaimRefusedError",
    "FeedSighting",
    "LineQuestion",
    "LineRefusedError",
    "MatchChange",
    "MatchDecision",
    "PaymentClaim",
    "QuestionRefusedError",
    "QueueFilter",
    "StatementRow",
    "Suspense",
    "SuspenseLine",
    "account_overviews",
    "answer_question",
    "apply_statement",
    "ask_family",
    "assign_line",
    "batches_for_line",
    "book_state",
    "claims_of_invoice",
    "closed_month_signatures",
    "closing_figures",
    "closing_seen",
    "confirm_days",
    "confirm_month",
    "connect_feed",
    "covered_days",
    "deposits_for_line",
    "flagged_imports",
    "invoices_asked",
    "is_feed_silent",
    "keep_unknown_statement",
    "last_suggestions",
    "late_claims",
    "link_batches",
    "link_deposit",
    "make_claim",
    "month_figures",
    "no_fees",
    "open_claim_count",
    "payments_by_feed",
    "preview_match_again",
    "preview_statement",
    "propose_feed",
    "question_by_public_id",
    "queue_figures",
    "queue_lines",
    "save_layout",
    "says_cash",
    "set_line_aside",
    "sightings_of",
    "sign_days",
    "sign_month",
    "statement_names",
    "suspense",
    "undo_match",
    "waiting_closes",
    "waiting_of_schools",
]
