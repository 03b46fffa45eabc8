"""Cell values as the rest of the product may trust them: clean NFC text, whole numbers as int."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

from truongso.kernel.sheet_types import Cell

# Beyond 2**53 a float no longer holds every whole number, so turning it into int would invent digits.
_EXACT_FLOAT = 2**53
_EXCEL_CARRIAGE_RETURN = "_x000D_"
_INVISIBLE_CATEGORIES = {"Cc", "Cf", "Cs"}
# Spreadsheets take a cell that begins so as a formula (OWASP "CSV injection"; full-width forms as well).
_FORMULA_STARTS = "=+\\-@\\t\\r\\n\uff1d\uff0b\uff0d\uff20"
FORMULA_TEXT = re.compile(rf"'*[{_FORMULA_STARTS}]")
_GUARDED_TEXT = re.compile(rf"'+[{_FORMULA_STARTS}]")


def clean_text(text: str) -> str:
    """Text without control, bidi and zero-width characters (line breaks and tabs stay), in NFC."""
    if text.isascii() and text.isprintable() and _EXCEL_CARRIAGE_RETURN not in text:
        return text
    text = text.replace(_EXCEL_CARRIAGE_RETURN, "").replace("\r\n", "\n").replace("\r", "\n")
    if not text.replace("\n", "").replace("\t", "").isprintable():
        text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _INVISIBLE_CATEGORIES)
    return unicodedata.normalize("NFC", text)


def clean_cell(value: Cell) -> Cell:
    """One cell: empty text becomes None, an integral float becomes int, not-a-number becomes None."""
    if isinstance(value, str):
        return clean_text(value) or None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        if value.is_integer() and abs(value) < _EXACT_FLOAT:
            return int(value)
    return value


def guard_text(text: str) -> str:
    """Text for a CSV cell: one apostrophe before anything a spreadsheet would take as a formula.

    A text that already looks guarded gets one more, so that `unguard_text` always gives the original back.
    """
    return "'" + text if FORMULA_TEXT.match(text) else text


def unguard_text(text: str) -> str:
    """The text that `guard_text` was given."""
    return text[1:] if _GUARDED_TEXT.match(text) else text


def rectangle(rows: Sequence[list[Cell]]) -> list[list[Cell]]:
    """The same rows, all as wide as the widest used cell, without empty rows at the end."""
    height = width = 0
    for number, row in enumerate(rows, start=1):
        used = next((i for i in range(len(row), 0, -1) if row[i - 1] is not None), 0)
        if used:
            height, width = number, max(width, used)
    return [row[:width] + [None] * (width - len(row)) for row in rows[:height]]
