"""Guards of numbers: who held one when is evidence for money; a number taken back stays taken back."""

from truongso.kernel.triggers import Trigger, append_only, fixed, never_deleted, refuse, refuse_new

_FIXED = (
    "school_id", "public_id", "bank_account_id", "student_id", "number", "assigned_on", "created_at",
    "bank_bin",
)  # fmt: skip


def _registered(table: str, holder: str) -> Trigger:
    """A number is of the one it was given to in the registry of the installation, which knows each number once."""
    return refuse_new(
        "registered", table,
        "NOT EXISTS (SELECT 1 FROM payments_givennumber g WHERE g.bank_bin = NEW.bank_bin "
        f"AND g.number = NEW.number AND g.holder = {holder})",
        "a number is given once, to one holder, over all schools",
    )  # fmt: skip


TRIGGERS = [
    *append_only("payments_givennumber"),
    *append_only("payments_invoicenumber"),
    _registered("payments_virtualaccount", "'pupil:' || NEW.student_id"),
    _registered("payments_invoicenumber", "'invoice:' || NEW.invoice_id"),
    fixed("payments_virtualaccount", _FIXED, "a virtual account is fixed once given"),
    *never_deleted("payments_virtualaccount", "a virtual account is never deleted"),
    refuse(
        "released", "payments_virtualaccount", "UPDATE OF released_on",
        "OLD.released_on IS NOT NULL AND (NEW.released_on IS NULL OR NEW.released_on <> OLD.released_on)",
        "a virtual account taken back stays so",
    ),
]  # fmt: skip
