"""Uploaded files, judged by their content before anybody reads them. Every form that takes a file comes through here.

A file is never unpacked to a path and never shown again as a page: what is kept is bytes in the database, given back
as an attachment. Its reader (`kernel.sheets`, `kernel.qr_image`) sets limits of its own: what it unpacks to, entries,
cells, XML, pixels; and says in the words of its room why a table cannot be read.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum

from truongso.kernel.sheet_cells import clean_text

MB = 1024 * 1024
LONGEST_NAME = 100
_START = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")
# Parts of a workbook that run, or carry a file of another kind.
_ACTIVE_PART = re.compile(r"xl/(vbaproject\.bin|vbadata\.xml|activex/.*|embeddings/.*|macrosheets/.*)")
_OUTSIDE = re.compile(r"(^|/)\.\.(/|$)|^/|^[a-z]:")
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<table", b"<meta", b"<div")
# Markup that only runs or frames: no bank writes a table so.
_RUNNING = (b"<script", b"<svg", b"<iframe", b"<object", b"<embed", b"<img", b"<math", b"<style", b"<link")


class Content(StrEnum):
    """What a file is, by what stands in it."""

    WORKBOOK = "workbook"
    TEXT = "text"
    XML = "xml"
    PAGE = "page"
    PICTURE = "picture"
    PDF = "pdf"
    ARCHIVE = "archive"
    PROGRAM = "program"
    OTHER = "other"


_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", Content.PICTURE),
    (b"\xff\xd8\xff", Content.PICTURE),
    (b"%PDF-", Content.PDF),
    (b"Rar!", Content.ARCHIVE),
    (b"7z\xbc\xaf", Content.ARCHIVE),
    (b"\x1f\x8b", Content.ARCHIVE),
    (b"BZh", Content.ARCHIVE),
    (b"\xfd7zXZ", Content.ARCHIVE),
    (b"\x7fELF", Content.PROGRAM),
    (b"\xca\xfe\xba\xbe", Content.PROGRAM),
    (b"\xcf\xfa\xed\xfe", Content.PROGRAM),
    (b"#!", Content.PROGRAM),
    (b"<?php", Content.PROGRAM),
    (b"<?=", Content.PROGRAM),
    (b"<%", Content.PROGRAM),
    (b"GIF8", Content.OTHER),
    (b"BM", Content.OTHER),
    (b"II*\x00", Content.OTHER),
    (b"MM\x00*", Content.OTHER),
    (b"RIFF", Content.OTHER),
    (b"\x00asm", Content.PROGRAM),
)


class UploadError(ValueError):
    """A file that is not taken. `code` is stable: empty · too_large (most) · wrong_content (content) · active ·
    infected · unscanned."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params


@dataclass(frozen=True, slots=True)
class Rule:
    """What one form takes, and how much of it in bytes."""

    takes: frozenset[Content]
    most: int


def tables(most: int) -> Rule:
    """Tables: what else is no table is refused by the reader, programs here."""
    return Rule(frozenset(Content) - {Content.PROGRAM}, most)


def only(*takes: Content, most: int) -> Rule:
    """Nothing but these."""
    return Rule(frozenset(takes), most)


def judge(data: bytes, by: Rule) -> Content:
    """What the file is. Raises UploadError when the form does not take such a one."""
    if not data:
        raise UploadError("empty")
    if len(data) > by.most:
        raise UploadError("too_large", most=by.most)
    found = content_of(data)
    if found not in by.takes:
        raise UploadError("wrong_content", content=found)
    if found is Content.WORKBOOK:
        _refuse_active(data)
    return found


def content_of(data: bytes) -> Content:
    """What the file is, told by its first bytes and, for a package, by the names in it; its own name says nothing."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return Content.WORKBOOK if "xl/workbook.xml" in {_flat(e.filename) for e in _entries(data)} else Content.ARCHIVE
    if data.startswith(_OLE):
        return Content.WORKBOOK
    for magic, content in _MAGIC:
        if data.startswith(magic):
            return content
    if data.startswith(b"MZ") and b"\x00" in data[:64]:
        return Content.PROGRAM
    return _written(data)


def safe_name(name: str) -> str:
    """A file's name as it may be shown: no path, no signs that nobody sees or that turn it around, not too long."""
    bare = clean_text(re.split(r"[/\\]", name)[-1]).replace("\n", " ").replace("\t", " ").strip(" .")
    stem, dot, ending = bare.rpartition(".")
    if not dot or len(ending) > 10:
        return bare[:LONGEST_NAME] or "tep"
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def _written(data: bytes) -> Content:
    start = data[:_START].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_RUNNING) or (start.startswith(b"<?xml") and b"<svg" in start):
        return Content.PROGRAM
    if start.startswith(b"<?xml"):
        return Content.PAGE if b"<html" in start else Content.XML
    if start.startswith(_MARKUP):
        return Content.PAGE
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Content.TEXT  # UTF-16, as spreadsheet programs write "Unicode text"
    zeros = data[:_START].count(b"\x00")
    if zeros == 0:
        return Content.TEXT
    # UTF-16 without its mark: every second byte of plain letters is zero, on one side only.
    even, odd = data[:_START:2].count(b"\x00"), data[1:_START:2].count(b"\x00")
    return Content.TEXT if zeros * 4 > len(data[:_START]) and min(even, odd) * 8 < zeros else Content.OTHER


def _entries(data: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return package.infolist()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        return []


def _flat(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _refuse_active(data: bytes) -> None:
    """Macros, embedded files, links, and names that lead out of the package."""
    if data.startswith(_OLE):
        if _OLE_MACROS in data:
            raise UploadError("active")
        return
    for entry in _entries(data):
        written = entry.orig_filename.replace("\\", "/").lower()
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        if is_link or _OUTSIDE.search(written) or _ACTIVE_PART.fullmatch(_flat(entry.filename)):
            raise UploadError("active")
