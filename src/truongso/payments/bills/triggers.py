"""Guards of the bill service: what a partner said stays as it was said."""

from truongso.kernel.triggers import Trigger, fixed, never_deleted, refuse

_TRANSACTION_FIXED = (
    "school_id", "public_id", "partner_id", "transaction_id", "nonce", "amount", "paid_at", "paid_on", "channel",
    "beneficiary_account", "payer_name", "payer_account", "items", "created_at",
)  # fmt: skip

TRIGGERS: list[Trigger] = [
    fixed("payments_billtransaction", _TRANSACTION_FIXED, "a bill payment stays as the bank reported it"),
    *never_deleted("payments_billtransaction", "a bill payment is never deleted"),
    refuse(
        "state", "payments_billtransaction", "UPDATE OF state",
        "OLD.state <> NEW.state AND (OLD.state = 'reversed' OR NEW.state = 'received')",
        "a bill payment moves forward only",
    ),
    fixed("payments_billcall", ("partner_id", "nonce", "path", "body_sha256", "created_at"), "a call stays as it came"),
    refuse(
        "answer", "payments_billcall", "UPDATE OF answer", "OLD.answer <> '' AND NEW.answer <> OLD.answer",
        "a call is answered once",
    ),
    *never_deleted("payments_billcall", "a call is never deleted"),
]  # fmt: skip
