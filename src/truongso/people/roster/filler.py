"""Rows of a list that hold no pupil: blanks, column numbers, totals, signatures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from truongso.kernel.names import tidy
from truongso.kernel.sheets import Cell

_COLUMN_NUMBER = re.compile(r"\(?\d{1,2}\)?")
# Written with their accents: "Tống" is a family name, "Tổng" begins a total.
_FOOTERS = re.compile(
    r"(?:tổng|cộng\b|danh sách (?:này|gồm|có)|ấn định|ghi chú|người lập|lập biểu|hiệu trưởng|thủ trưởng"
    r"|p\. ?hiệu trưởng|phó hiệu trưởng|kt\. ?hiệu trưởng|kế toán|giáo viên chủ nhiệm|gvcn|xác nhận"
    r"|nơi nhận|\(?ký(?:,| và| tên)|.*, ngày .*tháng .*năm)",
    re.IGNORECASE,
)


def is_blank(cells: Sequence[Cell]) -> bool:
    """Whether none of the cells holds anything."""
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def is_column_numbers(row: Sequence[Cell]) -> bool:
    """The row (1) (2) (3) … printed under many headers."""
    texts = [tidy(str(cell)) for cell in row if cell is not None]
    if len(texts) < 3 or not all(_COLUMN_NUMBER.fullmatch(text) for text in texts):
        return False
    numbers = [int(text.strip("()")) for text in texts]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def is_datum(cell: Cell) -> bool:
    """Whether a cell in a code or date column holds one: digits, not those of a total or a place and date."""
    text = tidy(str(cell))
    return any(c.isdigit() for c in text) and not _FOOTERS.match(text)


def is_footer(row: Sequence[Cell]) -> bool:
    """Whether the first text of the row begins a total or a signature."""
    first = next((cell for cell in row if isinstance(cell, str) and cell.strip()), "")
    return _FOOTERS.match(tidy(first)) is not None
