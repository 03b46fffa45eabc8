"""VNPAY's checksums: HMAC-SHA512 hex over a sorted query, or over fields joined by "|"."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import quote_plus

_UNSIGNED = frozenset({"vnp_SecureHash", "vnp_SecureHashType"})


def digest(text: str, secret: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha512).hexdigest()


def signed_query(fields: Mapping[str, str], secret: str) -> str:
    """The fields that are not empty in order of their names, space as "+", with vnp_SecureHash at the end."""
    query = "&".join(f"{name}={quote_plus(fields[name])}" for name in sorted(fields) if fields[name])
    return f"{query}&vnp_SecureHash={digest(query, secret)}"


def is_genuine(raw_query: str, secret: str) -> bool:
    """Whether a raw query string bears its own checksum, whatever the order of its fields."""
    pairs = [part.partition("=")[::2] for part in raw_query.split("&") if part]
    given = [value for name, value in pairs if name == "vnp_SecureHash"]
    signed = "&".join(
        f"{name}={value}"
        for name, value in sorted(pairs)
        if name.startswith("vnp_") and name not in _UNSIGNED and value
    )
    return len(given) == 1 and hmac.compare_digest(given[0].lower().encode(), digest(signed, secret).encode())


def piped(parts: Sequence[str], secret: str) -> str:
    """The checksum of the transaction API: parts joined by "|", missing ones empty."""
    return digest("|".join(parts), secret)
