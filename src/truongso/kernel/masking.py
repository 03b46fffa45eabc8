"""Names and addresses that strangers may see. Pure: no Django."""

from __future__ import annotations

import re

from truongso.kernel.names import tidy

# The first sound of a Vietnamese word: one consonant or a group of them, else one vowel.
_ONSET = re.compile(r"ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|.", re.IGNORECASE)


def masked_name(name: str) -> str:
    """Ng*** B*** An: who knows the payer recognises the name, nobody else learns it. A single word: A***."""
    words = tidy(name).split(" ")
    if words == [""]:
        return ""
    hidden = [_hidden(word) for word in words]
    return " ".join([*hidden[:-1], words[-1]]) if len(words) > 1 else hidden[0]


def masked_address(address: str) -> str:
    """Enough of an address to recognise it: …0011, h…@x.vn."""
    name, at, host = address.partition("@")
    return f"{name[:1]}…@{host}" if at else f"…{address[-4:]}"


def masked_phone(number: str) -> str:
    """The last three digits: enough to tell two numbers apart, not to call. ••• ••• 678"""
    return f"••• ••• {number[-3:]}" if number else ""


def _hidden(word: str) -> str:
    onset = _ONSET.match(word)
    return f"{onset[0] if onset else ''}***"
