"""Reading a birth date from a cell. Day/month/year always: 5/12/2015 is 5 December, in every file."""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re

from truongso.kernel.sheets import Cell
from truongso.people.roster.types import Reason

FIRST_YEAR, LAST_YEAR = 1900, 2100

# Excel counts days from 30/12/1899 (1900 system, after its false 29/2/1900).
EXCEL_DAY_ZERO = dt.date(1899, 12, 30)
FIRST_SERIAL = (dt.date(1930, 1, 1) - EXCEL_DAY_ZERO).days
LAST_SERIAL = (dt.date(LAST_YEAR, 12, 31) - EXCEL_DAY_ZERO).days

_TIME = r"(?:[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AP]M)?)?"
_DAY_FIRST = re.compile(rf"(\d{{1,2}}) ?[/.\-\s] ?(\d{{1,2}}) ?[/.\-\s] ?(\d{{4}}){_TIME}", re.ASCII | re.IGNORECASE)
_YEAR_FIRST = re.compile(rf"(\d{{4}}) ?[/.\-] ?(\d{{1,2}}) ?[/.\-] ?(\d{{1,2}}){_TIME}", re.ASCII | re.IGNORECASE)
_IN_WORDS = re.compile(r"(?:ngày )?(\d{1,2}) tháng (\d{1,2}) năm (\d{4})", re.ASCII | re.IGNORECASE)
_TWO_DIGIT_YEAR = re.compile(r"\d{1,2} ?[/.\- ] ?\d{1,2} ?[/.\- ] ?\d{2}", re.ASCII)
_MONTH_YEAR = re.compile(r"\d{1,2} ?[/.\-] ?\d{4}|\d{4} ?[/.\-] ?\d{1,2}", re.ASCII)
_YEAR = re.compile(r"(?:19|20)\d{2}", re.ASCII)
_HALF_DATES = (
    ("date_year_only", _YEAR),
    ("date_incomplete", _MONTH_YEAR),
    ("date_two_digit_year", _TWO_DIGIT_YEAR),
)


def read_date(cell: Cell) -> dt.date | Reason | None:
    """The date in a cell, None for a blank cell, or why it is not one.

    Takes date cells, Excel serial numbers, d/m/yyyy with / - . or spaces, yyyy-mm-dd, both also with a time
    of day, and "ngày 5 tháng 3 năm 2015". Years of two digits are refused: 15/5/13 has three readings.
    Codes: `date_no_such_day`, `date_month_out_of_range`, `date_two_digit_year`, `date_year_only`,
    `date_incomplete`, `date_unreadable`, all with `value`.
    """
    if isinstance(cell, dt.datetime):
        return _in_range(cell.date(), cell)
    if isinstance(cell, dt.date):
        return _in_range(cell, cell)
    if cell is None:
        return None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _from_number(cell)
    return _from_text(" ".join(str(cell).split()))


def date_from_parts(day: Cell, month: Cell, year: Cell) -> dt.date | Reason | None:
    """The date written in three columns day, month, year; None when all three are blank.

    Codes as `read_date`.
    """
    texts = [_part(cell) for cell in (day, month, year)]
    if not any(texts):
        return None
    shown = "/".join(texts)
    if not texts[0] and not texts[1] and _YEAR.fullmatch(texts[2]):
        return Reason("date_year_only", {"value": texts[2]})
    if not all(texts):
        return Reason("date_incomplete", {"value": shown})
    return _from_text(shown)


def _part(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _from_number(number: float) -> dt.date | Reason:
    if not math.isfinite(number):
        return Reason("date_unreadable", {"value": str(number)})
    if number == int(number) and FIRST_YEAR <= number <= LAST_YEAR:
        return Reason("date_year_only", {"value": str(int(number))})
    if FIRST_SERIAL <= number <= LAST_SERIAL:
        return EXCEL_DAY_ZERO + dt.timedelta(days=int(number))
    return Reason("date_unreadable", {"value": f"{number:.15g}"})


def _from_text(text: str) -> dt.date | Reason | None:
    if not text:
        return None
    if found := _DAY_FIRST.fullmatch(text) or _IN_WORDS.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
        return _build(year, month, day, text)
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
        return _build(year, month, day, text)
    code = next((code for code, pattern in _HALF_DATES if pattern.fullmatch(text)), "date_unreadable")
    return Reason(code, {"value": text[:40]})


def _build(year: int, month: int, day: int, shown: str) -> dt.date | Reason:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Reason("date_unreadable", {"value": shown})
    if not 1 <= month <= 12:
        return Reason("date_month_out_of_range", {"value": shown, "month": month})
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return Reason("date_no_such_day", {"value": shown, "day": day, "month": month, "year": year})
    return dt.date(year, month, day)


def _in_range(date: dt.date, cell: dt.date) -> dt.date | Reason:
    if FIRST_YEAR <= date.year <= LAST_YEAR:
        return date
    return Reason("date_unreadable", {"value": cell.isoformat()})
