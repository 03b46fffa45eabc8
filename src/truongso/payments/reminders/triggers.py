"""Guards of reminders: what was asked for is fixed, a sent one stays sent, whom it reached is never changed."""

from truongso.kernel.triggers import append_only, fixed, never_deleted, refuse

_FIXED = ("school_id", "public_id", "round_id", "class_names", "template", "created_at", "created_by")

TRIGGERS = [
    fixed("payments_reminder", _FIXED, "a reminder is fixed once asked for"),
    *never_deleted("payments_reminder", "a reminder is never deleted"),
    refuse("ended", "payments_reminder", "UPDATE OF state", "OLD.state IN ('sent', 'cancelled')",
           "an ended reminder stays as it is"),
    *append_only("payments_remindertarget"),
]  # fmt: skip
