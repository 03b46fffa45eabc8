"""Channels, deliveries, and a message as others hand it over."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum


class ChannelKind(StrEnum):
    """How a message travels. `file` writes an outbox file for a partner who sends by hand."""

    EMAIL = "email"
    ZALO = "zalo"
    SMS = "sms"
    FILE = "file"

    @property
    def takes_phone(self) -> bool:
        """True when the address is a telephone number; otherwise it is an e-mail address."""
        return self is not ChannelKind.EMAIL


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


FORGOTTEN = "forgotten"
"""What stands in the place of an address whose term is over."""


class MessagingRefusedError(Exception):
    """A request that cannot be done as asked; nothing was changed. `code` is stable, `params` fill the message.

    Codes: `unknown_template` (code) · `unknown_placeholder` (name, allowed) · `bad_braces` · `control_characters`
    (field) · `too_long` (field, limit) · `blank` (field) · `bad_address` (address) · `bad_endpoint` (endpoint) ·
    `bad_hours` · `bad_limit` (least, most) · `not_set_up` (kind).
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message for one address. `dedupe_key` names the act it belongs to: queued twice it is sent once.

    `essential` messages (a receipt asked for, a security notice) pass opt-outs and daily limits, never quiet hours.
    `not_before` is the earliest moment, when the sender wants one.
    """

    kind: ChannelKind
    address: str
    template: str
    values: dict[str, str] = field(default_factory=dict)
    dedupe_key: str = ""
    essential: bool = False
    not_before: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What a channel answered: the provider's id of the message, as far as it gives one."""

    provider_id: str = ""


class ChannelError(Exception):
    """A channel could not send. `permanent`: trying again would not help. `code` is kept with the delivery."""

    def __init__(self, code: str, *, permanent: bool) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent
