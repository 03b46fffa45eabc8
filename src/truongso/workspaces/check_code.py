"""The short check code of an invoice or a receipt: the first twelve symbols of its random public id (60 bits).

Short enough to type from paper; what it opens is masked, and the rest of the public id, which opens the family's
own page, stays secret. Pure but for the settings.
"""

from __future__ import annotations

import re

from truongso.payments.public import short_check_url

LENGTH = 12
_SYMBOLS = re.compile(r"[0-9a-hjkmnp-tv-z]+")
_MISREAD = str.maketrans({"o": "0", "i": "1", "l": "1"})
_TAIL = re.compile(r"(?:.*/kt/)?([^?#]*)(?:[?#].*)?", re.DOTALL)


def short_of(public_id: str) -> str:
    """The short code of a public id."""
    return public_id[:LENGTH]


def grouped_code(public_id: str) -> str:
    """k7f2-9mqx-3bcd: as printed and read aloud."""
    short = short_of(public_id)
    return "-".join(short[at : at + 4] for at in range(0, LENGTH, 4))


def check_address(public_id: str) -> str:
    """The address on the official domain under which anyone sees whether an invoice or receipt is real."""
    return short_check_url(public_id)


def read_code(text: str) -> str:
    """A short code or whole public id from what a person typed or pasted, whole addresses too; "" when it is neither.

    O, I and L, which no code holds, are taken for the digits they are mistaken for.
    """
    found = _TAIL.fullmatch(text.strip())
    plain = re.sub(r"[\s.\-–—_]+", "", found[1] if found else "").lower().translate(_MISREAD)
    return plain if len(plain) in {LENGTH, 26} and _SYMBOLS.fullmatch(plain) else ""
