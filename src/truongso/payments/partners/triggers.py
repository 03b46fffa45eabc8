"""Guards of partners' lists: a partner in operation keeps its proof, no list goes away."""

from truongso.kernel.triggers import Trigger, fixed, never_deleted, refuse

_T = "payments_partnerfile"

TRIGGERS: list[Trigger] = [
    *never_deleted(_T, "a list of a partner is never deleted"),
    fixed(_T, ("school_id", "public_id", "kind", "subject", "is_carried_over"), "a list stays with its partner"),
    refuse("born_waiting", _T, "INSERT", "NEW.live_at IS NOT NULL AND NOT NEW.is_carried_over",
           "a partner goes into operation with its list"),
    refuse("proof_stays", _T, "UPDATE OF test_payment_id, live_at",
           "OLD.live_at IS NOT NULL AND (NEW.live_at IS NULL OR (OLD.test_payment_id IS NOT NULL "
           "AND (NEW.test_payment_id IS NULL OR NEW.test_payment_id <> OLD.test_payment_id)))",
           "a partner in operation keeps its proof"),
]  # fmt: skip
