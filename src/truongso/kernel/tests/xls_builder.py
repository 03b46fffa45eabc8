"""A small writer of the old XLS format (BIFF8 in an OLE container), for tests only."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


Span = tuple[int, int, int, int]
"""First row, last row, first column, last column, from 0."""


def xls(cells: dict[tuple[int, int], str | float], *, sheet: str = "Sheet1", merged: Sequence[Span] = ()) -> bytes:
    """A workbook with one sheet; keys are (row, column) from 0."""
    return _ole(_biff(cells, sheet, merged))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _biff(cells: dict[tuple[int, int], str | float], sheet: str, merged: Sequence[Span]) -> bytes:
    bof = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    name = sheet.encode("utf-16-le")
    head = _record(0x0809, bof) + _record(0x0042, struct.pack("<H", 1200))
    bound_length = 4 + 4 + 2 + 2 + len(name)
    offset = len(head) + bound_length + 4
    bound = _record(0x0085, struct.pack("<IBBBB", offset, 0, 0, len(sheet), 1) + name)
    body = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    for (row, column), value in cells.items():
        place = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
            body += _record(0x0204, place + text)
        else:
            body += _record(0x0203, place + struct.pack("<d", value))
    if merged:
        spans = b"".join(struct.pack("<HHHH", *span) for span in merged)
        body += _record(0x00E5, struct.pack("<H", len(merged)) + spans)
    return head + bound + _record(0x000A, b"") + body + _record(0x000A, b"")


def _ole(stream: bytes) -> bytes:
    stream = stream.ljust(4096, b"\0")  # shorter streams would live in the mini stream
    count = -(-len(stream) // _SECTOR)
    stream = stream.ljust(count * _SECTOR, b"\0")
    fat = [_FAT, _END, *range(3, count + 2), _END]
    fat += [_FREE] * (128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", _FREE) * 108
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream))
    directory += (b"\0" * 68 + struct.pack("<III", _FREE, _FREE, _FREE) + b"\0" * 48) * 2
    return header + struct.pack("<128I", *fat) + directory + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    return (
        raw.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(raw), kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<III", start, size, 0)
    )
