"""Where a piece of work comes from: the request behind it, told to whoever writes something down about it.

The web layer enters it for each request; log lines, audit entries and access entries then carry the request's number,
and the reader of an error page can name it. Commands and jobs have none. Pure: no Django.
"""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from truongso.kernel.ids import new_public_id

_SYMBOLS = 12
"""60 random bits: within the years a trail is kept no two requests share a number, and it can still be read out."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Number of the request, its address shortened to the network, and the browser in two words."""

    request_id: str = ""
    source: str = ""
    device: str = ""


_LINK = re.compile(r"(?<=/)[A-Za-z0-9_-]{30,}")
"""A part of an address as long as a one-time link's token (32 and 43 characters); public ids have 26."""
_NOWHERE = Origin()
_entered: ContextVar[Origin] = ContextVar("truongso_origin", default=_NOWHERE)


def new_request_id() -> str:
    """A number for a request; what a client sends as one is never believed."""
    return new_public_id()[:_SYMBOLS]


def present() -> Origin:
    """The request worked on now; an empty one outside of requests."""
    return _entered.get()


@contextmanager
def entered(origin: Origin) -> Iterator[None]:
    """Work for one request."""
    token = _entered.set(origin)
    try:
        yield
    finally:
        _entered.reset(token)


def shortened(address: str) -> str:
    """The network of an address: enough to tell the school's own from a foreign one, not to point at a person's line
    (203.0.113.x; of IPv6 the first 48 bits). "" for what is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None:
            return str(ipaddress.ip_network((parsed, 48), strict=False))
        parsed = parsed.ipv4_mapped
    return f"{str(parsed).rpartition('.')[0]}.x"


class RequestMark(logging.Filter):
    """Gives every log line the number of its request as `request_id`, "-" outside of requests. The framework writes
    about refused requests after they are over, and names the request instead. One-time links in addresses are left out:
    whoever reads the log must not be able to use them."""

    def filter(self, record: logging.LogRecord) -> bool:
        over = getattr(getattr(record, "request", None), "request_id", "")
        record.request_id = present().request_id or over or "-"
        try:
            said = record.getMessage()
        except (TypeError, ValueError, KeyError):  # words that do not fit their places: the handler reports them
            return True
        if _LINK.search(said):
            record.msg, record.args = _LINK.sub("…", said), ()
        return True
