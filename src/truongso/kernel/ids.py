"""Public identifiers."""

from __future__ import annotations

import secrets

# Crockford's base 32 in lower case: no i, l, o, u; safe in links, file names and when read aloud.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_public_id() -> str:
    """A random id of 26 symbols carrying 130 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(26))
