"""Amounts as Vietnamese banks print them. Đồng has no decimals in use: ",00" is dropped, anything else refused.

"1.000" alone is one thousand for one bank and one (with three decimals) for another. What a separator means is
therefore decided for the file as a whole, from amounts that can be read in one way only ("1.000.000", "1,000.00").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from truongso.kernel.sheets import Cell

_LARGEST = 10**15  # far above any account, far below what the database holds
_CURRENCY = re.compile(r"\s*(?:VND|VNĐ|ĐỒNG|Đ|₫)\.?\s*", re.IGNORECASE)
_COMMAS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})*")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:(?:\.[0-9]{3})+|(?:,[0-9]{3})+|(?: [0-9]{3})+)")
_DECIMALS = re.compile(r"([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+)\.([0-9]{1,2})")
_COMMA_DECIMALS = re.compile(r"([0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+),([0-9]{1,2})")
_ONE_SEPARATOR = re.compile(r"([0-9]+)([.,])([0-9]+)")
_EITHER = re.compile(r"([1-9][0-9]{0,2})([.,])([0-9]{3})")
_LONG_DECIMALS = re.compile(r"([0-9]{4,}|0)[.,]([0-9]{3})")
_OUTNUMBERED = 20  # a reading that so many others contradict is taken for a slip


class AmountError(ValueError):
    """Codes: amount_unreadable, amount_not_whole, amount_too_large, amount_ambiguous; `text` is what stood there."""

    def __init__(self, code: str, cell: Cell) -> None:
        super().__init__(code)
        self.code = code
        self.text = str(cell)


@dataclass(frozen=True, slots=True)
class NumberForm:
    """What dot and comma mean in a file: separators seen between thousands, separators seen before decimals.

    A separator in both sets makes amounts like "1.000" ambiguous; one in neither parts thousands, as in every known
    layout, or is ambiguous where the form `asks`. `bare_cells_doubtful`: most amounts are texts with dots, so that a
    number below 1,000 in a cell is what a spreadsheet made of "250.000".
    """

    thousands: frozenset[str] = frozenset()
    decimals: frozenset[str] = frozenset()
    asks: bool = False
    bare_cells_doubtful: bool = False

    def parts_thousands(self, separator: str) -> bool | None:
        """Whether it parts thousands, None when the file does not tell."""
        seen, other = separator in self.thousands, separator in self.decimals
        if seen and other:
            return None
        if seen or other:
            return seen
        return None if self.asks else True


USUAL = NumberForm()
DOTS = NumberForm(frozenset(".,"), frozenset(","))
COMMAS = NumberForm(frozenset(","), frozenset("."))


def parse_amount(cell: Cell, form: NumberForm = USUAL) -> int | None:
    """The signed whole đồng of a money cell, None for an empty one (also "-").

    Three digits after the last separator are thousands unless the form says otherwise, one or two are decimals and
    must be zeros. Raises AmountError; an unreadable amount is never 0.
    """
    if cell is None:
        return None
    if isinstance(cell, str):
        if _COMMAS.fullmatch(cell) and cell.count(",") != 1 and len(cell) < 20:
            value = int(cell.replace(",", ""))
        elif cell.strip() in ("", "-", "\u2013"):
            return None
        else:
            value = _text_amount(cell, form)
    else:
        value = _number_amount(cell, form)
    if abs(value) > _LARGEST:
        raise AmountError("amount_too_large", cell)
    return value


def _number_amount(cell: Cell, form: NumberForm) -> int:
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise AmountError("amount_unreadable", cell)
    if form.bare_cells_doubtful and 0 < abs(cell) < 1000:
        raise AmountError("amount_ambiguous", cell)
    if isinstance(cell, float):
        raise AmountError("amount_not_whole", cell)
    return cell


def _text_amount(cell: str, form: NumberForm) -> int:
    sign, text = _unsigned(cell)
    if _EITHER.fullmatch(text):
        return sign * _either(text, cell, form)
    if text.isdecimal() and text.isascii():
        return sign * _digits(text, cell)
    if _THOUSANDS.fullmatch(text):
        return sign * _digits(text, cell)
    match = _DECIMALS.fullmatch(text) or _COMMA_DECIMALS.fullmatch(text) or _LONG_DECIMALS.fullmatch(text)
    if match is None:
        raise AmountError("amount_unreadable", cell)
    if match[2].strip("0"):
        raise AmountError("amount_not_whole", cell)
    return sign * _digits(match[1], cell)


def _unsigned(cell: str) -> tuple[int, str]:
    text = cell.strip().removesuffix(" VND")
    if text[:1].isdecimal() and text[-1:].isdecimal() and text.isascii():
        return 1, text
    text = _CURRENCY.sub("", text.replace("\u00a0", " ").replace("\u202f", " ").strip())
    sign = 1
    if text.startswith("(") and text.endswith(")"):
        sign, text = -1, text[1:-1]
    elif text[:1] in ("+", "-", "\u2212"):
        sign, text = (1 if text[0] == "+" else -1), text[1:]
    elif text[-1:] in ("+", "-") and len(text) > 1:  # a trailing sign, as mainframes print it
        sign, text = (1 if text[-1] == "+" else -1), text[:-1]
    return sign, text.strip()


def _either(text: str, cell: str, form: NumberForm) -> int:
    """ "1.000": one thousand, or one with three decimals."""
    whole, separator, decimals = text[:-4], text[-4], text[-3:]
    thousands = form.parts_thousands(separator)
    if thousands is None:
        raise AmountError("amount_ambiguous", cell)
    if thousands:
        return int(whole + decimals)
    if decimals.strip("0"):
        raise AmountError("amount_not_whole", cell)
    return int(whole)


def _digits(text: str, cell: str) -> int:
    digits = re.sub(r"[^0-9]", "", text)
    if len(digits) > 30:
        raise AmountError("amount_too_large", cell)
    return int(digits)


def decide_form(cells: Iterable[Cell], *, asks: bool = False) -> NumberForm:
    """What dot and comma mean, from all money cells of a file."""
    thousands = {".": 0, ",": 0}
    decimals = {".": 0, ",": 0}
    small_numbers = 0
    for cell in cells:
        if not isinstance(cell, str):
            small_numbers += isinstance(cell, int | float) and not isinstance(cell, bool) and 0 < abs(cell) < 1000
            continue
        dots, commas = cell.count("."), cell.count(",")
        if dots + commas:
            _count_proofs(cell, dots, commas, thousands, decimals)
    return NumberForm(
        frozenset(s for s in ".," if thousands[s] and decimals[s] < _OUTNUMBERED * thousands[s]),
        frozenset(s for s in ".," if decimals[s] and thousands[s] < _OUTNUMBERED * decimals[s]),
        asks=asks,
        bare_cells_doubtful=bool(small_numbers and thousands["."] and not decimals["."]),
    )


def _count_proofs(cell: str, dots: int, commas: int, thousands: dict[str, int], decimals: dict[str, int]) -> None:
    """Count what one text proves. Decimals other than zeros prove nothing: such a text is refused anyway."""
    if dots + commas == 1:
        match = _ONE_SEPARATOR.search(cell)
        if match is not None and not match[3].strip("0"):
            decimals[match[2]] += len(match[3]) < 3 or len(match[1]) > 3 or match[1] == "0"
        return
    text = _unsigned(cell)[1]
    if _THOUSANDS.fullmatch(text):
        thousands["." if dots else ","] += 1
    elif (match := _DECIMALS.fullmatch(text) or _COMMA_DECIMALS.fullmatch(text)) and not match[2].strip("0"):
        point = text[len(match[1])]
        decimals[point] += 1
        thousands["," if point == "." else "."] += 1
