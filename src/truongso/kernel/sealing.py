"""Secrets of partners kept encrypted: AES-256-GCM, bound to their place, key in a file outside the database."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE = 12


def seal(secret: str, *, place: str) -> str:
    """Encrypt; `place` (table|column|row) is authenticated, so that a sealed value cannot be moved elsewhere."""
    nonce = os.urandom(_NONCE)
    return base64.b64encode(nonce + AESGCM(_key()).encrypt(nonce, secret.encode(), place.encode())).decode()


def unseal(sealed: str, *, place: str) -> str:
    """Decrypt; raises cryptography's InvalidTag when the value, its place or the key is not the right one."""
    raw = base64.b64decode(sealed)
    return AESGCM(_key()).decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()).decode()


def _key() -> bytes:
    """The sealing key, made at first use in the data directory, readable by its owner only."""
    path = Path(settings.DATA_DIR) / "sealing_key"
    try:
        return base64.b64decode(path.read_text())
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = AESGCM.generate_key(bit_length=256)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was faster
            return base64.b64decode(path.read_text())
        with os.fdopen(descriptor, "w") as handle:
            handle.write(base64.b64encode(key).decode())
        return key
