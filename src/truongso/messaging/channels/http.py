"""JSON over HTTPS to a partner: what Zalo and SMS have in common."""

from __future__ import annotations

import http.client
import ipaddress
import json
import ssl
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from truongso.messaging.types import ChannelError, MessagingRefusedError

_SECONDS = 10
_MOST_BYTES = 100_000


def check_endpoint(endpoint: str) -> str:
    """An address the installation may call: HTTPS without user data; plain HTTP only to this machine outside
    production (the local twin). Raises MessagingRefusedError bad_endpoint."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError as error:
        raise MessagingRefusedError("bad_endpoint", endpoint=endpoint[:80]) from error
    local = parts.hostname in {"127.0.0.1", "localhost"} and not settings.PRODUCTION
    named = bool(parts.hostname) and not parts.username and not parts.fragment and (port is None or port > 0)
    plain = not any(ord(char) <= 32 or ord(char) > 126 for char in endpoint)
    if not (plain and named and (parts.scheme == "https" or (local and parts.scheme == "http"))):
        raise MessagingRefusedError("bad_endpoint", endpoint=endpoint[:80])
    if not local and _is_inside(parts.hostname or ""):
        raise MessagingRefusedError("bad_endpoint", endpoint=endpoint[:80])
    return endpoint


def post_json(endpoint: str, body: dict[str, Any], headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Status and answer of one POST. No redirects are followed.

    Raises ChannelError: `unreachable` and `server` may be tried again, `bad_answer` too (the partner may have sent:
    the reference tells it so).
    """
    parts = urlsplit(check_endpoint(endpoint))
    host, port = parts.hostname or "", parts.port
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, port, timeout=_SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(
            "POST", path, body=json.dumps(body, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json", **headers},
        )  # fmt: skip
        answer = connection.getresponse()
        raw = answer.read(_MOST_BYTES + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ChannelError("unreachable", permanent=False) from error
    finally:
        connection.close()
    if answer.status >= 500 or answer.status == 429:
        raise ChannelError("server", permanent=False)
    try:
        found = json.loads(raw) if len(raw) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ChannelError("bad_answer", permanent=False)
    return answer.status, found


def _is_inside(host: str) -> bool:
    """True for an address literal of this machine or a private network: partners are on the internet."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
