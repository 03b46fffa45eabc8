"""Finding the header of a pupil list by its labels, whatever stands above it, in one row or in two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from truongso.kernel.sheets import Cell, Sheet
from truongso.people.roster.labels import CANONICAL, column_of, column_under, label_key
from truongso.people.roster.types import SEALED, Column, HeaderColumn, RosterError

SEARCHED_ROWS = 30
_LONGEST_LABEL = 80
_MEANT_AS_HEADER = 3
"""A row with so many known labels was meant as the header: what it lacks is named instead of "no header"."""

_REPEATABLE = frozenset({Column.ORDINAL, Column.SENSITIVE, Column.UNKNOWN, Column.REASON, Column.PHONE, *SEALED})
_BIRTH_PARTS = (Column.BIRTH_DAY, Column.BIRTH_MONTH, Column.BIRTH_YEAR)

Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Header:
    """Where a header stands (0-based first row, height 1 or 2), what it means, what is wrong with it."""

    first_row: int
    height: int
    columns: tuple[HeaderColumn, ...]
    problem: RosterError | None

    @property
    def data_from(self) -> int:
        return self.first_row + self.height

    @property
    def known(self) -> int:
        """How many columns it explains."""
        return sum(c.column is not Column.UNKNOWN for c in self.columns)


def find_header(sheet: Sheet) -> Header | None:
    """The header of a sheet, or None when nothing looks like one.

    Raises RosterError: `required_column_missing`, `header_not_understood`, `two_columns_for_one_field` for
    a row that was meant as the header, `two_headers` for two different ones.
    """
    readings = [_read_at(sheet, i) for i in range(min(SEARCHED_ROWS, len(sheet.rows)))]
    sound = _without_overlaps([r for r in readings if r.problem is None])
    first = sound[0] if sound else None
    if first is not None:
        others = [r for r in sound[1:] if _labels(r) != _labels(first)]
        if others:
            rows = tuple(r.first_row + 1 for r in (first, *others))
            raise RosterError("two_headers", sheet=sheet.name, rows=rows)
        return _with_split_name(sheet, first)
    meant = max(readings, key=lambda r: r.known, default=None)
    if meant is not None and meant.problem is not None and meant.known >= _MEANT_AS_HEADER:
        raise meant.problem
    return None


def is_repeated_header(header: Header, row: Row) -> bool:
    """Whether a later row is the header printed again (lists made for printing repeat it on each page)."""
    labelled = [c for c in header.columns if c.column is not Column.UNKNOWN]
    same = sum(_label(row[c.index]) == c.label for c in labelled)
    return header.height == 1 and same * 2 > len(labelled)


def _read_at(sheet: Sheet, i: int) -> Header:
    rows = sheet.rows
    if i + 1 < len(rows) and _is_second_header_row(rows[i], rows[i + 1]):
        columns, unclear = _columns_of_two(rows[i], rows[i + 1])
        height = 2
    else:
        columns, unclear, height = _columns_of_one(rows[i]), [], 1
    return Header(i, height, columns, _problem(sheet.name, i, columns, unclear))


def _columns_of_one(row: Row) -> tuple[HeaderColumn, ...]:
    columns = []
    for index, cell in enumerate(row):
        label = _label(cell)
        columns.append(HeaderColumn(index, label, column_of(label)))
    return tuple(columns)


def _columns_of_two(top: Row, below: Row) -> tuple[tuple[HeaderColumn, ...], list[str]]:
    """Columns of a two-row header, and the labels that make no sense under a heading that matters."""
    columns, unclear = [], []
    for index, heading in enumerate(_headings(top, below)):
        label = _label(below[index])
        if not label:
            columns.append(HeaderColumn(index, heading, column_of(heading)))
            continue
        column = column_under(heading, label)
        shown = f"{heading} / {label}" if heading else label
        if column is Column.UNKNOWN and column_of(heading) not in (Column.UNKNOWN, Column.SENSITIVE):
            unclear.append(shown)
        columns.append(HeaderColumn(index, shown, column))
    return tuple(columns), unclear


def _headings(top: Row, below: Row) -> list[str]:
    """The upper label over each column: a merged cell has its text in its first column, then blanks."""
    headings, current = [], ""
    for index, cell in enumerate(top):
        current = _label(cell) or (current if _label(below[index]) else "")
        headings.append(current)
    return headings


def _is_second_header_row(top: Row, below: Row) -> bool:
    """Whether the row below holds labels under merged headings and not the first pupil.

    Labels are short texts without digits, at least one of them known under its heading. "Lớp" has no labels
    below it: what stands there is a pupil's class.
    """
    labels = [_label(cell) for cell in below if cell is not None]
    if not labels or not all(isinstance(cell, str) for cell in below if cell is not None):
        return False
    if any(not label or any(c.isdigit() for c in label) for label in labels):
        return False
    if any(under and column_of(_label(over)) is Column.CLASS_NAME for over, under in zip(top, below, strict=True)):
        return False
    if {"NAM", "NU"} <= {label_key(label) for label in labels}:
        return True
    pairs = zip(_headings(top, below), below, strict=True)
    return any(heading and column_under(heading, _label(cell)) is not Column.UNKNOWN for heading, cell in pairs if cell)


def _problem(sheet: str, i: int, columns: tuple[HeaderColumn, ...], unclear: list[str]) -> RosterError | None:
    present = {c.column for c in columns}
    if unclear:
        return RosterError("header_not_understood", sheet=sheet, row=i + 1, labels=tuple(unclear))
    parts = [c.label for c in columns if c.column in _BIRTH_PARTS]
    if parts and not present.issuperset(_BIRTH_PARTS):
        return RosterError("header_not_understood", sheet=sheet, row=i + 1, labels=tuple(parts))
    counts = Counter(c.column for c in columns if c.column not in _REPEATABLE)
    for column, count in counts.items():
        if count > 1:
            labels = tuple(c.label for c in columns if c.column is column)
            return RosterError("two_columns_for_one_field", sheet=sheet, row=i + 1, field=column.value, labels=labels)
    if missing := _missing(present):
        return RosterError("required_column_missing", sheet=sheet, row=i + 1, missing=missing)
    return None


def _missing(present: set[Column]) -> tuple[str, ...]:
    missing = []
    if Column.FULL_NAME not in present and not present >= {Column.FAMILY_MIDDLE_NAME, Column.GIVEN_NAME}:
        missing.append(CANONICAL[Column.FULL_NAME])
    if Column.CLASS_NAME not in present:
        missing.append(CANONICAL[Column.CLASS_NAME])
    return tuple(missing)


def _without_overlaps(sound: list[Header]) -> list[Header]:
    """Of two readings that share a row, the one that explains more columns (the lower one when equal)."""
    kept: list[Header] = []
    for reading in sound:
        if kept and reading.first_row < kept[-1].data_from:
            if reading.known >= kept[-1].known:
                kept[-1] = reading
        else:
            kept.append(reading)
    return kept


def _with_split_name(sheet: Sheet, header: Header) -> Header:
    """One label "Họ và tên" over two columns: family and middle name, then given name."""
    by_index = {c.index: c for c in header.columns}
    name = next((c for c in header.columns if c.column is Column.FULL_NAME), None)
    right = by_index.get(name.index + 1) if name else None
    if name is None or right is None or right.label or any(c.column is Column.GIVEN_NAME for c in header.columns):
        return header
    named = [row for row in sheet.rows[header.data_from :] if isinstance(row[name.index], str)]
    both = sum(isinstance(row[right.index], str) for row in named)
    if both * 2 <= len(named):
        return header
    by_index[name.index] = HeaderColumn(name.index, name.label, Column.FAMILY_MIDDLE_NAME)
    by_index[right.index] = HeaderColumn(right.index, name.label, Column.GIVEN_NAME)
    return Header(header.first_row, header.height, tuple(by_index[i] for i in sorted(by_index)), None)


def _labels(header: Header) -> tuple[str, ...]:
    return tuple(label_key(c.label) for c in header.columns)


def _label(cell: Cell) -> str:
    """A cell as a label; "" when it is blank or no label (a number, a date, a long text, dots)."""
    if not isinstance(cell, str) or len(cell) > _LONGEST_LABEL or not any(c.isalnum() for c in cell):
        return ""
    return " ".join(cell.split())
