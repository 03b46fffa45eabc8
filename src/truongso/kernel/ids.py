"""Public identifiers."""

from __future__ import annotations

import secrets

# Crockford's base 32 in lower case: no i, l, o, u; safe in links, file names and when read aloud.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]  # two symbols from ten bits at once: bulk writing makes many ids


def new_public_id() -> str:
    """A random id of 26 symbols carrying 130 bits."""
    bits = secrets.randbits(130)
    return "".join([_PAIRS[bits >> shift & 1023] for shift in range(0, 130, 10)])
