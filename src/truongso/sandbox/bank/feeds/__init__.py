"""Bank feeds: how each provider tells a school of a line. A provider is a module and a row of this table."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from truongso.sandbox.bank.feeds import casso, payos, sepay
from truongso.sandbox.bank.types import Account, BankError, Line

__all__ = ["FEEDS", "SEPAY", "FeedProtocol", "feed_named"]


class FeedProtocol(Protocol):
    """What the queue and the courier need of a provider."""

    WAITS_MINUTES: tuple[float, ...]

    def tells(self, line: Line) -> bool:
        """Whether the provider tells of this line at all."""
        ...

    def notice_body(self, account: Account, line: Line, *, secret: str) -> bytes:
        """The raw body; the same at every attempt."""
        ...

    def signed_headers(self, body: bytes, *, secret: str, at: dt.datetime) -> dict[str, str]:
        """The headers of one attempt."""
        ...


SEPAY = "sepay"
FEEDS: dict[str, FeedProtocol] = {SEPAY: sepay, "casso": casso, "payos": payos}


def feed_named(name: str) -> FeedProtocol:
    """The provider of that name. Raises BankError feed_unknown."""
    if name not in FEEDS:
        raise BankError("feed_unknown", feed=name)
    return FEEDS[name]
