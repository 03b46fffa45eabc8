"""Guards of deposits: a linked line is never evidence of fee money, a linked deposit is not cancelled."""

from truongso.kernel.triggers import fixed, never_deleted, refuse, refuse_new

_LINK_FIXED = ("school_id", "line_id", "deposit_id", "linked_at", "linked_by")

TRIGGERS = [
    *never_deleted("banking_depositlink", "a link is never deleted"),
    fixed("banking_depositlink", _LINK_FIXED, "a link is fixed once made"),
    refuse("undone_once", "banking_depositlink", "UPDATE", "OLD.state = 'undone'", "a link is undone once"),
    refuse_new(
        "same_money", "banking_depositlink",
        "NOT EXISTS (SELECT 1 FROM banking_bankline b JOIN payments_cashdeposit d ON d.id = NEW.deposit_id "
        "AND d.school_id = NEW.school_id AND d.amount = b.amount AND d.bank_account_id = b.bank_account_id "
        "AND d.cancelled_at IS NULL WHERE b.id = NEW.line_id AND b.school_id = NEW.school_id AND b.direction = 'in') "
        "OR EXISTS (SELECT 1 FROM payments_evidence v WHERE v.school_id = NEW.school_id AND v.kind = 'bank_line' "
        "AND v.reference = CAST(NEW.line_id AS varchar(20)) AND v.used > 0)",
        "a deposit and its line are the same money, and no fee",
    ),
    refuse_new(
        "not_a_deposit", "payments_payment",
        "EXISTS (SELECT 1 FROM banking_depositlink k JOIN payments_evidence v ON v.school_id = k.school_id "
        "AND v.kind = 'bank_line' AND v.reference = CAST(k.line_id AS varchar(20)) "
        "WHERE k.school_id = NEW.school_id AND k.state = 'standing' AND v.id = NEW.evidence_id)",
        "cash handed in to the bank is no fee money",
    ),
    refuse("linked", "payments_cashdeposit", "UPDATE OF cancelled_at",
           "NEW.cancelled_at IS NOT NULL AND EXISTS (SELECT 1 FROM banking_depositlink k "
           "WHERE k.school_id = NEW.school_id AND k.deposit_id = NEW.id AND k.state = 'standing')",
           "a linked deposit is not cancelled"),
]  # fmt: skip
