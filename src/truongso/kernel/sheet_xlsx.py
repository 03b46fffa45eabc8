"""XLSX packages made harmless before the spreadsheet library sees them.

The library reserves memory for the whole box between the first and the last cell and aborts the process when
it cannot, so the box is measured here first. The package is then rebuilt from the parts that were checked:
what the library reads is exactly what was measured, whatever tricks the original container plays.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

from truongso.kernel.sheet_types import Limits, SheetError

_CELL_START = re.compile(rb"<(?:[^\s<>/:]+:)?c[\s/>]")
_PLAIN_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: (?:s|cm|vm|ph)="[0-9a-z]{1,9}"| t="[A-Za-z]{1,9}")*(/?)>'
)
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]{1,3}[1-9][0-9]*:[A-Z]{1,3}([1-9][0-9]{0,7})"')
_PIECE = 2 * 1024 * 1024
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_UTF8_BOM = b"\xef\xbb\xbf"
_FREE_UNPACKED = 1024 * 1024  # below this size no ratio can hurt
_USED_PARTS = re.compile(r"(\[content_types\]\.xml|_rels/\.rels|xl/.*\.(xml|rels))")


def safe_xlsx(data: bytes, limits: Limits) -> bytes:
    """The package rebuilt from its checked XML parts.

    Raises SheetError: archive, other_workbook, zip_bomb, encrypted, unsafe_xml, damaged, too_many_….
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = _checked_entries(package, len(data), limits)
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as rebuilt:
                for name, part in _parts(package, entries):
                    _check_part(name, part, limits)
                    rebuilt.writestr(zipfile.ZipInfo(name), part)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        if isinstance(error, SheetError):
            raise
        raise SheetError("damaged") from error
    return out.getvalue()


def _checked_entries(package: zipfile.ZipFile, packed: int, limits: Limits) -> list[zipfile.ZipInfo]:
    entries = package.infolist()
    unpacked = sum(e.file_size for e in entries)
    if len(entries) > limits.max_entries:
        raise SheetError("zip_bomb", entries=len(entries), limit=limits.max_entries)
    if unpacked > limits.max_unpacked:
        _refuse_long_sheets(package, entries, limits)
        raise SheetError("zip_bomb", size=unpacked, limit=limits.max_unpacked)
    if unpacked > _FREE_UNPACKED and unpacked > limits.max_ratio * packed:
        raise SheetError("zip_bomb", ratio=unpacked // packed, limit=limits.max_ratio)
    if any(e.flag_bits & 0x1 for e in entries):
        raise SheetError("encrypted")
    names = [_normal_name(e.filename) for e in entries]
    if len(set(names)) != len(names):
        raise SheetError("damaged", part="duplicate")
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise SheetError("other_workbook")
    if "xl/workbook.xml" not in names:
        raise SheetError("archive")
    return entries


def _refuse_long_sheets(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Say plainly that a sheet has too many rows, as far as its own dimension tells."""
    for entry in entries:
        if _normal_name(entry.filename).startswith("xl/worksheets/") and not entry.flag_bits & 0x1:
            with package.open(entry) as stream:
                stated = _DIMENSION.search(stream.read(4096))
            if stated and int(stated[1]) > limits.max_rows:
                raise SheetError("too_many_rows", count=int(stated[1]), limit=limits.max_rows)


def _parts(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, bytes]]:
    for entry in entries:
        name = entry.filename.replace("\\", "/").lstrip("/")
        if _USED_PARTS.fullmatch(name.lower()):
            with package.open(entry) as stream:
                part = stream.read(entry.file_size + 1)
            if len(part) != entry.file_size:
                raise SheetError("damaged", part=name)
            yield name, part


def _normal_name(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _check_part(name: str, part: bytes, limits: Limits) -> None:
    body = part.removeprefix(_UTF8_BOM).lstrip()
    if part and not body.startswith(b"<"):
        # UTF-16 parts are legal XML, but no spreadsheet program writes them and they would pass unchecked.
        raise SheetError("damaged", part=name)
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise SheetError("unsafe_xml", part=name)
    if name.lower().startswith("xl/") and name.lower().endswith(".xml"):
        limits.check_box(*_box(name, part))


def _box(name: str, part: bytes) -> tuple[int, int]:
    """(rows, columns) reached by the cells that hold something."""
    rows = 0
    columns: set[bytes] = set()
    for piece in _pieces(part):
        cells = _PLAIN_CELL.findall(piece)
        if len(cells) != len(_CELL_START.findall(piece)):
            return _walked_box(name, part)
        filled = [(column, row) for column, row, empty in cells if not empty]
        rows = max(rows, max((int(row) for row in {row for _, row in filled}), default=0))
        columns |= {column for column, _ in filled}
    return rows, max((_column_number(c.decode()) for c in columns), default=0)


def _pieces(part: bytes) -> Iterator[bytes]:
    """The part cut before tags into pieces that take little memory."""
    start = 0
    while start < len(part):
        end = part.find(b"<", start + _PIECE)
        end = len(part) if end < 0 else end
        yield part[start:end]
        start = end


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _walked_box(name: str, part: bytes) -> tuple[int, int]:
    """The box by a real XML parser, for the rarer spellings (no references, prefixes, odd spacing)."""
    walk = _CellWalk(name)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = walk.start
    try:
        parser.Parse(part, True)
    except expat.ExpatError as error:
        raise SheetError("damaged", part=name) from error
    return walk.rows, walk.columns


class _CellWalk:
    """Where cells without references stand: after the one before them, as spreadsheet programs read them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows = self.columns = 0
        self._row = self._column = 0

    def start(self, element: str, attributes: dict[str, str]) -> None:
        local = element.rpartition(" ")[2]
        reference = attributes.get("r")
        if local == "row":
            self._row = self._number(reference) if reference else self._row + 1
            self._column = 0
        elif local == "c":
            self._place(reference)
            self.rows = max(self.rows, self._row)
            self.columns = max(self.columns, self._column)

    def _place(self, reference: str | None) -> None:
        if reference is None:
            self._column += 1
            return
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise SheetError("damaged", part=self.name)
        self._column, self._row = _column_number(match[1]), int(match[2])

    def _number(self, text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,8}", text):
            raise SheetError("damaged", part=self.name)
        return int(text)
