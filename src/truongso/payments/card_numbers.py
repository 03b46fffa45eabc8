"""Card numbers never enter the books: found by form and check digit, refused where typed, masked where imported. Pure.

A card number has 13 to 19 digits (ISO/IEC 7812), unbroken or in the groups printed on cards, begins with the digits of
a card scheme that uses this length, and its last digit follows from the others (Luhn). Numbers of transactions have no
such digit: without a look at the beginning one in ten of the longest would be taken for a card, and a settlement row
would no longer find its payment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_GROUPS = r"\d{4}(?:[ .\-_]\d{4}){2,3}(?:[ .\-_]\d{1,4})?|\d{4}[ .\-_]\d{6}[ .\-_]\d{4,5}"
_LIKE_A_CARD = re.compile(rf"(?<!\d)(?:\d{{13,19}}|{_GROUPS})(?!\d)")
# Beginnings (first and last of a range) and lengths: NAPAS, Visa, Mastercard (two ranges), American Express, JCB,
# Diners, UnionPay and Discover.
_SCHEMES = (
    ("9704", "9704", (16, 19)),
    ("4", "4", (13, 16, 19)),
    ("51", "55", (16,)),
    ("2221", "2720", (16,)),
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("3528", "3589", (16, 17, 18, 19)),
    ("300", "305", (14, 16, 19)),
    ("36", "36", (14, 16, 19)),
    ("38", "39", (14, 16, 19)),
    ("60", "60", (16, 17, 18, 19)),
    ("62", "62", (16, 17, 18, 19)),
    ("64", "65", (16, 17, 18, 19)),
)
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
        if _of_a_scheme(digits) and _passes(digits):
            yield run.span()


def _digits(text: str) -> str:
    return "".join(str(int(c)) for c in text if c.isdecimal())


def _of_a_scheme(digits: str) -> bool:
    return any(first <= digits[: len(first)] <= last and len(digits) in lengths for first, last, lengths in _SCHEMES)


def _passes(digits: str) -> bool:
    """Luhn: from the right, every second digit doubled, the sum of all digits a multiple of ten."""
    doubled = [int(d) if place % 2 == 0 else sum(divmod(int(d) * 2, 10)) for place, d in enumerate(reversed(digits))]
    return any(doubled) and sum(doubled) % 10 == 0
