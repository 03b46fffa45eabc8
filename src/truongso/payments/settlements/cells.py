"""Cells of settlement files as text, amounts, days and codes. Pure: no database, no Django.

Every text is freed of card numbers before anything else sees it.
"""

from __future__ import annotations

import datetime as dt
import re

from truongso.kernel.names import fold
from truongso.kernel.sheets import Cell
from truongso.payments.card_numbers import without_card_number

_CURRENCY = re.compile(r"\s*(?:VND|VNĐ|Đ|₫)\.?\s*", re.IGNORECASE)
_WHOLE = re.compile(r"\d{1,13}|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+")
_ZERO_DECIMALS = re.compile(r"(.+?)[.,]0{1,2}")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})")
_RUN_OF_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?")
_LARGEST = 10**12


class CellError(ValueError):
    """`code`: amount_unreadable, amount_not_whole, date_unreadable; `text` is what stood there."""

    def __init__(self, code: str, cell: Cell) -> None:
        super().__init__(code)
        self.code = code
        self.text = without_card_number(str(cell))[:40]


def as_text(cell: Cell) -> str:
    """The cell as one line of text, card numbers masked; "" for an empty one."""
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.strftime("%d/%m/%Y %H:%M:%S")
    if isinstance(cell, dt.date):
        return cell.strftime("%d/%m/%Y")
    return without_card_number(" ".join(str(cell).split()))


def label(cell: Cell) -> str:
    """A heading without accents and punctuation: "Số tiền (VND)" is SO TIEN VND."""
    return " ".join(re.findall(r"[A-Z0-9]+", fold(as_text(cell)).upper()))


def amount(cell: Cell) -> int | None:
    """Whole đồng with sign, None for an empty cell; a point or comma before three digits parts thousands.

    Raises CellError: an unreadable amount is never 0.
    """
    if cell is None or isinstance(cell, bool):
        return None
    if isinstance(cell, int):
        return _bounded(cell, cell)
    if isinstance(cell, float):
        raise CellError("amount_not_whole", cell)
    if not isinstance(cell, str):
        raise CellError("amount_unreadable", cell)
    text = _CURRENCY.sub("", cell.replace("\u00a0", " ").strip())
    if text in {"", "-", "\u2013"}:
        return None
    sign = 1
    if text.startswith("(") and text.endswith(")"):
        sign, text = -1, text[1:-1].strip()
    elif text[0] in "+-\u2212":
        sign, text = (1 if text[0] == "+" else -1), text[1:].strip()
    if not _WHOLE.fullmatch(text) and (cut := _ZERO_DECIMALS.fullmatch(text)):
        text = cut[1]
    if not text.isascii() or not _WHOLE.fullmatch(text):
        fraction = re.fullmatch(r"[\d., ]+[.,]\d{1,2}", text)
        raise CellError("amount_not_whole" if fraction else "amount_unreadable", cell)
    return _bounded(sign * int(re.sub(r"\D", "", text)), cell)


def moment(cell: Cell) -> tuple[dt.date, dt.time | None] | None:
    """Day and time of day, None for an empty cell; the day stands before the month. Raises CellError."""
    if cell is None:
        return None
    if isinstance(cell, dt.datetime):
        return cell.date(), cell.time().replace(microsecond=0)
    if isinstance(cell, dt.date):
        return cell, None
    text = " ".join(str(cell).replace("T", " ").split())
    if not text:
        return None
    try:
        return _moment(text)
    except ValueError as error:
        raise CellError("date_unreadable", cell) from error


def code(cell: Cell, width: int = 0) -> str:
    """A code in upper case without spaces; digits that a spreadsheet took for a number get their zeros back."""
    text = as_text(cell).replace(" ", "").upper()
    return text.zfill(width) if width and text.isdigit() else text


def tail(cell: Cell) -> str:
    """The last four digits of a masked card number; "" when there are none."""
    digits = re.findall(r"\d{4}", as_text(cell)[-4:])
    return digits[0] if digits else ""


def _bounded(value: int, cell: Cell) -> int:
    if abs(value) >= _LARGEST:
        raise CellError("amount_unreadable", cell)
    return value


def _moment(text: str) -> tuple[dt.date, dt.time | None]:
    if run := _RUN_OF_DIGITS.fullmatch(text):
        time = dt.time(int(run[4]), int(run[5]), int(run[6])) if run[4] else None
        return dt.date(int(run[1]), int(run[2]), int(run[3])), time
    parts = text.split(" ")
    day_text = next((p for p in parts if "/" in p or "-" in p or p.count(".") == 2), "")
    clock_text = next((p for p in parts if ":" in p), "")
    if day := _DAY_FIRST.fullmatch(day_text):
        found = dt.date(int(day[3]), int(day[2]), int(day[1]))
    elif day := _YEAR_FIRST.fullmatch(day_text):
        found = dt.date(int(day[1]), int(day[2]), int(day[3]))
    else:
        raise ValueError(text)
    if not clock_text:
        return found, None
    clock = _CLOCK.fullmatch(clock_text)
    if clock is None:
        raise ValueError(text)
    return found, dt.time(int(clock[1]), int(clock[2]), int(clock[3] or 0))
