"""Guards: who was to see to a credit, and why, stays on record."""

from truongso.kernel.triggers import fixed, never_deleted, refuse

_FIXED = ("school_id", "line_id", "kind", "reason", "owner_id", "made_at", "made_by")

TRIGGERS = [
    *never_deleted("banking_aside", "what was put aside is never deleted"),
    fixed("banking_aside", _FIXED, "what was put aside is fixed once written"),
    refuse("ended_once", "banking_aside", "UPDATE", "OLD.ended_at IS NOT NULL", "an aside ends once"),
]
