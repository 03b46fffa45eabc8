"""Guards of slips: what was printed stays."""

from truongso.kernel.triggers import Trigger, append_only, fixed, never_deleted

TRIGGERS: list[Trigger] = [
    *append_only("payments_posslip"),
    *never_deleted("payments_posterminal", "a terminal is never deleted"),
    fixed("payments_posterminal", ("school_id", "public_id", "code", "bank_account_id"), "a terminal stays what it is"),
]
