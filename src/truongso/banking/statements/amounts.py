"""Amounts as Vietnamese banks print them. Đồng has no decimals in use: ",00" is dropped, anything else
refused."""

from __future__ import annotations

import re

from truongso.kernel.sheets import Cell

_LARGEST = 10**15  # far above any account, far below what the database holds
_CURRENCY = re.compile(r"\s*(?:VND|VNĐ|ĐỒNG|Đ|₫)\.?\s*", re.IGNORECASE)
_PLAIN = re.compile(r"[0-9]+")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:(?:\.[0-9]{3})+|(?:,[0-9]{3})+|(?: [0-9]{3})+)")
_DECIMALS = re.compile(r"([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+)\.([0-9]{1,2})")
_COMMA_DECIMALS = re.compile(r"([0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+),([0-9]{1,2})")


class AmountError(ValueError):
    """Codes: amount_unreadable, amount_not_whole, amount_too_large; `text` is what stood there."""

    def __init__(self, code: str, cell: Cell) -> None:
        super().__init__(code)
        self.code = code
        self.text = str(cell)


def parse_amount(cell: Cell) -> int | None:
    """The signed whole đồng of a money cell, None for an empty one (also "-").

    Three digits after the last separator are thousands, one or two are decimals and must be zeros.
    Raises AmountError; an unreadable amount is never 0.
    """
    if cell is None or (isinstance(cell, str) and cell.strip() in ("", "-", "\u2013")):
        return None
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        raise AmountError("amount_unreadable", cell)
    if isinstance(cell, float):
        raise AmountError("amount_not_whole", cell)
    value = cell if isinstance(cell, int) else _text_amount(cell)
    if abs(value) > _LARGEST:
        raise AmountError("amount_too_large", cell)
    return value


def _text_amount(cell: str) -> int:
    text = _CURRENCY.sub("", cell.replace("\u00a0", " ").replace("\u202f", " ").strip())
    sign = 1
    if text.startswith("(") and text.endswith(")"):
        sign, text = -1, text[1:-1]
    elif text[:1] in ("+", "-", "\u2212"):
        sign, text = (1 if text[0] == "+" else -1), text[1:]
    text = text.strip()
    if _PLAIN.fullmatch(text) or _THOUSANDS.fullmatch(text):
        return sign * _digits(text, cell)
    match = _DECIMALS.fullmatch(text) or _COMMA_DECIMALS.fullmatch(text)
    if match is None:
        raise AmountError("amount_unreadable", cell)
    if match[2].strip("0"):
        raise AmountError("amount_not_whole", cell)
    return sign * _digits(match[1], cell)


def _digits(text: str, cell: str) -> int:
    digits = re.sub(r"[^0-9]", "", text)
    if len(digits) > 30:
        raise AmountError("amount_too_large", cell)
    return int(digits)
