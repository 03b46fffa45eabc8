"""A bank's list of numbers: columns found by their headings. Pure: no Django."""

from __future__ import annotations

import re
from collections.abc import Sequence

from truongso.kernel.names import fold, tidy
from truongso.kernel.sheets import Cell, Sheet
from truongso.payments.virtual_accounts.types import ListRow, VirtualAccountRefusedError, plain

MOST_ROWS = 5_000
_HEADER_WITHIN = 40
_EXACT_BELOW = 10**15  # workbooks keep 15 digits of a number cell; the 16th and later are those of another number
# Headings without accents; a heading counts when it begins with one of them. The first field that fits takes it.
_HEADINGS: dict[str, tuple[str, ...]] = {
    "number": (
        "SO TAI KHOAN DINH DANH", "TAI KHOAN DINH DANH", "SO TAI KHOAN AO", "TAI KHOAN AO", "SO TK DINH DANH",
        "SO TK AO", "TK DINH DANH", "SO DINH DANH THANH TOAN", "VIRTUAL ACCOUNT", "VA NUMBER", "SO VA", "SO TAI KHOAN",
        "ACCOUNT NUMBER",
    ),
    "pupil_code": (
        "MA DINH DANH", "MA HOC SINH", "MA HS", "MA KHACH HANG", "MA SO HOC SINH", "STUDENT CODE", "STUDENT ID",
        "CUSTOMER CODE",
    ),
    "name": ("HO VA TEN", "HO TEN", "TEN HOC SINH", "TEN KHACH HANG", "TEN CHU TAI KHOAN", "STUDENT NAME", "NAME"),
    "class_name": ("LOP", "CLASS"),
}  # fmt: skip


def read_list(sheets: Sequence[Sheet]) -> list[ListRow]:
    """The rows of the first table that has a column of numbers and one that names pupils.

    Raises VirtualAccountRefusedError `no_columns`, `no_rows`, `too_many_rows` (most). Empty rows are passed over; a row
    without a number or a pupil comes through with blanks, for the preview to say so.
    """
    for sheet in sheets:
        for at, row in enumerate(sheet.rows[:_HEADER_WITHIN]):
            columns = _columns(row)
            if "number" in columns and ("pupil_code" in columns or "name" in columns):
                return _rows(sheet.rows, at, columns)
    raise VirtualAccountRefusedError("no_columns")


def _columns(row: Sequence[Cell]) -> dict[str, int]:
    found: dict[str, int] = {}
    for field, headings in _HEADINGS.items():
        for heading in headings:
            place = next((at for at, cell in enumerate(row) if _label(cell).startswith(heading)), None)
            if place is not None and place not in found.values() and field not in found:
                found[field] = place
    return found


def _rows(rows: Sequence[Sequence[Cell]], header: int, columns: dict[str, int]) -> list[ListRow]:
    read = []
    for number, row in enumerate(rows[header + 1 :], start=header + 2):
        values = {field: _text(row[place]) for field, place in columns.items()}
        if any(values.values()):
            values["number"] = _number(row[columns["number"]])
            read.append(ListRow(number, **values))
    if not read:
        raise VirtualAccountRefusedError("no_rows")
    if len(read) > MOST_ROWS:
        raise VirtualAccountRefusedError("too_many_rows", most=MOST_ROWS)
    return read


def _label(cell: Cell) -> str:
    return " ".join(re.findall(r"[A-Z0-9]+", fold(_text(cell))))


def _number(cell: Cell) -> str:
    """The number as kept; one that a workbook has rounded as the workbook shows it, which is no number to give."""
    if isinstance(cell, int | float) and abs(cell) >= _EXACT_BELOW:
        return f"{cell:.5E}"
    return plain(_text(cell))


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else tidy(str(cell))[:120]
