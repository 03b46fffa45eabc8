"""Signatures of the bill service, for both sides. Pure: no database, no Django.

HMAC-SHA256 over timestamp, nonce, method (or status), path and the raw body, joined by line feeds: `README.md`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence

KEY_HEADER = "X-TS-Key"
TIMESTAMP_HEADER = "X-TS-Timestamp"
NONCE_HEADER = "X-TS-Nonce"
SIGNATURE_HEADER = "X-TS-Signature"

_VERSION = "v1="


def call_signature(secret: str, *, timestamp: int, nonce: str, method: str, path: str, body: bytes) -> str:
    """Signature of a call: `v1=` and lower-case hex."""
    return _mac(secret, [str(timestamp), nonce, method.upper(), path], body)


def answer_signature(secret: str, *, timestamp: int, nonce: str, status: int, body: bytes) -> str:
    """Signature of an answer; `nonce` is the call's."""
    return _mac(secret, [str(timestamp), nonce, str(status)], body)


def signed_headers(
    secret: str, *, key_id: str, timestamp: int, nonce: str, path: str, body: bytes, method: str = "POST"
) -> dict[str, str]:
    """Every header a call needs beside its content type."""
    signature = call_signature(secret, timestamp=timestamp, nonce=nonce, method=method, path=path, body=body)
    return {
        KEY_HEADER: key_id,
        TIMESTAMP_HEADER: str(timestamp),
        NONCE_HEADER: nonce,
        SIGNATURE_HEADER: signature,
    }


def answer_is_genuine(secret: str, *, headers: Mapping[str, str], status: int, body: bytes) -> bool:
    """True when an answer was signed with the secret (for the bank's side)."""
    stamp = headers.get(TIMESTAMP_HEADER, "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    expected = answer_signature(
        secret, timestamp=int(stamp), nonce=headers.get(NONCE_HEADER, ""), status=status, body=body
    )
    return hmac.compare_digest(expected.encode(), headers.get(SIGNATURE_HEADER, "").encode())


def fitting_secret(
    secrets: Sequence[str], given: str, *, timestamp: int, nonce: str, method: str, path: str, body: bytes
) -> str | None:
    """The live secret that made the given signature, or None. Every secret is tried, in constant time each."""
    found = None
    for secret in secrets:
        expected = call_signature(secret, timestamp=timestamp, nonce=nonce, method=method, path=path, body=body)
        if hmac.compare_digest(expected.encode(), given.encode()):
            found = secret
    return found


def _mac(secret: str, parts: Sequence[str], body: bytes) -> str:
    text = "".join(f"{part}\n" for part in parts).encode() + body
    return _VERSION + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
