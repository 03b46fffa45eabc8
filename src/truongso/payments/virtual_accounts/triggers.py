"""Guards of numbers: who held one when is evidence for money; a number taken back stays taken back."""

from truongso.kernel.triggers import fixed, never_deleted, refuse

_FIXED = (
    "school_id", "public_id", "bank_account_id", "student_id", "number", "assigned_on", "created_at",
    "bank_bin",
)  # fmt: skip

TRIGGERS = [
    fixed("payments_virtualaccount", _FIXED, "a virtual account is fixed once given"),
    *never_deleted("payments_virtualaccount", "a virtual account is never deleted"),
    refuse(
        "released", "payments_virtualaccount", "UPDATE OF released_on",
        "OLD.released_on IS NOT NULL AND (NEW.released_on IS NULL OR NEW.released_on <> OLD.released_on)",
        "a virtual account taken back stays so",
    ),
]  # fmt: skip
