"""A statement from the bytes of a file, whatever form the bank gives it. What a file is, its content tells."""

from __future__ import annotations

from collections.abc import Sequence

from truongso.banking.statements.camt import is_camt, parse_camt
from truongso.banking.statements.layouts import Layout
from truongso.banking.statements.mt940 import is_mt940, parse_mt940
from truongso.banking.statements.parse import parse_statement
from truongso.banking.statements.types import ParsedStatement
from truongso.kernel.sheet_encoding import decode_text
from truongso.kernel.sheets import Limits, Sheet, SheetError, read_sheets

LIMITS = Limits(max_bytes=32 * 1024 * 1024, max_rows=200_000)
"""A statement of a large school's year has some 100,000 lines; 200,000 rows are read in some 500 MB."""


def read_statement(
    content: bytes, file_name: str, *, expected_account: str | None, saved: Sequence[Layout] = ()
) -> ParsedStatement:
    """The statement in a file: XLSX, XLS, CSV, a web page named as a workbook, MT940 or camt.052/053/054.

    `saved` are the layouts that people have shown for the account. Raises SheetError and StatementError; see there.
    """
    if len(content) > LIMITS.max_bytes:
        raise SheetError("too_large", size=len(content), limit=LIMITS.max_bytes)
    if is_camt(content):
        return parse_camt(content, expected_account=expected_account, max_rows=LIMITS.max_rows)
    if content[:200].lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"{1:", b":20:")):
        text = decode_text(content)
        if is_mt940(text):
            return parse_mt940(text, expected_account=expected_account, max_rows=LIMITS.max_rows)
    return parse_statement(statement_sheets(content, file_name), expected_account=expected_account, saved=saved)


def statement_sheets(content: bytes, file_name: str) -> list[Sheet]:
    """The tables of a file, for the reader and for the screen on which a person shows the columns."""
    return read_sheets(content, file_name, limits=LIMITS, html_tables=True)
