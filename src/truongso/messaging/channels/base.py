"""What every channel is handed, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from truongso.messaging.types import Sent


@dataclass(frozen=True, slots=True)
class Setup:
    """A school's settings of a channel, its secret unsealed."""

    school_code: str
    sender: str
    endpoint: str
    secret: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message on its way; `reference` is ours, unique, and lets a partner recognise a second try."""

    reference: str
    address: str
    template: str
    subject: str
    body: str
    stop_link: str = ""  # where the family stops such messages; none for essential ones


class Send(Protocol):
    """Sends one message. Raises ChannelError when it did not leave; a second call with the same reference is safe as
    far as the partner heeds references."""

    def __call__(self, setup: Setup, message: Message) -> Sent: ...
