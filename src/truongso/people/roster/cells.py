"""Single cells of a roster read as text, name, code or e-mail address: the value, or why it is refused."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from truongso.kernel.names import fold, sort_key, tidy
from truongso.kernel.sheets import Cell
from truongso.people.roster.types import Column, Reason

LIMITS = {
    Column.SECTOR_CODE: 20,  # MaHocSinh of the sector dictionary
    Column.SCHOOL_CODE: 20,
    Column.FULL_NAME: 120,
    Column.FATHER_NAME: 120,
    Column.MOTHER_NAME: 120,
    Column.GUARDIAN_NAME: 120,
    Column.CLASS_NAME: 40,
    Column.GRADE: 20,
    Column.EMAIL: 254,
}
"""Longest text kept of each field, in characters."""

_SORT_KEY = 360
"""Longest key by which a roll is sorted; that of 120 letters of any Latin script."""

SECTOR_CODE_DIGITS = 10
PERSONAL_NUMBER_DIGITS = 12
"""Exported lists show ten digits; the personal identification number that takes over has twelve."""

_CODE = re.compile(r"[A-Z0-9][A-Z0-9._/\-]*", re.ASCII | re.IGNORECASE)
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")
_NAME_PUNCTUATION = " .-'’"


def text_of(cell: Cell) -> str:
    """A cell as one line of clean text; "" for a blank one."""
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.strftime("%d/%m/%Y") if cell.time() == dt.time() else cell.strftime("%d/%m/%Y %H:%M:%S")
    if isinstance(cell, dt.date):
        return cell.strftime("%d/%m/%Y")
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return tidy(str(cell))


def read_text(cell: Cell, column: Column) -> str | Reason:
    """Text within its limit. Code `too_long` (field, length, limit)."""
    text = text_of(cell)
    limit = LIMITS[column]
    if len(text) > limit:
        return Reason("too_long", {"field": column.value, "length": len(text), "limit": limit})
    return text


def read_name(cell: Cell, column: Column) -> str | Reason:
    """A person's name: letters of any alphabet, spaces, dot, hyphen, apostrophe.

    Codes `too_long`, `not_a_name`.
    """
    name = read_text(cell, column)
    if isinstance(name, Reason) or not name:
        return name
    letters = sum(unicodedata.category(c)[0] == "L" for c in name)
    strange = any(unicodedata.category(c)[0] not in "LM" and c not in _NAME_PUNCTUATION for c in name)
    # Some signs of other scripts are written out when folded: kept, searched and sorted by, all three must fit.
    is_long = len(fold(name)) > LIMITS[column] or len(sort_key(name)) > _SORT_KEY
    if strange or letters < 2 or is_long:
        return Reason("not_a_name", {"field": column.value, "value": name})
    return name


def read_code(cell: Cell, column: Column) -> str | Reason:
    """A pupil's code as written, without spaces.

    Codes: `code_leading_zero_lost` (a sector code of digits that is neither 10 nor 12 long once a
    spreadsheet took it for a number), `code_digits_lost` (rounded to 1.23E+11), `bad_code`, `too_long`; all
    with field and value.
    """
    if isinstance(cell, (float, bool)):
        return Reason("code_digits_lost", {"field": column.value, "value": text_of(cell)})
    code = "".join(text_of(cell).removeprefix("'").split())
    if not code:
        return ""
    params: dict[str, str | int | tuple[str, ...] | tuple[int, ...]] = {
        "field": column.value,
        "value": code[:40],
    }
    if isinstance(cell, dt.date) or not _CODE.fullmatch(code):
        lost = _SCIENTIFIC.fullmatch(code) is not None
        return Reason("code_digits_lost" if lost else "bad_code", params)
    if len(code) > LIMITS[column]:
        return Reason("too_long", {"field": column.value, "length": len(code), "limit": LIMITS[column]})
    if column is Column.SECTOR_CODE and _lost_zero(code, number=isinstance(cell, int)):
        return Reason("code_leading_zero_lost", params)
    return code


def _lost_zero(code: str, *, number: bool) -> bool:
    if not code.isdigit():
        return False
    if number:
        return len(code) not in (SECTOR_CODE_DIGITS, PERSONAL_NUMBER_DIGITS)
    return len(code) < SECTOR_CODE_DIGITS or len(code) == PERSONAL_NUMBER_DIGITS - 1


def read_class(cell: Cell) -> str | Reason:
    """A class name.

    Codes `class_is_a_date` (a spreadsheet turned 10/1 into a date), `too_long`, `missing_class`.
    """
    if isinstance(cell, (dt.date, dt.time)):
        return Reason("class_is_a_date", {"value": text_of(cell)})
    name = read_text(cell, Column.CLASS_NAME)
    if isinstance(name, str) and len(fold(name)) > LIMITS[Column.CLASS_NAME]:
        return Reason("too_long", {
            "field": Column.CLASS_NAME.value, "length": len(fold(name)), "limit": LIMITS[Column.CLASS_NAME]
        })  # fmt: skip
    return name or Reason("missing_class")


def read_email(cell: Cell) -> str | Reason:
    """An e-mail address. Codes `bad_email` (value), `too_long`."""
    email = read_text(cell, Column.EMAIL)
    if isinstance(email, Reason) or not email or _EMAIL.fullmatch(email):
        return email
    return Reason("bad_email", {"value": email[:60]})
