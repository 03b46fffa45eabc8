"""What each fuzzed reader does with bytes, and which answers are right: a result, or one of the stated refusals.

Anything else (another exception, seconds of work, a lost amount) is a fault.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping

from truongso.banking.statements import ParsedStatement, StatementError, parse_statement
from truongso.banking.statements.camt import parse_camt
from truongso.banking.statements.custom import CustomLayoutError, from_file, guess
from truongso.banking.statements.keys import line_keys
from truongso.banking.statements.mt940 import parse_mt940
from truongso.banking.statements.types import RowKind
from truongso.kernel.sheet_csv import read_csv
from truongso.kernel.sheet_encoding import decode_text
from truongso.kernel.sheet_html import read_html
from truongso.kernel.sheet_workbook import read_workbook
from truongso.kernel.sheet_xls import read_xls
from truongso.kernel.sheet_xlsx import safe_xlsx
from truongso.kernel.sheets import Cell, Limits, Sheet, SheetError, read_sheets

ACCOUNT = "0011001234567"
LIMITS = Limits(max_bytes=1 << 20, max_unpacked=8 << 20, max_rows=5_000, max_columns=64, max_cells=50_000)
SECONDS = 5.0  # for at most 1 MB


def check(data: bytes, read: Callable[[bytes], object]) -> None:
    """Run one reader; raises what is a fault."""
    started = _work()
    with contextlib.suppress(SheetError, StatementError, CustomLayoutError):
        read(data)
    seconds = _work() - started
    if seconds > SECONDS:
        raise TimeoutError(f"{seconds:.1f} s for {len(data)} bytes")


def _work() -> float:
    """Processor seconds of this process and of its ended children; what others do on the machine does not count."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def mt940(data: bytes) -> None:
    _sound(parse_mt940(decode_text(data), expected_account=ACCOUNT, max_rows=LIMITS.max_rows))


def camt(data: bytes) -> None:
    _sound(parse_camt(data, expected_account=ACCOUNT, max_rows=LIMITS.max_rows))


def csv(data: bytes) -> None:
    _table(read_csv(data, LIMITS))


def html(data: bytes) -> None:
    _table(read_html(data, LIMITS))


def xlsx(data: bytes) -> None:
    _table(read_workbook(safe_xlsx(data, LIMITS), LIMITS))


def xls(data: bytes) -> None:
    """As in production in a process of its own, with its own memory and time: the library may end it."""
    _table(read_xls(data, LIMITS))


def layout(data: bytes) -> None:
    """A shared layout file, then its own table read with it."""
    found = from_file(data)
    row: list[Cell] = [*(label or None for label in found.header)]
    _sound(parse_statement([Sheet("a", [row, row])], expected_account=None, saved=[found.layout("x")]))


def any_file(data: bytes) -> None:
    """Telling files apart; XLS is left to its own target."""
    if not data.startswith(b"\xd0\xcf\x11\xe0"):
        read_sheets(data, "a", limits=LIMITS, html_tables=True)


def _table(sheets: list[Sheet]) -> None:
    for sheet in sheets:
        guess(sheet)
    _sound(parse_statement(sheets, expected_account=ACCOUNT))


def _sound(parsed: ParsedStatement) -> None:
    """What holds of every statement whatever the file: each row is one thing, amounts are positive."""
    for row in parsed.rows:
        if (row.line is not None) != (row.kind is RowKind.LINE) or (row.refusal is not None) != (
            row.kind is RowKind.REFUSED
        ):
            raise AssertionError(f"row {row.number} is {row.kind} with {row.line} and {row.refusal}")
    keys = line_keys(parsed.lines, account=ACCOUNT)
    if len(set(keys)) != len(parsed.lines) or any(line.amount.value <= 0 for line in parsed.lines):
        raise AssertionError("lines without keys of their own, or without an amount")


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "mt940": mt940,
    "camt": camt,
    "csv": csv,
    "html": html,
    "xlsx": xlsx,
    "xls": xls,
    "layout": layout,
    "any_file": any_file,
}
