"""Guards of changes: what was asked for stays, the state moves forward, a decision is never rewritten."""

from truongso.kernel.triggers import Trigger, fixed, never_deleted, refuse

_T = "payments_setupchange"
_FIXED = (
    "school_id", "public_id", "kind", "subject", "title", "detail", "reason", "proposed_at", "proposed_by",
)  # fmt: skip

TRIGGERS: list[Trigger] = [
    *never_deleted(_T, "a change is never deleted"),
    fixed(_T, _FIXED, "a change stays as it was asked for"),
    refuse("born_proposed", _T, "INSERT", "NEW.state <> 'proposed' OR NEW.decided_by IS NOT NULL",
           "a change starts as a proposal"),
    refuse("forward", _T, "UPDATE OF state",
           "NEW.state <> OLD.state AND NOT ((OLD.state = 'proposed' AND NEW.state IN ('approved', 'done', 'rejected', "
           "'cancelled')) OR (OLD.state = 'approved' AND NEW.state IN ('done', 'cancelled', 'failed')))",
           "a change that has ended stays ended"),
    refuse("decided_once", _T, "UPDATE OF decided_by, decided_at, effective_at",
           "OLD.decided_by IS NOT NULL AND (NEW.decided_by IS NULL OR NEW.decided_by <> OLD.decided_by "
           "OR NEW.decided_at <> OLD.decided_at OR NEW.effective_at <> OLD.effective_at)",
           "a decision stands"),
    refuse("sealed_once", _T, "UPDATE OF sealed", "NEW.sealed <> OLD.sealed AND NEW.sealed <> ''",
           "what was asked for is not exchanged"),
]  # fmt: skip
