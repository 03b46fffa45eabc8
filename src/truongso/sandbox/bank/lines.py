"""Lines of accounts: booked with the balance they move, read back in order of their dates."""

from __future__ import annotations

import datetime as dt
import sqlite3

from truongso.banking.types import Direction
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.sandbox.bank.memos import Narrative
from truongso.sandbox.bank.types import Account, BankError, Line

_COUNTER_ROUND = 10_000


def book(
    connection: sqlite3.Connection,
    account: Account,
    direction: Direction,
    amount: Dong,
    *,
    memo: Narrative,
    at: dt.datetime,
    counter: Account | None = None,
    transfer: int | None = None,
    virtual_account: str = "",
) -> Line:
    """Move the balance and write the line. Raises BankError balance_low: the transaction must roll back."""
    change = amount if direction is Direction.IN else -amount
    moved = connection.execute(
        "UPDATE accounts SET balance = balance + ? WHERE number = ? AND balance + ? >= 0 RETURNING balance",
        (change.value, account.number, change.value),
    ).fetchone()
    if moved is None:
        raise BankError("balance_low", balance=account.balance.value, amount=amount.value)
    cursor = connection.execute(
        "INSERT INTO lines (account, booked_at, direction, amount, balance, narrative, memo, reference,"
        " counter_account, counter_name, transfer, counter_bin, virtual_account)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            account.number,
            int(at.timestamp()),
            direction,
            amount.value,
            moved["balance"],
            memo.whole,
            memo.told,
            _reference(connection, account.number, at),
            "" if counter is None else counter.number,
            "" if counter is None else counter.holder,
            transfer,
            "" if counter is None else counter.bank_bin,
            virtual_account,
        ),
    )
    return line_of(connection, cursor.lastrowid or 0)


def line_of(connection: sqlite3.Connection, line_id: int) -> Line:
    """The line of that id. Raises BankError line_unknown."""
    row = connection.execute("SELECT * FROM lines WHERE id = ?", (line_id,)).fetchone()
    if row is None:
        raise BankError("line_unknown", id=line_id)
    return _line(row)


def lines_of(
    connection: sqlite3.Connection,
    number: str,
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
    newest: int | None = None,
) -> list[Line]:
    """Lines of an account from `first` to `last` (school days, both included), oldest first.

    `newest` keeps only so many of them, the latest.
    """
    start, end = _bounds(first, last)
    rows = connection.execute(
        "SELECT * FROM (SELECT * FROM lines WHERE account = ? AND booked_at >= ? AND booked_at < ?"
        " ORDER BY booked_at DESC, id DESC LIMIT ?) ORDER BY booked_at, id",
        (number, start, end, -1 if newest is None else newest),
    )
    return [_line(row) for row in rows]


def balance_before(connection: sqlite3.Connection, account: Account, day: dt.date | None) -> Dong:
    """What the account held at the start of a school day by the dates of its lines; None: at its opening."""
    start, _ = _bounds(day, None)
    row = connection.execute(
        "SELECT COALESCE(SUM(CASE direction WHEN 'in' THEN amount ELSE -amount END), 0) AS moved"
        " FROM lines WHERE account = ? AND booked_at < ?",
        (account.number, start),
    ).fetchone()
    return account.opening + Dong(row["moved"])


def _bounds(first: dt.date | None, last: dt.date | None) -> tuple[int, int]:
    """Seconds from the start of the first day up to the start of the day after the last."""
    start = dt.datetime(1970, 1, 2) if first is None else dt.datetime.combine(first, dt.time())  # noqa: DTZ001
    end = dt.datetime(9000, 1, 1) if last is None else dt.datetime.combine(last, dt.time())  # noqa: DTZ001
    after = end.replace(tzinfo=SCHOOL_TIME) + dt.timedelta(days=1)
    return int(start.replace(tzinfo=SCHOOL_TIME).timestamp()), int(after.timestamp())


def _reference(connection: sqlite3.Connection, number: str, at: dt.datetime) -> str:
    """A counter of the account's day: the same short references come back every day."""
    row = connection.execute(
        "INSERT INTO counters (account, day, last) VALUES (?, ?, 1)"
        " ON CONFLICT (account, day) DO UPDATE SET last = last + 1 RETURNING last",
        (number, at.astimezone(SCHOOL_TIME).date().isoformat()),
    ).fetchone()
    return f"{row['last'] % _COUNTER_ROUND:04d}"


def _line(row: sqlite3.Row) -> Line:
    return Line(
        id=row["id"],
        account=row["account"],
        booked_at=dt.datetime.fromtimestamp(row["booked_at"], SCHOOL_TIME),
        direction=Direction(row["direction"]),
        amount=Dong(row["amount"]),
        balance=Dong(row["balance"]),
        narrative=row["narrative"],
        memo=row["memo"],
        reference=row["reference"],
        counter_account=row["counter_account"],
        counter_name=row["counter_name"],
        transfer=row["transfer"],
        counter_bin=row["counter_bin"],
        virtual_account=row["virtual_account"],
    )
