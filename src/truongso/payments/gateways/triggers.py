"""Guards of channels and attempts: what was asked stays as asked, money that came stays, nothing is deleted."""

from truongso.kernel.triggers import append_only, fixed, never_deleted, refuse, refuse_new

_ATTEMPT_FIXED = (
    "public_id", "channel_id", "family_id", "reference", "amount", "created_at", "created_by", "school_id",
)  # fmt: skip
_SUM = (
    "(SELECT COALESCE(SUM(amount), 0) FROM payments_attemptmoney m WHERE m.attempt_id = NEW.id "
    "AND m.school_id = NEW.school_id)"
)

TRIGGERS = [
    *append_only("payments_attemptshare"),
    *append_only("payments_attemptmoney"),
    *never_deleted("payments_channel", "a channel is never deleted"),
    *never_deleted("payments_attempt", "an attempt is never deleted"),
    fixed("payments_channel", ("public_id", "provider", "method", "school_id"), "a channel keeps its gateway"),
    fixed("payments_attempt", _ATTEMPT_FIXED, "an attempt keeps what was asked"),
    refuse("born_unpaid", "payments_attempt", "INSERT", "NEW.received <> 0", "an attempt starts unpaid"),
    refuse("received_derived", "payments_attempt", "UPDATE OF received", f"NEW.received <> {_SUM}",
           "received differs from the money of the attempt"),
    refuse_new(
        "of_its_attempt", "payments_attemptmoney",
        "NOT EXISTS (SELECT 1 FROM payments_attempt a JOIN payments_evidence e ON e.id = NEW.evidence_id "
        "AND e.school_id = NEW.school_id WHERE a.id = NEW.attempt_id AND a.school_id = NEW.school_id "
        "AND a.channel_id = NEW.channel_id AND e.amount = NEW.amount AND e.reference = NEW.transaction_id)",
        "money of an attempt rests on evidence of the same amount through its own channel",
    ),
]  # fmt: skip
