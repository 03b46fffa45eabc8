"""What other rooms may do with payments."""

from truongso.payments.approvals import waiting_count as waiting_approvals
from truongso.payments.bills.doubts import EARLY as BILL_EARLY
from truongso.payments.bills.doubts import LATE as BILL_LATE
from truongso.payments.bills.doubts import by_numbers as bills_of
from truongso.payments.bills.doubts import doubtful as bills_in_doubt
from truongso.payments.bills.doubts import doubtful_count as bills_in_doubt_count
from truongso.payments.bills.doubts import is_served as serves_bills
from truongso.payments.bills.doubts import schools_in_doubt as schools_with_bills_in_doubt
from truongso.payments.bills.doubts import suspects as bill_suspects
from truongso.payments.bills.messages import partner_text as bill_partner_text
from truongso.payments.bills.models import BillPartner, BillTransaction
from truongso.payments.bills.partners import create_partner as create_bill_partner
from truongso.payments.bills.partners import switch as switch_bill_partner
from truongso.payments.bills.reconcile import bill_differences
from truongso.payments.bills.services import book_afresh as book_bill_afresh
from truongso.payments.bills.services import book_apart as book_bill_apart
from truongso.payments.bills.services import held_row as held_bill
from truongso.payments.bills.signing import answer_is_genuine as bill_answer_is_genuine
from truongso.payments.bills.signing import signed_headers as bill_signed_headers
from truongso.payments.bills.types import PartnerRefusedError
from truongso.payments.cash.book import CashKind, cash_book
from truongso.payments.cash.messages import cash_refusal_text
from truongso.payments.cash.models import CashDeposit
from truongso.payments.cash.queries import BoxState, box_state, is_cash_open
from truongso.payments.cash.queries import counts as cash_counts
from truongso.payments.cash.queries import deposits as cash_deposits
from truongso.payments.cash.services import cancel_deposit, require_cash
from truongso.payments.cash.services import confirm_count as confirm_cash_count
from truongso.payments.cash.services import deposit as record_deposit
from truongso.payments.cash.services import require_open as require_cash_open
from truongso.payments.cash.services import sign_count as sign_cash_count
from truongso.payments.cash.types import CashRefusedError, CountedCash, CountState, DepositRequest
from truongso.payments.changes.accounts import drop_account, has_collected, is_first, propose_account
from truongso.payments.changes.accounts import take_effect as take_change_into_effect
from truongso.payments.changes.acts import APPROVALS, Approve
from truongso.payments.changes.messages import AUDIENCES as CHANGE_AUDIENCES
from truongso.payments.changes.messages import KINDS as CHANGE_KINDS
from truongso.payments.changes.messages import STATES as CHANGE_STATES
from truongso.payments.changes.messages import change_text
from truongso.payments.changes.messages import problem_text as change_problem_text
from truongso.payments.changes.models import SetupChange
from truongso.payments.changes.number_rules import propose_number_rule
from truongso.payments.changes.queries import (
    account_changes,
    change_by_public_id,
    changes_of,
    open_change_of,
    open_changes,
    waiting_changes,
)
from truongso.payments.changes.services import cancel as cancel_change
from truongso.payments.changes.services import decide as decide_change
from truongso.payments.changes.services import propose as propose_change
from truongso.payments.changes.services import reject as reject_change
from truongso.payments.changes.types import ChangeKind, ChangeRefusedError, ChangeState
from truongso.payments.contact import short_check_url
from truongso.payments.credit.queries import credit_of_families, credit_of_invoice
from truongso.payments.credit.services import (
    CreditUse,
    LineReduction,
    reduce_lines,
    restore_credit,
    use_credit,
)
from truongso.payments.credit.types import MoveKind
from truongso.payments.fee_notices.pdf import notices_pdf as fee_notices_pdf
from truongso.payments.fee_notices.types import FeeNotice, Letterhead, NoticeLine
from truongso.payments.feeds import FEEDS, SEPAY, Feed, FeedError, FeedMovement
from truongso.payments.feeds import read as read_feed_notice
from truongso.payments.feeds import verify as verify_feed_notice
from truongso.payments.gateways.attempts import cancel_attempt, start_attempt
from truongso.payments.gateways.channels import ChannelTerms, add_channel
from truongso.payments.gateways.health import channel_health
from truongso.payments.gateways.messages import PROVIDER_NAMES, gateway_text
from truongso.payments.gateways.models import Attempt, AttemptMoney, AttemptShare, Channel
from truongso.payments.gateways.queries import (
    attempt_by_public_id,
    attempts_of_invoice,
    channel_by_public_id,
    channels,
    pending_attempts,
)
from truongso.payments.gateways.query_back import ask_due as ask_gateways
from truongso.payments.gateways.query_back import query_back
from truongso.payments.gateways.refunds import can_refund, refund_progress, request_refund
from truongso.payments.gateways.types import (
    AmountState,
    AttemptState,
    ChannelHealth,
    ChannelMethod,
    GatewayRefusedError,
    RefundOutcome,
    RefundState,
    TimeState,
)
from truongso.payments.groups.models import InvoiceGroup
from truongso.payments.groups.queries import group_by_code, group_codes_of, group_of, groups_for_matching
from truongso.payments.groups.services import group_invoices
from truongso.payments.groups.types import MOST_INVOICES, GroupForMatching, GroupRefusedError
from truongso.payments.inbox import problems as problem_notices
from truongso.payments.inbox import refuse_forged as refuse_forged_notice
from truongso.payments.inbox import settle as settle_notice
from truongso.payments.inbox import store as store_notice
from truongso.payments.inbox import waiting as waiting_notices
from truongso.payments.invoice_picture import group_picture, grouped, invoice_picture
from truongso.payments.invoice_qr import (
    group_memo,
    group_payload,
    invoice_memo,
    invoice_payload,
    number_payload,
    part_of,
)
from truongso.payments.methods.queries import choices as method_choices
from truongso.payments.methods.queries import readiness, ready_ways, settings_of
from truongso.payments.methods.services import MethodChange, MethodRefusedError, save_methods
from truongso.payments.methods.types import FOUR, LEAST_OF_FOUR, Caution, Lack, MethodChoice, Readiness
from truongso.payments.models import (
    Allocation,
    CreditEntry,
    CreditMove,
    Evidence,
    Notice,
    Payment,
    PaymentReversal,
    Receipt,
)
from truongso.payments.partners.messages import ITEMS as PARTNER_ITEMS
from truongso.payments.partners.messages import KINDS as PARTNER_KINDS
from truongso.payments.partners.messages import partner_file_text
from truongso.payments.partners.models import PartnerFile
from truongso.payments.partners.operation import propose_bill, propose_going_live
from truongso.payments.partners.queries import ending as ending_contracts
from truongso.payments.partners.queries import file_by_public_id as partner_by_public_id
from truongso.payments.partners.queries import file_of as partner_file_of
from truongso.payments.partners.queries import files_of as partners_of
from truongso.payments.partners.queries import possible_proofs
from truongso.payments.partners.rules import ends_within
from truongso.payments.partners.rules import missing as missing_of_partner
from truongso.payments.partners.services import link_test as link_partner_test
from truongso.payments.partners.services import open_file as open_partner_file
from truongso.payments.partners.services import save_terms as save_partner_terms
from truongso.payments.partners.trial import start_trial, trials
from truongso.payments.partners.types import MOST_TEST, PartnerFileRefusedError, PartnerKind
from truongso.payments.partners.types import Item as PartnerItem
from truongso.payments.partners.types import Terms as PartnerTerms
from truongso.payments.pos.models import PosSlip, PosTerminal
from truongso.payments.pos.services import add_terminal as add_pos_terminal
from truongso.payments.pos.services import record_slip as record_pos_slip
from truongso.payments.pos.types import PosRefusedError, SlipData
from truongso.payments.prints import print_receipts
from truongso.payments.queries import (
    money_tables,
    payers_of_students,
    payments_of_evidence,
    payments_of_invoice,
    standing_payments_of,
)
from truongso.payments.receipt_paper import METHODS as METHOD_NAMES
from truongso.payments.receipt_paper import Edition, PupilPart, ReceiptPaper, paper_of, papers_of, receipt_number
from truongso.payments.receipt_pdf import receipts_pdf
from truongso.payments.receipt_queries import (
    ReceiptFilter,
    receipt_by_public_id,
    receipt_by_short_id,
    receipts,
    receipts_of_invoice,
    receipts_of_invoices,
)
from truongso.payments.refunds.messages import refund_text
from truongso.payments.refunds.models import RefundItem, RefundPayout, RefundRequest
from truongso.payments.refunds.numbers import codes_in as refund_codes_in
from truongso.payments.refunds.payouts import pay_refund_in_cash, refund_returned, refunds_left
from truongso.payments.refunds.payouts import undo_payout as undo_refund_payout
from truongso.payments.refunds.queries import (
    RefundMovement,
    moves_of_payment,
    refund_movements,
    refund_movements_of_schools,
)
from truongso.payments.refunds.queries import items_by_code as refund_items_by_code
from truongso.payments.refunds.queries import open_items_of_file as refund_items_of_file
from truongso.payments.refunds.queries import standing_payouts as standing_refund_payouts
from truongso.payments.refunds.queries import waiting_files as waiting_refund_files
from truongso.payments.refunds.queries import waiting_for_bank as refunds_waiting_for_bank
from truongso.payments.refunds.services import approve as approve_refund
from truongso.payments.refunds.services import propose as propose_refund
from truongso.payments.refunds.types import Ask as RefundAsk
from truongso.payments.refunds.types import RefundKind, RefundRefusedError, RefundWay
from truongso.payments.reminders.exclusions import leave_out as leave_out_of_reminders
from truongso.payments.reminders.messages import WAYS as REMINDER_WAYS
from truongso.payments.reminders.planning import plan as plan_reminder
from truongso.payments.reminders.planning import way_to as way_to_guardian
from truongso.payments.reminders.services import ask as ask_reminder
from truongso.payments.reminders.services import send as send_reminder
from truongso.payments.services import book, book_many, undo
from truongso.payments.settlements.messages import settlement_text
from truongso.payments.settlements.models import SettlementBatch, SettlementItem
from truongso.payments.settlements.queries import (
    BatchFigures,
    StraightTransfer,
    is_settled,
    schools_expecting_transfers,
    straight_transfers,
    terminal_codes_of,
)
from truongso.payments.settlements.queries import batches as settlement_batches
from truongso.payments.settlements.queries import figures as settlement_figures
from truongso.payments.settlements.services import apply as apply_settlement
from truongso.payments.settlements.services import mark_paid as mark_batches_paid
from truongso.payments.settlements.services import preview as preview_settlement
from truongso.payments.settlements.straight import BillTransfer, bill_batch, bill_transfers, expect_transfer
from truongso.payments.settlements.terms import Terms as SettleTerms
from truongso.payments.settlements.terms import save_days as save_settle_days
from truongso.payments.settlements.terms import terms_of as settle_terms
from truongso.payments.settlements.transit import UnderWay
from truongso.payments.settlements.transit import codes_of as codes_of_evidence
from truongso.payments.settlements.transit import described as describe_under_way
from truongso.payments.settlements.transit import under_way as money_under_way
from truongso.payments.settlements.types import SettlementRefusedError
from truongso.payments.settlements.workdays import after as working_day_after
from truongso.payments.signing.queries import file_of as signed_receipt_file
from truongso.payments.signing.queries import known_keys, receipt_is_untouched
from truongso.payments.signing.services import sign_missing as sign_missing_receipts
from truongso.payments.virtual_accounts.models import VirtualAccount
from truongso.payments.virtual_accounts.queries import (
    held_numbers,
    invoice_at_bank,
    invoices_held,
    number_at_bank,
    number_for,
    numbers_for,
    numbers_of_student,
)
from truongso.payments.virtual_accounts.services import assign as assign_number
from truongso.payments.virtual_accounts.services import assign_by_rule as assign_numbers_by_rule
from truongso.payments.virtual_accounts.types import HeldNumber, RuleKind, VirtualAccountRefusedError

__all__ = [
    "APPROVALS",
    "BILL_EARLY",
    "BILL_LATE",
    "CHANGE_AUDIENCES",
    "CHANGE_KINDS",
    "CHANGE_STATES",
    "FEEDS",
    "FOUR",
    "LEAST_OF_FOUR",
    "METHOD_NAMES",
    "MOST_INVOICES",
    "MOST_TEST",
    "PARTNER_ITEMS",
    "PARTNER_KINDS",
    "PROVIDER_NAMES",
    "REMINDER_WAYS",
    "SEPAY",
    "Allocation",
    "AmountState",
    "Approve",
    "Attempt",
    "AttemptMoney",
    "AttemptShare",
    "AttemptState",
    "BatchFigures",
    "BillPartner",
    "BillTransaction",
    "BillTransfer",
    "BoxState",
    "CashDeposit",
    "CashKind",
    "CashRefusedError",
    "Caution",
    "ChangeKind",
    "ChangeRefusedError",
    "ChangeState",
    "Channel",
    "ChannelHealth",
    "ChannelMethod",
    "ChannelTerms",
    "CountState",
    "CountedCash",
    "CreditEntry",
    "CreditMove",
    "CreditUse",
    "DepositRequest",
    "Edition",
    "Evidence",
    "FeeNotice",
    "Feed",
    "FeedError",
    "FeedMovement",
    "GatewayRefusedError",
    "GroupForMatching",
    "GroupRefusedError",
    "HeldNumber",
    "InvoiceGroup",
    "Lack",
    "Letterhead",
    "LineReduction",
    "MethodChange",
    "MethodChoice",
    "MethodRefusedError",
    "MoveKind",
    "Notice",
    "NoticeLine",
    "PartnerFile",
    "PartnerFileRefusedError",
    "PartnerItem",
    "PartnerKind",
    "PartnerRefusedError",
    "PartnerTerms",
    "Payment",
    "PaymentReversal",
    "PosRefusedError",
    "PosSlip",
    "PosTerminal",
    "PupilPart",
    "Readiness",
    "Receipt",
    "ReceiptFilter",
    "ReceiptPaper",
    "RefundAsk",
    "RefundItem",
    "RefundKind",
    "RefundMovement",
    "RefundOutcome",
    "RefundPayout",
    "RefundRefusedError",
    "RefundRequest",
    "RefundState",
    "RefundWay",
    "RuleKind",
    "SettleTerms",
    "SettlementBatch",
    "SettlementItem",
    "SettlementRefusedError",
    "SetupChange",
    "SlipData",
    "StraightTransfer",
    "TimeState",
    "UnderWay",
    "VirtualAccount",
    "VirtualAccountRefusedError",
    "account_changes",
    "add_channel",
    "add_pos_terminal",
    "apply_settlement",
    "approve_refund",
    "ask_gateways",
    "ask_reminder",
    "assign_number",
    "assign_numbers_by_rule",
    "attempt_by_public_id",
    "attempts_of_invoice",
    "bill_answer_is_genuine",
    "bill_batch",
    "bill_differences",
    "bill_partner_text",
    "bill_signed_headers",
    "bill_suspects",
    "bill_transfers",
    "bills_in_doubt",
    "bills_in_doubt_count",
    "bills_of",
    "book",
    "book_bill_afresh",
    "book_bill_apart",
    "book_many",
    "box_state",
    "can_refund",
    "cancel_attempt",
    "cancel_change",
    "cancel_deposit",
    "cash_book",
    "cash_counts",
    "cash_deposits",
    "cash_refusal_text",
    "change_by_public_id",
    "change_problem_text",
    "change_text",
    "changes_of",
    "channel_by_public_id",
    "channel_health",
    "channels",
    "codes_of_evidence",
    "confirm_cash_count",
    "create_bill_partner",
    "credit_of_families",
    "credit_of_invoice",
    "decide_change",
    "describe_under_way",
    "drop_account",
    "ending_contracts",
    "ends_within",
    "expect_transfer",
    "fee_notices_pdf",
    "gateway_text",
    "group_by_code",
    "group_codes_of",
    "group_invoices",
    "group_memo",
    "group_of",
    "group_payload",
    "group_picture",
    "grouped",
    "groups_for_matching",
    "has_collected",
    "held_bill",
    "held_numbers",
    "invoice_at_bank",
    "invoice_memo",
    "invoice_payload",
    "invoice_picture",
    "invoices_held",
    "is_cash_open",
    "is_first",
    "is_settled",
    "known_keys",
    "leave_out_of_reminders",
    "link_partner_test",
    "mark_batches_paid",
    "method_choices",
    "missing_of_partner",
    "money_tables",
    "money_under_way",
    "moves_of_payment",
    "number_at_bank",
    "number_for",
    "number_payload",
    "numbers_for",
    "numbers_of_student",
    "open_change_of",
    "open_changes",
    "open_partner_file",
    "paper_of",
    "papers_of",
    "part_of",
    "partner_by_public_id",
    "partner_file_of",
    "partner_file_text",
    "partners_of",
    "pay_refund_in_cash",
    "payers_of_students",
    "payments_of_evidence",
    "payments_of_invoice",
    "pending_attempts",
    "plan_reminder",
    "possible_proofs",
    "preview_settlement",
    "print_receipts",
    "problem_notices",
    "propose_account",
    "propose_bill",
    "propose_change",
    "propose_going_live",
    "propose_number_rule",
    "propose_refund",
    "query_back",
    "read_feed_notice",
    "readiness",
    "ready_ways",
    "receipt_by_public_id",
    "receipt_by_short_id",
    "receipt_is_untouched",
    "receipt_number",
    "receipts",
    "receipts_of_invoice",
    "receipts_of_invoices",
    "receipts_pdf",
    "record_deposit",
    "record_pos_slip",
    "reduce_lines",
    "refund_codes_in",
    "refund_items_by_code",
    "refund_items_of_file",
    "refund_movements",
    "refund_movements_of_schools",
    "refund_progress",
    "refund_returned",
    "refund_text",
    "refunds_left",
    "refunds_waiting_for_bank",
    "refuse_forged_notice",
    "reject_change",
    "request_refund",
    "require_cash",
    "require_cash_open",
    "restore_credit",
    "save_methods",
    "save_partner_terms",
    "save_settle_days",
    "schools_expecting_transfers",
    "schools_with_bills_in_doubt",
    "send_reminder",
    "serves_bills",
    "settings_of",
    "settle_notice",
    "settle_terms",
    "settlement_batches",
    "settlement_figures",
    "settlement_text",
    "short_check_url",
    "sign_cash_count",
    "sign_missing_receipts",
    "signed_receipt_file",
    "standing_payments_of",
    "standing_refund_payouts",
    "start_attempt",
    "start_trial",
    "store_notice",
    "straight_transfers",
    "switch_bill_partner",
    "take_change_into_effect",
    "terminal_codes_of",
    "trials",
    "undo",
    "undo_refund_payout",
    "use_credit",
    "verify_feed_notice",
    "waiting_approvals",
    "waiting_changes",
    "waiting_notices",
    "waiting_refund_files",
    "way_to_guardian",
    "working_day_after",
]
