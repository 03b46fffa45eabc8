"""Tables of a web page that a bank hands out under the name of a workbook.

Only tags and text are told apart, by one pass that always moves forward: nothing is loaded, no entity is defined, no
style or script is looked at. All tables of the page make one sheet, row below row.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from truongso.kernel.sheet_cells import clean_cell, rectangle
from truongso.kernel.sheet_encoding import decode_text
from truongso.kernel.sheet_types import Cell, Limits, Sheet, SheetError

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_SPAN = re.compile(r"""(colspan|rowspan)\s*=\s*["']?([0-9]{1,4})""", re.IGNORECASE)
_UNREAD = {"script", "style", "title", "xml"}
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_CELLS = {"td", "th"}


def read_html(data: bytes, limits: Limits) -> list[Sheet]:
    """The one sheet of a page. Raises SheetError: html when it holds no table, damaged when it breaks off within
    one, bad_encoding, too_many_…."""
    text = decode_text(data)
    page = _Page(limits)
    position = 0
    while (start := text.find("<", position)) >= 0:
        page.text(text[position:start])
        position = _after(text, start, page)
    if page.tables == 0:
        raise SheetError("html")
    if page.depth > 0:
        raise SheetError("damaged")
    return [Sheet("", rectangle(page.rows))]


def _after(text: str, start: int, page: _Page) -> int:
    """Take in the tag at `start`; where reading goes on. The end of the text when the tag never ends."""
    if text.startswith("<!--", start):
        return _end_of(text, "-->", start)
    tag = _TAG.match(text, start)
    if tag is None:
        if text[start + 1 : start + 2] in ("!", "?"):
            return _end_of(text, ">", start)
        page.text("<")
        return start + 1
    end = _end_of(text, ">", start)
    name = tag[2].lower()
    if tag[1]:
        page.close(name)
    else:
        page.open(name, text[tag.end() : end])
        if name in _UNREAD:
            found = re.compile(rf"</{name}", re.IGNORECASE).search(text, end)
            return len(text) if found is None else found.start()
    return end


def _end_of(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found < 0 else found + len(mark)


@dataclass
class _Page:
    """Rows as they are read; `held` are columns that a cell above still covers, with how many rows to come."""

    limits: Limits
    rows: list[list[Cell]] = field(default_factory=list)
    tables: int = 0
    depth: int = 0
    width: int = 0
    _row: list[Cell] | None = None
    _words: list[str] | None = None
    _span: tuple[int, int] = (1, 1)
    _held: dict[int, int] = field(default_factory=dict)

    def text(self, words: str) -> None:
        if self._words is not None and words:
            self._words.append(_BLANKS.sub(" ", words))

    def open(self, name: str, attributes: str) -> None:
        if name == "table":
            self._end_row()
            self._held.clear()
            self.tables += 1
            self.depth += 1
        elif name == "tr":
            self._end_row()
            self._row = []
        elif name in _CELLS and self.depth:
            self._end_cell()
            self._row = [] if self._row is None else self._row
            spans = {key.lower(): int(number) for key, number in _SPAN.findall(attributes)}
            self._span = (max(spans.get("colspan", 1), 1), max(spans.get("rowspan", 1), 1))
            self._words = []
        elif name in {"br", "p", "div"} and self._words:
            self._words.append("\n")

    def close(self, name: str) -> None:
        if name in _CELLS:
            self._end_cell()
        elif name == "tr":
            self._end_row()
        elif name == "table" and self.depth:
            self._end_row()
            self.depth -= 1

    def _end_cell(self) -> None:
        if self._words is None or self._row is None:
            return
        lines = html.unescape("".join(self._words)).replace("\u00a0", " ").split("\n")
        value = clean_cell("\n".join(line.strip() for line in lines).strip())
        self._words = None
        self._skip_held()
        columns, rows = self._span
        if len(self._row) + columns > self.limits.max_columns:
            raise SheetError("too_many_columns", count=len(self._row) + columns, limit=self.limits.max_columns)
        for offset in range(columns if rows > 1 else 0):
            self._held[len(self._row) + offset] = rows
        self._row += [value, *[None] * (columns - 1)]

    def _skip_held(self) -> None:
        while self._row is not None and self._held.get(len(self._row), 0):
            self._row.append(None)

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is None:
            return
        self._held = {column: left - 1 for column, left in self._held.items() if left > 1}
        self.rows.append(self._row)
        self.width = max(self.width, len(self._row))
        self.limits.check_box(len(self.rows), self.width)
        self._row = None
