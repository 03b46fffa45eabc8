"""Tables in text form: comma, semicolon, tab or bar, in the encodings Vietnamese offices use."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import islice

from truongso.kernel.sheet_cells import clean_cell, rectangle, unguard_text
from truongso.kernel.sheet_encoding import decode_text
from truongso.kernel.sheet_types import Cell, Limits, Sheet, SheetError

_DELIMITERS = ("\t", ";", "|", ",")
_SAMPLE_ROWS = 300
_SAMPLE_CHARS = 400_000
_BINARY_SHARE = 0.01
_LONGEST_CELL = 131_072


def read_csv(data: bytes, limits: Limits) -> list[Sheet]:
    """The one table of a text file.

    Raises SheetError: not_a_table, bad_encoding, damaged (row), too_many_….
    """
    lines = data.count(b"\n")
    if lines > 2 * limits.max_rows:  # far beyond any limit, so said before the text takes memory
        raise SheetError("too_many_rows", count=lines, limit=limits.max_rows)
    text = decode_text(data)
    _refuse_binary(text)
    rows: list[list[Cell]] = []
    width = last = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for record in reader:
            rows.append([clean_cell(unguard_text(field)) for field in record])
            last = len(record)
            width = max(width, last)
            limits.check_box(len(rows), width)
    except csv.Error as error:
        raise SheetError("damaged", row=len(rows) + 1) from error
    return [Sheet("", rectangle(rows), cut=_is_cut(text, rows, last))]


def _is_cut(text: str, rows: list[list[Cell]], last: int) -> bool:
    """Whether the last row lacks its end: no line break after it and fewer fields than the two rows before it."""
    return not text.endswith(("\n", "\r")) and len(rows) > 2 and last < min(len(rows[-2]), len(rows[-3]))


def _refuse_binary(text: str) -> None:
    sample = text[:_SAMPLE_CHARS]
    strange = sum(1 for c in sample if c < " " and c not in "\t\r\n")
    if strange > len(sample) * _BINARY_SHARE:
        raise SheetError("not_a_table")
    if max((len(line) for line in sample.splitlines()), default=0) > _LONGEST_CELL:
        raise SheetError("not_a_table")


def _delimiter(text: str) -> str:
    """The delimiter that gives most rows one common width; Excel's own `sep=;` line decides at once."""
    if text[:4].lower() == "sep=" and text[4:5] in _DELIMITERS and text[5:6] in ("\r", "\n"):
        return text[4]
    return max(_DELIMITERS, key=lambda d: _common_width(text, d))


def _common_width(text: str, delimiter: str) -> tuple[bool, int, int]:
    """(its quotes fit and it divides, rows of the commonest width above 1, that width)."""
    widths: Counter[int] = Counter()
    fits = True
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for record in islice(reader, _SAMPLE_ROWS):
            widths[len(record)] += 1
    except csv.Error:
        fits = False
    count, width = max(((count, width) for width, count in widths.items() if width > 1), default=(0, 0))
    return (fits and count > 0, count, width)
