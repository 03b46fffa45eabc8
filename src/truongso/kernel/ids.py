"""Public identifiers."""

from __future__ import annotations

import secrets

# Crockford's base 32 in lower case: no i, l, o, u; safe in links, file names and when read aloud.
_ALPHABET = b"0123456789abcdefghjkmnpqrstvwxyz"
_SYMBOL_OF = _ALPHABET * 8  # every byte one symbol, each equally likely
_SYMBOLS = 26


def new_public_id() -> str:
    """A random id of 26 symbols carrying 130 bits."""
    return new_public_ids(1)[0]


def new_public_ids(count: int) -> list[str]:
    """So many ids from one draw: a question to the system for each would cost more than the id, and let go of the
    interpreter every time."""
    symbols = secrets.token_bytes(count * _SYMBOLS).translate(_SYMBOL_OF).decode("ascii")
    return [symbols[at : at + _SYMBOLS] for at in range(0, count * _SYMBOLS, _SYMBOLS)]
