"""What other rooms may do with messages."""

from truongso.messaging.addresses import address_of, is_address
from truongso.messaging.catalogue import (
    ACCOUNT_CHANGE,
    AFTER_DUE,
    BEFORE_DUE,
    CATALOGUE,
    CONTRACT_ENDS,
    TRANSFER_QUESTION,
    Wording,
    is_security,
)
from truongso.messaging.messages import problem_text, refusal_text
from truongso.messaging.models import Channel, Delivery, OptOut
from truongso.messaging.queries import (
    Rendered,
    Rules,
    Text,
    active_kinds,
    channels_of,
    deliveries,
    delivery_counts,
    example_of,
    opted_out,
    render,
    rules_of,
    text_of,
    texts,
)
from truongso.messaging.quiet import earliest
from truongso.messaging.services import (
    opt_in,
    opt_out,
    queue,
    reset_template,
    save_channel,
    save_rules,
    save_template,
)
from truongso.messaging.wording import check_subject, check_text

__all__ = [
    "ACCOUNT_CHANGE",
    "AFTER_DUE",
    "BEFORE_DUE",
    "CATALOGUE",
    "CONTRACT_ENDS",
    "TRANSFER_QUESTION",
    "Channel",
    "Delivery",
    "OptOut",
    "Rendered",
    "Rules",
    "Text",
    "Wording",
    "active_kinds",
    "address_of",
    "channels_of",
    "check_subject",
    "check_text",
    "deliveries",
    "delivery_counts",
    "earliest",
    "example_of",
    "is_address",
    "is_security",
    "opt_in",
    "opt_out",
    "opted_out",
    "problem_text",
    "queue",
    "refusal_text",
    "render",
    "reset_template",
    "rules_of",
    "save_channel",
    "save_rules",
    "save_template",
    "text_of",
    "texts",
]
