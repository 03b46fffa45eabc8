"""The one safe reader of uploaded tables.

What a file is, is told by its content, never by its name. Every limit is checked before anything is parsed.
"""

from __future__ import annotations

from truongso.kernel.sheet_types import DEFAULT_LIMITS, Cell, Limits, Sheet, SheetError

__all__ = ["DEFAULT_LIMITS", "Cell", "Limits", "Sheet", "SheetError", "read_sheets"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_REFUSED = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
)
_MARKUP = tuple(
    (tag, "html") for tag in (b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<meta", b"<div")
)
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_WORKBOOK_STREAMS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))


def read_sheets(
    data: bytes, file_name: str, *, limits: Limits = DEFAULT_LIMITS, html_tables: bool = False
) -> list[Sheet]:
    """The visible tables of an XLSX, XLS, CSV, TSV or semicolon file, in order.

    A text file gives one sheet, named by `file_name`, with text cells only; so does a web page named as a workbook
    where `html_tables` asks for it. Raises SheetError (see there for the codes); `empty` also when no sheet holds a
    value.
    """
    if len(data) > limits.max_bytes:
        raise SheetError("too_large", size=len(data), limit=limits.max_bytes)
    if not data:
        raise SheetError("empty")
    sheets = _read(data, limits, html_tables=html_tables)
    if not any(sheet.rows for sheet in sheets):
        raise SheetError("empty")
    return [Sheet(sheet.name or file_name, sheet.rows, sheet.cut) for sheet in sheets]


def _read(data: bytes, limits: Limits, *, html_tables: bool) -> list[Sheet]:
    # The readers are imported when used: most processes never read a file.
    if data.startswith(_ZIP):
        from truongso.kernel.sheet_workbook import read_workbook  # noqa: PLC0415
        from truongso.kernel.sheet_xlsx import safe_xlsx  # noqa: PLC0415

        return read_workbook(safe_xlsx(data, limits), limits)
    if data.startswith(_OLE):
        return _read_ole(data, limits)
    try:
        _refuse_other_kinds(data)
    except SheetError as error:
        if not html_tables or error.code != "html":
            raise
        from truongso.kernel.sheet_html import read_html  # noqa: PLC0415

        return read_html(data, limits)
    from truongso.kernel.sheet_csv import read_csv  # noqa: PLC0415

    return read_csv(data, limits)


def _read_ole(data: bytes, limits: Limits) -> list[Sheet]:
    from truongso.kernel.sheet_xls import read_xls  # noqa: PLC0415

    if _ENCRYPTED_PACKAGE in data:
        raise SheetError("encrypted")
    if not any(stream in data for stream in _WORKBOOK_STREAMS):
        raise SheetError("not_a_table")
    return read_xls(data, limits)


def _refuse_other_kinds(data: bytes) -> None:
    for magic, code in _REFUSED:
        if data.startswith(magic):
            raise SheetError(code)
    start = data[:2048].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for tag, code in _MARKUP:
        if start.startswith(tag):
            raise SheetError(code)
    if start.startswith(b"<?xml"):
        raise SheetError("html" if b"<html" in start else "other_workbook")
