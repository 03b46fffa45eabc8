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


class EntryKind(StrEnum):
    INVOICE = "invoice"
    ADJUSTMENT = "adjustment"
    BANK_LINE = "bank_line"
    PAYMENT = "payment"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True)
class Leg:
    """One two-sided posting: `amount` (> 0) moves from the credit account to the debit account."""

    debit: int
    credit: int
    amount: Dong
