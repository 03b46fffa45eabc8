"""Guards of evidence: a bank line stays as the bank reported it; decisions are append-only."""

from truongso.banking.acts.triggers import TRIGGERS as ACT_TRIGGERS
from truongso.banking.asides.triggers import TRIGGERS as ASIDE_TRIGGERS
from truongso.banking.batches.triggers import TRIGGERS as BATCH_TRIGGERS
from truongso.banking.closing.triggers import TRIGGERS as CLOSING_TRIGGERS
from truongso.banking.deposits.triggers import TRIGGERS as DEPOSIT_TRIGGERS
from truongso.banking.questions.triggers import TRIGGERS as QUESTION_TRIGGERS
from truongso.kernel.triggers import append_only, fixed, never_deleted

_LINE_FIXED = (
    "id", "amount", "direction", "bank_account_id", "memo", "reference", "booked_on", "booked_at", "counter_name",
    "counter_account", "counter_bank", "virtual_account", "balance", "content_key", "occurrence",
    "public_id", "school_id", "undoes",
)  # fmt: skip
_CLAIM_FIXED = (
    "public_id", "invoice_id", "reference", "reference_key", "amount", "paid_on", "payer_name", "created_at",
    "school_id",
)  # fmt: skip

TRIGGERS = [
    *ACT_TRIGGERS,
    *ASIDE_TRIGGERS,
    *BATCH_TRIGGERS,
    *CLOSING_TRIGGERS,
    *DEPOSIT_TRIGGERS,
    *QUESTION_TRIGGERS,
    *append_only("banking_matchdecision"),
    fixed("banking_bankline", _LINE_FIXED, "a bank line is fixed once recorded"),
    *never_deleted("banking_bankline", "a bank line is never deleted"),
    fixed("banking_statementrow", ("school_id", "line_id"), "a row of a statement stays with its line"),
    *append_only("banking_claimmessage"),
    *append_only("banking_refundline"),
    *append_only("banking_forgottenpayer"),
    fixed("banking_paymentclaim", _CLAIM_FIXED, "a claim stays as the family made it"),
    *never_deleted("banking_paymentclaim", "a claim is never deleted"),
]
