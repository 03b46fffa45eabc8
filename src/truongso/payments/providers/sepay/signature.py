"""Who sent a SePay webhook (developer.sepay.vn, "Xác thực webhook").

Signed form: `X-SePay-Signature: sha256=<hex>` is HMAC-SHA256 over `{X-SePay-Timestamp}.{raw body}`. Key form:
`Authorization: Apikey <key>`. Several secrets are live while one is being replaced.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

from truongso.payments.providers.sepay.errors import SignatureError

SIGNATURE_HEADER = "X-SePay-Signature"
TIMESTAMP_HEADER = "X-SePay-Timestamp"
MAX_DRIFT = dt.timedelta(minutes=5)

_SIGNATURE = re.compile(r"sha256=([0-9a-fA-F]{64})")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_API_KEY = re.compile(r"apikey\s+(\S+)", re.IGNORECASE)


def sign(body: bytes, *, timestamp: int, secret: str) -> str:
    """The value of X-SePay-Signature for a body sent at `timestamp` (Unix seconds)."""
    return "sha256=" + _digest(body, str(timestamp), secret)


def verify_signature(body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], now: dt.datetime) -> None:
    """Return when one live secret signed exactly this body within 5 minutes of `now` (aware).

    Raises SignatureError. Header names are compared without case.
    """
    live = _live(secrets)
    found = _SIGNATURE.fullmatch(_header(headers, SIGNATURE_HEADER, "signature_missing"))
    if found is None:
        raise SignatureError("signature_malformed")
    timestamp = _header(headers, TIMESTAMP_HEADER, "timestamp_missing")
    if _TIMESTAMP.fullmatch(timestamp) is None:
        raise SignatureError("timestamp_malformed")
    if not _any_equal(found[1].lower(), [_digest(body, timestamp, secret) for secret in live]):
        raise SignatureError("signature_wrong")
    if abs(now.timestamp() - int(timestamp)) > MAX_DRIFT.total_seconds():
        raise SignatureError("timestamp_drift")


def verify_api_key(headers: Mapping[str, str], *, keys: Sequence[str]) -> None:
    """Return when the request carries one of the live keys. Raises SignatureError key_missing or key_wrong.
    Return when the request carries one of the live keys. Raises SignatureError key_missing or key_wrong."""
    live = _live(keys)
    found = _API_KEY.fullmatch(_header(headers, "Authorization", "key_missing"))
    if found is None:
        raise SignatureError("key_missing")
    if not _any_equal(found[1], live):
        raise SignatureError("key_wrong")


def _digest(body: bytes, timestamp: str, secret: str) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _live(secrets: Sequence[str]) -> list[str]:
    live = [secret for secret in secrets if secret]
    if not live:
        # An empty secret would accept anybody who signs with nothing.
        raise SignatureError("no_secret")
    return live


def _any_equal(given: str, candidates: Sequence[str]) -> bool:
    """Every candidate is compared, so that time tells nothing about which one fits."""
    equal = [hmac.compare_digest(given.encode(), candidate.encode()) for candidate in candidates]
    return any(equal)


def _header(headers: Mapping[str, str], name: str, missing: str) -> str:
    value = next((v for k, v in headers.items() if k.lower() == name.lower()), "").strip()
    if not value:
        raise SignatureError(missing)
    return value
