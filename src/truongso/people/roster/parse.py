"""Reading a pupil roster: every row of the table is taken, refused with all its reasons, or skipped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from truongso.kernel import clock
from truongso.kernel.sheets import Cell, Sheet
from truongso.people.roster import filler
from truongso.people.roster.duplicates import refuse_duplicates
from truongso.people.roster.header import Header, find_header, is_repeated_header
from truongso.people.roster.labels import LOOKED_FOR
from truongso.people.roster.reading import RowReader
from truongso.people.roster.types import (
    Column,
    HeaderColumn,
    ParsedRoster,
    RefusedRow,
    RosterError,
    RosterRow,
)

_CODES_AND_DATES = frozenset(
    {
        Column.SECTOR_CODE,
        Column.SCHOOL_CODE,
        Column.BIRTH_DATE,
        Column.BIRTH_DAY,
        Column.BIRTH_MONTH,
        Column.BIRTH_YEAR,
    }
)
_NAMES = frozenset({Column.FULL_NAME, Column.FAMILY_MIDDLE_NAME})


def parse_roster(sheets: Sequence[Sheet], *, today: dt.date | None = None) -> ParsedRoster:
    """The pupils of the one sheet that has a header; `today` (the school day by default) judges ages.

    Raises RosterError, see there. Nothing is stored.
    """
    sheet, header = _choose(sheets)
    reader = RowReader(header.columns, today or clock.today())
    taken: list[RosterRow] = []
    refused: list[RefusedRow] = []
    skipped: list[int] = []
    in_footer = False
    for index in range(header.data_from, len(sheet.rows)):
        row = sheet.rows[index]
        if filler.is_blank(row):
            continue
        in_footer = _is_footer(row, header, in_footer=in_footer)
        if in_footer or _is_printed_matter(row, header):
            skipped.append(index + 1)
            continue
        if filler.is_blank(reader.imported_cells(row)):
            continue
        read = reader.read(row, index + 1)
        if isinstance(read, RosterRow):
            taken.append(read)
        else:
            refused.append(read)
    if not taken and not refused:
        raise RosterError("no_rows", sheet=sheet.name, row=header.first_row + 1)
    rows, all_refused = refuse_duplicates(taken, refused)
    return ParsedRoster(
        sheet=sheet.name,
        header_row=header.first_row + 1,
        columns=_listed(sheet, header),
        rows=rows,
        refused=all_refused,
        skipped_rows=tuple(skipped),
    )


def _choose(sheets: Sequence[Sheet]) -> tuple[Sheet, Header]:
    """The one sheet with a header; of several, the one with something below it."""
    if not any(sheet.rows for sheet in sheets):
        raise RosterError("empty_file")
    found: list[tuple[Sheet, Header]] = []
    problems: list[RosterError] = []
    for sheet in sheets:
        try:
            header = find_header(sheet)
        except RosterError as problem:
            problems.append(problem)
            continue
        if header is not None:
            found.append((sheet, header))
    if not found:
        raise problems[0] if problems else RosterError("no_header", looked_for=LOOKED_FOR)
    filled = [(sheet, header) for sheet, header in found if len(sheet.rows) > header.data_from] or found[:1]
    if len(filled) > 1:
        raise RosterError("several_sheets_with_header", sheets=tuple(sheet.name for sheet, _ in filled))
    return filled[0]


def _is_footer(row: Sequence[Cell], header: Header, *, in_footer: bool) -> bool:
    """Totals and signatures, and after them what is no pupil; a row with a code or a birth date is one."""
    in_columns = {c.index: c.column for c in header.columns}
    filled = {i: cell for i, cell in enumerate(row) if i in in_columns and not filler.is_blank([cell])}
    if any(in_columns[i] in _CODES_AND_DATES and filler.is_datum(cell) for i, cell in filled.items()):
        return False
    has = {in_columns[i] for i in filled}
    return filler.is_footer(row) or (in_footer and not (Column.CLASS_NAME in has and has & _NAMES))


def _is_printed_matter(row: Sequence[Cell], header: Header) -> bool:
    return filler.is_column_numbers(row) or is_repeated_header(header, row)


def _listed(sheet: Sheet, header: Header) -> tuple[HeaderColumn, ...]:
    """The columns without those that have neither a label nor anything below."""
    below = sheet.rows[header.data_from :]
    return tuple(c for c in header.columns if c.label or any(row[c.index] is not None for row in below))
