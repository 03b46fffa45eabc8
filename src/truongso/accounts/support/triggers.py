"""Guards of grants of support: what was signed stays what was signed."""

from truongso.kernel.triggers import fixed, never_deleted, refuse

_TABLE = "accounts_supportgrant"

TRIGGERS = [
    fixed(_TABLE, ("school_id", "public_id", "user_id", "areas", "hours", "reason", "asked_at"),
          "a grant of support stays as it was asked for"),
    refuse("decided", _TABLE, "UPDATE",
           "OLD.decision <> '' AND (NEW.decision <> OLD.decision OR NEW.decided_at <> OLD.decided_at "
           "OR NEW.decided_by_id <> OLD.decided_by_id)", "a grant of support is decided once"),
    refuse("ended", _TABLE, "UPDATE", "OLD.ended_at IS NOT NULL", "a grant of support that ended stays ended"),
    *never_deleted(_TABLE, "a grant of support is never deleted"),
]  # fmt: skip
