"""The personal identification number: twelve digits. Pure."""

from __future__ import annotations

import re

_DIGITS = 12
_SEPARATORS = re.compile(r"[\s.\-']")


def normal_number(text: str) -> str | None:
    """The twelve digits of a personal number as written with spaces or dots; None when it is none.

    Decree 137/2015/NĐ-CP art. 13: twelve digits, the first three for the place of birth's registration.
    A number whose leading zeros a spreadsheet took away is not guessed.
    """
    digits = _SEPARATORS.sub("", text)
    return digits if len(digits) == _DIGITS and digits.isascii() and digits.isdigit() else None
