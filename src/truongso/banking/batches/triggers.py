"""Guards of batch links: a settled line is never evidence of fee money."""

from truongso.kernel.triggers import Trigger, fixed, never_deleted, refuse, refuse_new

_FIXED = ("school_id", "line_id", "batch_id", "amount", "kept", "linked_at", "linked_by")

TRIGGERS: list[Trigger] = [
    *never_deleted("banking_batchlink", "a link is never deleted"),
    fixed("banking_batchlink", _FIXED, "a link is fixed once made"),
    refuse("undone_once", "banking_batchlink", "UPDATE", "OLD.state = 'undone'", "a link is undone once"),
    refuse_new(
        "same_money", "banking_batchlink",
        "NOT EXISTS (SELECT 1 FROM banking_bankline b JOIN payments_settlementbatch s ON s.id = NEW.batch_id "
        "AND s.school_id = NEW.school_id AND s.net = NEW.amount "
        "AND (s.bank_account_id IS NULL OR s.bank_account_id = b.bank_account_id) "
        "WHERE b.id = NEW.line_id AND b.school_id = NEW.school_id AND b.direction = 'in') "
        "OR EXISTS (SELECT 1 FROM payments_evidence v WHERE v.school_id = NEW.school_id AND v.kind = 'bank_line' "
        "AND v.reference = CAST(NEW.line_id AS varchar(20)) AND v.used > 0)",
        "a batch and its line are the same money, counted once",
    ),
    refuse_new(
        "not_a_settlement", "payments_payment",
        "EXISTS (SELECT 1 FROM banking_batchlink k JOIN payments_evidence v ON v.school_id = k.school_id "
        "AND v.kind = 'bank_line' AND v.reference = CAST(k.line_id AS varchar(20)) "
        "WHERE k.school_id = NEW.school_id AND k.state = 'standing' AND v.id = NEW.evidence_id)",
        "the net of a batch is no payment of its own",
    ),
]  # fmt: skip
