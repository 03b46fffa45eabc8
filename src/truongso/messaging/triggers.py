"""Guards of messages: what was said to whom stays as queued until it is forgotten, and a finished one finished."""

from truongso.kernel.triggers import fixed, never_deleted, refuse
from truongso.messaging.types import FORGOTTEN

_FIXED = ("school_id", "public_id", "kind", "template", "essential", "dedupe_key", "created_at")
# The one way to change what was said to whom: when its term is over, both go, of a message that is finished.
_NOT_FORGOTTEN = (
    "(NEW.address <> OLD.address OR NEW.recipient_name <> OLD.recipient_name OR NEW.subject <> OLD.subject "
    f"OR NEW.body <> OLD.body) AND NOT (NEW.address = '{FORGOTTEN}' AND NEW.recipient_name = '' "
    "AND NEW.subject = '' AND NEW.body = '' AND OLD.state <> 'queued')"
)

TRIGGERS = [
    fixed("messaging_delivery", _FIXED, "a message is fixed once queued"),
    refuse("said", "messaging_delivery", "UPDATE OF address, recipient_name, subject, body", _NOT_FORGOTTEN,
           "a message is fixed once queued"),
    *never_deleted("messaging_delivery", "a message is never deleted"),
    refuse(
        "finished", "messaging_delivery", "UPDATE OF state",
        "OLD.state <> 'queued' AND NEW.state <> OLD.state", "a finished delivery stays as it is",
    ),
]  # fmt: skip
