"""Tables for people: XLSX with Vietnamese number and date forms, CSV without formulas."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import xlsxwriter

from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.kernel.sheet_cells import clean_cell, guard_text
from truongso.kernel.sheet_types import Cell

ExportCell = Cell | Dong | Fraction
"""A Fraction is a share: a number shown in percent with one decimal."""


_LONGEST_TEXT = 32_767  # characters an XLSX cell holds
_EXACT_DIGITS = 10**15  # spreadsheets keep 15 significant digits
_FIRST_YEAR = 1900  # spreadsheets count days from 1900
_NAME_LENGTH = 31
_WIDTH_ROWS = 500
_WIDTHS = (8, 60)
_FORMATS = {
    "header": {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "bg_color": "#E8EEF7"},
    "dong": {"num_format": "#,##0"},
    "share": {"num_format": "0.0%"},
    "date": {"num_format": "dd/mm/yyyy"},
    "moment": {"num_format": "dd/mm/yyyy hh:mm:ss"},
    "time": {"num_format": "hh:mm:ss"},
    "duration": {"num_format": "[h]:mm:ss"},
}


@dataclass(frozen=True, slots=True)
class SheetOut:
    """One sheet to write.

    `banner` rows come first, then `header` (styled, frozen; none when empty), then `rows`. `widths` are in
    characters; without them they follow the content.
    """

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[ExportCell]]
    banner: Sequence[Sequence[ExportCell]] = ()
    widths: Sequence[int] = ()


def export_cell(value: ExportCell) -> Cell:
    """The value as it may leave: clean text, đồng as whole numbers, moments in school time without a zone.

    What a spreadsheet cannot hold exactly becomes text: whole numbers over 15 digits, dates before 1900.
    """
    if isinstance(value, Dong):
        value = value.value
    if isinstance(value, Fraction):
        value = float(value)
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        value = value.astimezone(SCHOOL_TIME).replace(tzinfo=None)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _EXACT_DIGITS:
        return str(value)
    if isinstance(value, dt.date) and value.year < _FIRST_YEAR:
        return _time_text(value)
    return clean_cell(value)


def share(part: int, whole: int) -> ExportCell:
    """A part of a whole as a cell in percent; empty where there is no whole. For rooms that reckon in whole đồng."""
    return Fraction(part, whole) if whole else None


def write_csv(rows: Iterable[Sequence[ExportCell]], *, delimiter: str = ",") -> bytes:
    """UTF-8 with BOM, CRLF, every cell quoted; text that looks like a formula gets a leading apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_csv_text(export_cell(value)) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _csv_text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return guard_text(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return str(value)
    return _time_text(value)


def _time_text(value: dt.date | dt.time | dt.timedelta) -> str:
    if isinstance(value, dt.datetime):
        return f"{value:%d/%m/}{value.year:04}{value: %H:%M:%S}"
    if isinstance(value, dt.date):
        return f"{value:%d/%m/}{value.year:04}"
    if isinstance(value, dt.time):
        return f"{value:%H:%M:%S}"
    return str(value)


def write_xlsx(sheets: Sequence[SheetOut]) -> bytes:
    """An XLSX file. Text is always written as text, never as a formula or link.

    Raises ValueError for a text longer than a cell holds (32,767 characters) and for no sheets at all.
    """
    if not sheets:
        raise ValueError("a workbook needs a sheet")
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    formats = {name: book.add_format(form) for name, form in _FORMATS.items()}
    used: set[str] = set()
    for sheet in sheets:
        _write_sheet(book.add_worksheet(_sheet_name(sheet.name, used)), sheet, formats)
    book.close()
    return out.getvalue()


def _write_sheet(page: Any, sheet: SheetOut, formats: dict[str, Any]) -> None:
    number = 0
    for row in sheet.banner:
        _write_row(page, number, row, formats)
        number += 1
    widths = [_text_width(title) for title in sheet.header]
    if sheet.header:
        for column, title in enumerate(sheet.header):
            page.write_string(number, column, str(export_cell(title) or ""), formats["header"])
        number += 1
        page.freeze_panes(number, 0)
    for index, row in enumerate(sheet.rows):
        _write_row(page, number + index, row, formats)
        if index < _WIDTH_ROWS:
            widths += [0] * (len(row) - len(widths))
            widths = [max(w, _text_width(v)) for w, v in zip(widths, [*row, *[None] * len(widths)], strict=False)]
    for column, width in enumerate(sheet.widths or widths):
        page.set_column(column, column, min(max(width, _WIDTHS[0]), _WIDTHS[1]))


def _text_width(value: ExportCell) -> int:
    cell = export_cell(value)
    text = f"{cell:,}" if isinstance(cell, int | float) else _csv_text(cell)
    return max((len(line) for line in text.splitlines()), default=0) + 2


def _write_row(page: Any, number: int, row: Sequence[ExportCell], formats: dict[str, Any]) -> None:
    for column, value in enumerate(row):
        cell = export_cell(value)
        if cell is None:
            continue
        if isinstance(cell, str):
            if len(cell) > _LONGEST_TEXT:
                raise ValueError("text longer than a spreadsheet cell holds")
            page.write_string(number, column, cell)
        elif isinstance(cell, bool):
            page.write_boolean(number, column, cell)
        elif isinstance(cell, int | float):
            page.write_number(number, column, cell, _number_format(value, formats))
        else:
            page.write_datetime(number, column, cell, formats[_time_format(cell)])


def _number_format(value: ExportCell, formats: dict[str, Any]) -> Any:
    if isinstance(value, Dong):
        return formats["dong"]
    return formats["share"] if isinstance(value, Fraction) else None


def _time_format(cell: dt.date | dt.time | dt.timedelta) -> str:
    if isinstance(cell, dt.datetime):
        return "moment"
    if isinstance(cell, dt.date):
        return "date"
    return "time" if isinstance(cell, dt.time) else "duration"


def _sheet_name(name: str, used: set[str]) -> str:
    """A name spreadsheets accept (31 characters, none of []:*?/\\, no outer apostrophe), unique here."""
    plain = re.sub(r"[\[\]:*?/\\\n\t]", " ", str(export_cell(name) or ""))
    base = plain.strip("' ")[:_NAME_LENGTH].strip("' ")
    chosen, copy = base or "Sheet", 1
    while chosen.lower() in used:
        copy += 1
        suffix = f" ({copy})"
        chosen = (base or "Sheet")[: _NAME_LENGTH - len(suffix)] + suffix
    used.add(chosen.lower())
    return chosen
