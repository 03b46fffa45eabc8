"""Guards of messages: what was said to whom stays as queued, and a finished delivery stays finished."""

from truongso.kernel.triggers import fixed, never_deleted, refuse

_FIXED = (
    "school_id", "public_id", "kind", "address", "template", "subject", "body", "essential", "dedupe_key",
    "created_at",
)  # fmt: skip

TRIGGERS = [
    fixed("messaging_delivery", _FIXED, "a message is fixed once queued"),
    *never_deleted("messaging_delivery", "a message is never deleted"),
    refuse(
        "finished", "messaging_delivery", "UPDATE OF state",
        "OLD.state <> 'queued' AND NEW.state <> OLD.state", "a finished delivery stays as it is",
    ),
]  # fmt: skip
