"""ZaloPay's macs: HMAC-SHA256 hex over fields joined by "|"; key1 for requests, key2 for callbacks and redirects."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence


def mac(key: str, parts: Sequence[object]) -> str:
    return raw_mac(key, "|".join(str(part) for part in parts))


def raw_mac(key: str, text: str) -> str:
    """Of one string, as it is: the callback's `data`."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_mac(given: object, wanted: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.lower().encode(), wanted.encode())
