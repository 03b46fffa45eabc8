"""Names of accounts by the part they play, and what an entry books."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from truongso.kernel.money import Dong


class AccountRole(StrEnum):
    """What an account is used for. Code and name are the school's own (chart of its accounting regime)."""

    CASH = "cash"
    BANK = "bank"  # one account per receiving bank account
    IN_TRANSIT = "in_transit"  # paid at a gateway or POS, not yet credited by the bank
    RECEIVABLE = "receivable"
    SUSPENSE = "suspense"  # money received whose purpose is not yet known
    FAMILY_CREDIT = "family_credit"
    REVENUE_TUITION = "revenue_tuition"
    REVENUE_SERVICE = "revenue_service"
    REVENUE_AGREED = "revenue_agreed"
    PASS_THROUGH = "pass_through"  # spent on the pupil the same day or month: a liability  # noqa: S105
    ON_BEHALF = "on_behalf"  # collected and paid on behalf of another body: a liability
    DONATION = "donation"
    REFUND_DUE = "refund_due"  # approved refunds that have not left the bank yet: a liability
    COLLECTION_FEE = "collection_fee"  # what gateways and acquirers keep: an expense
    CASH_DIFFERENCE = "cash_difference"  # counted cash above or below the cash book
    INTEREST = "interest"  # interest the bank pays
    OWN_TRANSFER = "own_transfer"  # between accounts of the school
    OTHER_INCOME = "other_income"  # what else comes in and is no fee of a pupil


class EntryKind(StrEnum):
    INVOICE = "invoice"
    ADJUSTMENT = "adjustment"
    BANK_LINE = "bank_line"
    PAYMENT = "payment"
    REVERSAL = "reversal"
    SETTLEMENT = "settlement"  # an intermediary's batch: net to the bank, fee to expense, gross out of transit
    CASH_DAY = "cash_day"  # difference found when the till was counted
    DEPOSIT = "deposit"  # cash handed in to the bank
    DEPOSIT_LINK = "deposit_link"  # the bank's line of a deposit: out of transit
    CREDIT_USE = "credit_use"  # family credit that pays an invoice
    REFUND = "refund"  # a refund approved
    REFUND_PAID = "refund_paid"  # a refund that left the bank, the till or the gateway
    NO_FEE = "no_fee"  # a credit that a person or a rule said is no fee: out of suspense


@dataclass(frozen=True, slots=True)
class Leg:
    """One two-sided posting: `amount` (> 0) moves from the credit account to the debit account."""

    debit: int
    credit: int
    amount: Dong
