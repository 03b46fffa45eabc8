"""Statements of receiving accounts as files, in the layout of the account's bank or another one."""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import dataclass

from truongso.banking.statements import StatementLine
from truongso.banking.statements.layouts import layout_named
from truongso.banking.statements.writers import WRITTEN_LAYOUTS, FileFormat, StatementOut, write_statement
from truongso.kernel.clock import school_date
from truongso.sandbox.bank import accounts, lines
from truongso.sandbox.bank.types import BankError, Line

__all__ = ["LAYOUT_OF_BANK", "FileFormat", "StatementFile", "statement_file"]

LAYOUT_OF_BANK = {
    accounts.VIETCOMBANK: "vietcombank_simple",
    accounts.BIDV: "bidv_ibank",
    accounts.MB: "mb_detail",
}


@dataclass(frozen=True, slots=True)
class StatementFile:
    name: str
    content: bytes


def statement_file(
    connection: sqlite3.Connection,
    number: str,
    *,
    layout: str | None = None,
    file_format: FileFormat = FileFormat.XLSX,
    first: dt.date | None = None,
    last: dt.date | None = None,
) -> StatementFile:
    """The account's statement from `first` to `last` (school days, both included).

    Raises BankError account_unknown, period_reversed, layout_needed (a bank without a layout of its own),
    layout_unknown.
    """
    account = accounts.receiver(connection, number)
    if first is not None and last is not None and first > last:
        raise BankError("period_reversed")
    name = layout or LAYOUT_OF_BANK.get(account.bank_bin)
    if name is None:
        raise BankError("layout_needed", bin=account.bank_bin)
    if name not in WRITTEN_LAYOUTS:
        raise BankError("layout_unknown", layout=name)
    breaks_itself = layout_named(name).memo_break is not None
    booked = lines.lines_of(connection, number, first=first, last=last)
    statement = StatementOut(
        account=account.number,
        holder=account.holder,
        opening=lines.balance_before(connection, account, first),
        lines=[_statement_line(line, whole=breaks_itself) for line in booked],
    )
    days = "-".join(f"{day:%Y%m%d}" for day in (first, last) if day is not None)
    file_name = "-".join(part for part in ("sao-ke", number, days) if part)
    content = write_statement(name, statement, file_format)
    return StatementFile(f"{file_name}.{file_format.value}", content)


def _statement_line(line: Line, *, whole: bool) -> StatementLine:
    return StatementLine(
        booked_on=school_date(line.booked_at),
        direction=line.direction,
        amount=line.amount,
        memo=line.narrative if whole else line.memo,
        reference=line.reference,
        booked_at=line.booked_at,
        counter_account=line.counter_account,
        counter_name=line.counter_name,
    )
