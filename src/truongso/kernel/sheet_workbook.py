"""Cells of a checked XLSX or XLS file, by the spreadsheet library."""

from __future__ import annotations

import io

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from truongso.kernel.sheet_cells import clean_cell, clean_text, rectangle
from truongso.kernel.sheet_types import Cell, Limits, Sheet, SheetError


def read_workbook(data: bytes, limits: Limits) -> list[Sheet]:
    """The visible worksheets (all of them when every one is hidden).

    Raises SheetError: encrypted, damaged, too_many_sheets, too_many_rows, too_many_columns, too_many_cells.
    """
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            wanted = _wanted(book.sheets_metadata)
            if len(wanted) > limits.max_sheets:
                raise SheetError("too_many_sheets", count=len(wanted), limit=limits.max_sheets)
            return [_sheet(book, meta.name, limits) for meta in wanted]
    except PasswordError as error:
        raise SheetError("encrypted") from error
    except (CalamineError, OSError, OverflowError) as error:
        raise SheetError("damaged") from error
    except BaseException as error:
        # A panic inside the library arrives outside the Exception tree.
        if type(error).__name__ == "PanicException":
            raise SheetError("damaged") from error
        raise


def _wanted(metadata: list[SheetMetadata]) -> list[SheetMetadata]:
    tables = [m for m in metadata if m.typ == SheetTypeEnum.WorkSheet]
    return [m for m in tables if m.visible == SheetVisibleEnum.Visible] or tables


def _sheet(book: CalamineWorkbook, name: str, limits: Limits) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    end = sheet.end
    if end is None:
        return Sheet(clean_text(name), [])
    limits.check_box(end[0] + 1, end[1] + 1)
    rows: list[list[Cell]] = [[clean_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    return Sheet(clean_text(name), rectangle(rows))
