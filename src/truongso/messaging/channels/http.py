"""JSON over HTTPS to a partner: what Zalo and SMS have in common. Leaves by `kernel.outgoing`, the one way out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from truongso.kernel import outgoing
from truongso.messaging.types import ChannelError, MessagingRefusedError

_MOST_BYTES = 100_000
_UNCLEAR = frozenset({"bad_answer", "too_large", "redirect"})
_INSIDE = (".localhost", ".local", ".internal", ".lan", ".home", ".corp")


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """An address cut for `kernel.outgoing`; the partner's host is the whole allow-list."""

    base: str
    path: str
    host: str


def check_endpoint(endpoint: str) -> str:
    """An address the installation may call: HTTPS on its usual port to a named host, without user data; plain HTTP
    only to 127.0.0.1 outside production (the local twin). Raises MessagingRefusedError bad_endpoint."""
    _cut(endpoint)
    return endpoint


def post_json(endpoint: str, body: dict[str, Any], headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Status and answer of one POST. No redirects are followed, no private address is called.

    Raises ChannelError: `unreachable` and `server` may be tried again, `bad_answer` too (the partner may have sent:
    the reference tells it so).
    """
    cut = _cut(endpoint)
    try:
        answer = outgoing.call(
            cut.base, method="POST", path=cut.path, body=json.dumps(body, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json", **headers},
            allowed={cut.host}, local=_local(),
        )  # fmt: skip
    except outgoing.OutgoingError as error:
        raise ChannelError("bad_answer" if error.code in _UNCLEAR else "unreachable", permanent=False) from error
    if answer.status >= 500 or answer.status == 429:
        raise ChannelError("server", permanent=False)
    try:
        found = json.loads(answer.body) if len(answer.body) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ChannelError("bad_answer", permanent=False)
    return answer.status, found


def _cut(endpoint: str) -> _Endpoint:
    try:
        if any(ord(char) <= 32 or ord(char) > 126 for char in endpoint):
            raise ValueError("no plain address")
        parts = urlsplit(endpoint)
        host = (parts.hostname or "").lower()
        base = f"{parts.scheme}://{parts.netloc.lower()}"
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if parts.fragment or host.endswith(_INSIDE):
            raise ValueError("no partner's address")
        outgoing.check_call(base, path, allowed={host}, local=_local())
    except (ValueError, outgoing.OutgoingError) as error:
        raise MessagingRefusedError("bad_endpoint", endpoint=endpoint[:80]) from error
    return _Endpoint(base, path, host)


def _local() -> bool:
    return not settings.PRODUCTION
