"""Life of a reminder, and how a family is reached."""

from __future__ import annotations

from enum import StrEnum


class ReminderState(StrEnum):
    """Waiting for a second person, approved (its time comes), sent, or given up."""

    WAITING = "waiting"
    APPROVED = "approved"
    SENT = "sent"
    CANCELLED = "cancelled"


class Way(StrEnum):
    """How a family is reached: the channels of messaging, or paper when there is no address."""

    EMAIL = "email"
    ZALO = "zalo"
    SMS = "sms"
    FILE = "file"
    PAPER = "paper"


ALONE_UP_TO = 50
"""So many messages one person may send alone; more need a second person (a hijacked account stays harmless)."""
EFFECT_DAYS = 7


class ReminderRefusedError(Exception):
    """A request that cannot be done as asked; nothing was changed.

    Codes: `unknown_round` · `unknown_class` (name) · `no_channel` · `nobody_owes` · `in_the_past` · `too_far`
    (days) · `changed` (seen, now) · `own_reminder` · `not_waiting` · `already_sent` · `not_worded`.
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
