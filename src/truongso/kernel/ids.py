"""Public identifiers."""

from __future__ import annotations

import secrets
from base64 import b32encode

# Crockford's base 32 in lower case: no i, l, o, u; safe in links, file names and when read aloud.
_ALPHABET = b"0123456789abcdefghjkmnpqrstvwxyz"
_FROM_RFC_4648 = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _ALPHABET)
_SYMBOLS = 26


def new_public_id() -> str:
    """A random id of 26 symbols carrying 130 bits."""
    return new_public_ids(1)[0]


def new_public_ids(count: int) -> list[str]:
    """So many ids from one draw: a question to the system for each would cost more than the id, and let go of the
    interpreter every time."""
    groups = -(-count * _SYMBOLS // 8)  # eight symbols for five bytes
    symbols = b32encode(secrets.token_bytes(5 * groups)).translate(_FROM_RFC_4648).decode()
    return [symbols[at : at + _SYMBOLS] for at in range(0, count * _SYMBOLS, _SYMBOLS)]
