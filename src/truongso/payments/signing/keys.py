"""The installation's signing key: made at first use, its private half in a file only its owner may read."""

from __future__ import annotations

import base64
import functools
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from truongso.payments.receipt_signature import fingerprint

FILE_NAME = "receipt_signing_key"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """The private key, the public one in base64, and its fingerprint."""

    private: Ed25519PrivateKey
    public: str
    fingerprint: str


def key_pair() -> KeyPair:
    """The key pair of this installation; the file is made at first use (mode 600) and read once per process.

    Raises ValueError when the file holds no key: receipts are then not issued, rather than signed by a new key.
    """
    return _load(str(Path(settings.DATA_DIR, FILE_NAME)))


@functools.lru_cache(maxsize=4)
def _load(path_text: str) -> KeyPair:
    path = Path(path_text)
    raw = _read(path) or _make(path)
    if len(raw) != 32:
        raise ValueError(f"{path.name} holds no signing key")
    private = Ed25519PrivateKey.from_private_bytes(raw)
    public = private.public_key().public_bytes_raw()
    return KeyPair(private, base64.b64encode(public).decode(), fingerprint(public))


def _read(path: Path) -> bytes:
    try:
        return base64.b64decode(path.read_text())
    except FileNotFoundError:
        return b""


def _make(path: Path) -> bytes:
    """Write a new key; when another process was faster, take its key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    raw = Ed25519PrivateKey.generate().private_bytes_raw()
    fresh = path.with_name(f".{path.name}.{os.getpid()}")  # whole before it gets its name: nobody reads half a key
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(base64.b64encode(raw).decode())
        handle.flush()
        os.fsync(handle.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        return _read(path)
    finally:
        fresh.unlink()
    return raw
