"""Card numbers never enter the books: found by form and check digit, refused where typed, masked where imported. Pure.

A card number has 13 to 19 digits (ISO/IEC 7812), unbroken or in the groups printed on cards, and its last digit follows
from the others (Luhn). Account numbers have no such digit, so one in ten of the longest looks like a card: masking one
of those loses nothing that is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_GROUPS = r"\d{4}(?:[ .\-_]\d{4}){2,3}(?:[ .\-_]\d{1,4})?|\d{4}[ .\-_]\d{6}[ .\-_]\d{4,5}"
_LIKE_A_CARD = re.compile(rf"(?<!\d)(?:\d{{13,19}}|{_GROUPS})(?!\d)")
_SHORTEST, _LONGEST = 13, 19
_KEPT = 4


def has_card_number(text: str) -> bool:
    """Whether a full card number stands in the text."""
    return next(_found(text), None) is not None


def without_card_number(text: str) -> str:
    """The text with every card number reduced to its last four digits: ****1234."""
    for start, end in reversed(list(_found(text))):
        digits = _digits(text[start:end])
        text = f"{text[:start]}****{digits[-_KEPT:]}{text[end:]}"
    return text


def _found(text: str) -> Iterator[tuple[int, int]]:
    for run in _LIKE_A_CARD.finditer(text):
        digits = _digits(run[0])
        if _SHORTEST <= len(digits) <= _LONGEST and _passes(digits):
            yield run.span()


def _digits(text: str) -> str:
    return "".join(str(int(c)) for c in text if c.isdecimal())


def _passes(digits: str) -> bool:
    """Luhn: from the right, every second digit doubled, the sum of all digits a multiple of ten."""
    doubled = [int(d) if place % 2 == 0 else sum(divmod(int(d) * 2, 10)) for place, d in enumerate(reversed(digits))]
    return any(doubled) and sum(doubled) % 10 == 0
