"""What an uploaded table is once read, and why one is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

Cell = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None


class SheetError(ValueError):
    """An uploaded file that is not read. Nothing of it is kept.

    `code` is stable and has its Vietnamese text in the web layer, `params` fill that text:
    too_large (size, limit) · empty · not_a_table · pdf · image · html · archive · other_workbook ·
    zip_bomb (size, limit | ratio, limit | entries, limit) · too_many_sheets (count, limit) ·
    too_many_rows (count, limit) · too_many_columns (count, limit) · too_many_cells (count, limit) ·
    bad_encoding (reason) · encrypted · unsafe_xml (part) · damaged (part | row).
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. `rows[i]` is row i + 1 of the file; all rows have the same width; empty cells are None.

    `cut`: a text file ends in the middle of its last row.
    """

    name: str
    rows: list[list[Cell]]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds checked before anything is parsed; sizes in bytes.

    `max_cells` bounds height times width: one far-away cell would otherwise ask for memory for everything
    between it and the first.
    """

    max_bytes: int = 10 * 1024 * 1024
    max_unpacked: int = 200 * 1024 * 1024
    max_ratio: int = 100
    max_entries: int = 1_000
    max_sheets: int = 64
    max_rows: int = 1_000_000
    max_columns: int = 512
    max_cells: int = 5_000_000

    def check_box(self, rows: int, columns: int) -> None:
        """Raises SheetError too_many_rows, too_many_columns or too_many_cells."""
        if rows > self.max_rows:
            raise SheetError("too_many_rows", count=rows, limit=self.max_rows)
        if columns > self.max_columns:
            raise SheetError("too_many_columns", count=columns, limit=self.max_columns)
        if rows * columns > self.max_cells:
            raise SheetError("too_many_cells", count=rows * columns, limit=self.max_cells)


DEFAULT_LIMITS = Limits()
