"""Signatures of receipts: the canonical form, Ed25519 (RFC 8032), and the file a family can keep. Pure: no database.

The canonical form is UTF-8 JSON with sorted keys and no spaces over what the receipt said when it was issued. A
signed file holds that content readably; whoever has the installation's public key checks it without us.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import functools
import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from truongso.kernel.fixed_form import fixed_form

ALGORITHM = "Ed25519"
FORMAT = "truongso.receipt.1"
MAX_FILE = 200_000
_SHORT = 16


class Verdict(StrEnum):
    """What the check of a signed file found. Only `genuine` is good."""

    GENUINE = "genuine"
    CHANGED = "changed"  # the content or the signature was altered
    UNKNOWN_KEY = "unknown_key"  # rightly signed, but by somebody else's key
    NO_SIGNED_RECEIPT = "no_signed_receipt"  # not such a file at all


@dataclass(frozen=True, slots=True)
class Issued:
    """What is signed: a receipt as issued."""

    public_id: str
    number: str
    issued_at: dt.datetime
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """The verdict on a file, with what the file says (empty when it is no signed receipt)."""

    verdict: Verdict
    receipt: dict[str, Any]
    key: str


def body_of(issued: Issued) -> dict[str, Any]:
    """The signed content as JSON values. Raises ValueError for a moment without a time zone."""
    return {
        "format": FORMAT, "id": issued.public_id, "number": issued.number, "issued_at": _moment(issued.issued_at),
        "content": issued.content,
    }  # fmt: skip


@functools.lru_cache(maxsize=16)
def _moment(issued_at: dt.datetime) -> str:
    """The moment in UTC; a bulk issues thousands at the same one."""
    if issued_at.tzinfo is None:
        raise ValueError("a receipt is issued at an aware moment")
    return issued_at.astimezone(dt.UTC).isoformat(timespec="microseconds")


def canonical(body: dict[str, Any]) -> bytes:
    """The bytes that are signed."""
    return fixed_form(body)


def digest(issued: Issued) -> str:
    """SHA-256 of the canonical form, hexadecimal."""
    return hashlib.sha256(canonical(body_of(issued))).hexdigest()


def short(digest_hex: str) -> str:
    """The first 64 bits of a digest as printed: 3F2A-91BC-77D0-12AB."""
    plain = digest_hex[:_SHORT].upper()
    return "-".join(plain[at : at + 4] for at in range(0, _SHORT, 4))


def fingerprint(public_key: bytes) -> str:
    """SHA-256 of a raw public key, hexadecimal: the name under which it is published."""
    return hashlib.sha256(public_key).hexdigest()


def sign(private_key: Ed25519PrivateKey, issued: Issued) -> tuple[str, str]:
    """Digest (as `digest` gives it) and signature in base64."""
    signed = canonical(body_of(issued))
    return hashlib.sha256(signed).hexdigest(), base64.b64encode(private_key.sign(signed)).decode()


def signed_file(issued: Issued, *, signature: str, public_key: str) -> bytes:
    """What a family downloads: the receipt, the signature, the public key (base64), as readable JSON."""
    key = fingerprint(base64.b64decode(public_key))
    whole = {
        "receipt": body_of(issued),
        "signature": {"algorithm": ALGORITHM, "key": key, "public_key": public_key, "value": signature},
    }
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()


def holds(public_key: str, body: dict[str, Any], signature: str) -> bool:
    """True when the signature is that of the key over the body; anything malformed is simply not."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(signature, validate=True), canonical(body))
    except (InvalidSignature, ValueError, TypeError, RecursionError, binascii.Error):
        return False
    return True


def check_file(data: bytes, *, known_keys: dict[str, str]) -> Checked:
    """Judge a signed file by keys the reader trusts ({fingerprint: public key in base64}).

    The key inside the file proves nothing by itself: it only tells "altered" from "signed by somebody else".
    """
    nothing = Checked(Verdict.NO_SIGNED_RECEIPT, {}, "")
    parts = _parts(data)
    if parts is None:
        return nothing
    body, key, inside, signature = parts
    trusted = known_keys.get(key)
    if trusted is not None:
        return Checked(Verdict.GENUINE if holds(trusted, body, signature) else Verdict.CHANGED, body, key)
    return Checked(Verdict.UNKNOWN_KEY if holds(inside, body, signature) else Verdict.CHANGED, body, key)


def _parts(data: bytes) -> tuple[dict[str, Any], str, str, str] | None:
    """Body, key name, key and signature of a file; None when it is not of our form."""
    if len(data) > MAX_FILE:
        return None
    try:
        whole = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_unambiguous)
        body, mark = whole["receipt"], whole["signature"]
        texts = [mark["key"], mark["public_key"], mark["value"], body["id"], body["number"]]
        known_form = body["format"] == FORMAT and mark["algorithm"] == ALGORITHM and isinstance(body["content"], dict)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not known_form or not all(isinstance(text, str) for text in texts):
        return None
    return body, mark["key"], mark["public_key"], mark["value"]


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key named twice would let two readers see two different receipts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice")
    return found
