"""What a terminal does: sell, void, close its batch; and what its acquirer does: pay the net sum."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Callable

from truongso.kernel import clock
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import ZERO, Dong
from truongso.sandbox.gateways.keys import letters
from truongso.sandbox.gateways.orders import moment
from truongso.sandbox.gateways.pos.types import CARDS, FEE_BP, Batch, Brand, Sale, Terminal
from truongso.sandbox.gateways.types import GatewayError

Credit = Callable[[Terminal, Dong, str, dt.datetime], int]
"""Books the net sum at the bank with a narrative, at a moment; returns the line."""


def register(connection: sqlite3.Connection, terminal: Terminal) -> Terminal:
    """Put a terminal up, or change its name and account. Raises field_wrong, terminal_taken (another merchant's)."""
    if not re.fullmatch(r"[0-9A-Z]{8}", terminal.tid):
        raise GatewayError("field_wrong", field="tid")
    if not re.fullmatch(r"[0-9A-Z]{1,15}", terminal.mid):
        raise GatewayError("field_wrong", field="mid")
    known = connection.execute("SELECT mid FROM terminals WHERE tid = ?", (terminal.tid,)).fetchone()
    if known is not None and known["mid"] != terminal.mid:
        raise GatewayError("terminal_taken", tid=terminal.tid)
    connection.execute(
        "INSERT INTO terminals (tid, mid, name, account, bank_bin) VALUES (?, ?, ?, ?, ?) ON CONFLICT (tid) DO UPDATE"
        " SET name = excluded.name, account = excluded.account, bank_bin = excluded.bank_bin",
        (terminal.tid, terminal.mid, terminal.name, terminal.account, terminal.bank_bin),
    )
    return terminal_of(connection, terminal.tid)


def terminal_of(connection: sqlite3.Connection, tid: str) -> Terminal:
    """Raises terminal_unknown."""
    row = connection.execute("SELECT * FROM terminals WHERE tid = ?", (tid,)).fetchone()
    if row is None:
        raise GatewayError("terminal_unknown", tid=tid)
    return Terminal(row["tid"], row["mid"], row["name"], row["account"], row["bank_bin"])


def terminals(connection: sqlite3.Connection) -> list[Terminal]:
    rows = connection.execute("SELECT tid FROM terminals ORDER BY tid").fetchall()
    return [terminal_of(connection, row["tid"]) for row in rows]


def sell(
    connection: sqlite3.Connection,
    tid: str,
    *,
    amount: Dong,
    card: str,
    invoice: str = "",
    at: dt.datetime | None = None,
) -> Sale:
    """Take a payment into the open batch. Raises terminal_unknown, amount_positive, field_wrong, card_refused."""
    terminal_of(connection, tid)
    if amount <= ZERO:
        raise GatewayError("amount_positive")
    if card not in CARDS:
        raise GatewayError("field_wrong", field="card")
    used = CARDS[card]
    if used.refusal:
        raise GatewayError("card_refused", reason=used.refusal)
    when = (at or clock.now()).astimezone(SCHOOL_TIME)
    row = connection.execute(
        "UPDATE terminals SET next_trace = next_trace % 999999 + 1 WHERE tid = ? RETURNING next_trace", (tid,)
    ).fetchone()
    count = connection.execute("SELECT COALESCE(MAX(id), 0) + 1 AS next FROM sales").fetchone()["next"]
    cursor = connection.execute(
        "INSERT INTO sales (batch, trace, rrn, approval, brand, last4, amount, fee, invoice, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            _open_batch(connection, tid),
            row["next_trace"] - 1 or 999999,
            # Last digit of the year, day of the year, and the acquirer's own count: never the same twice in a decade.
            f"{when.year % 10}{when:%j}{count % 10**8:08d}",
            letters(6),
            used.brand,
            used.last4,
            amount.value,
            (amount.value * FEE_BP[used.brand] + 5_000) // 10_000,
            invoice,
            when.timestamp(),
        ),
    )
    return sale_of(connection, cursor.lastrowid or 0)


def void(connection: sqlite3.Connection, tid: str, trace: int) -> Sale:
    """Undo a sale of the open batch. Raises terminal_unknown, sale_unknown."""
    terminal_of(connection, tid)
    row = connection.execute(
        "UPDATE sales SET is_void = 1 WHERE trace = ? AND is_void = 0 AND batch ="
        " (SELECT id FROM batches WHERE tid = ? AND closed_at IS NULL) RETURNING id",
        (trace, tid),
    ).fetchone()
    if row is None:
        raise GatewayError("sale_unknown", trace=trace)
    return sale_of(connection, row["id"])


def close_batch(connection: sqlite3.Connection, tid: str, *, at: dt.datetime | None = None) -> Batch:
    """Close the open batch; the next sale opens another. Raises terminal_unknown, batch_empty."""
    terminal_of(connection, tid)
    row = connection.execute("SELECT id FROM batches WHERE tid = ? AND closed_at IS NULL", (tid,)).fetchone()
    batch = None if row is None else batch_of(connection, row["id"])
    if batch is None or not batch.counted:
        raise GatewayError("batch_empty", tid=tid)
    connection.execute("UPDATE batches SET closed_at = ? WHERE id = ?", ((at or clock.now()).timestamp(), batch.id))
    return batch_of(connection, batch.id)


def settle(
    connection: sqlite3.Connection, tid: str, number: int, *, credit: Credit, at: dt.datetime | None = None
) -> Batch:
    """Pay the net sum of a closed batch in one line. Raises terminal_unknown, batch_unknown, batch_settled."""
    batch = closed_batch(connection, tid, number)
    if batch.settled_on is not None:
        raise GatewayError("batch_settled", batch=number)
    when = (at or clock.now()).astimezone(SCHOOL_TIME)
    memo = narrative(batch, when)
    line = credit(batch.terminal, batch.net, memo, when)
    connection.execute(
        "UPDATE batches SET settled_on = ?, memo = ?, line = ? WHERE id = ?",
        (when.date().isoformat(), memo, line, batch.id),
    )
    return batch_of(connection, batch.id)


def narrative(batch: Batch, when: dt.datetime) -> str:
    """The form seen on statements: POS79900019.881867.20231101.121709 (one source, low reliability)."""
    return f"POS{batch.terminal.tid}.{batch.number:06d}.{when:%Y%m%d}.{when:%H%M%S}"


def closed_batch(connection: sqlite3.Connection, tid: str, number: int) -> Batch:
    """Raises terminal_unknown, batch_unknown."""
    terminal_of(connection, tid)
    row = connection.execute(
        "SELECT id FROM batches WHERE tid = ? AND number = ? AND closed_at IS NOT NULL", (tid, number)
    ).fetchone()
    if row is None:
        raise GatewayError("batch_unknown", batch=number)
    return batch_of(connection, row["id"])


def batches(connection: sqlite3.Connection, tid: str) -> list[Batch]:
    """A terminal's batches, newest first."""
    rows = connection.execute("SELECT id FROM batches WHERE tid = ? ORDER BY number DESC", (tid,)).fetchall()
    return [batch_of(connection, row["id"]) for row in rows]


def batch_of(connection: sqlite3.Connection, batch_id: int) -> Batch:
    row = connection.execute("SELECT * FROM batches WHERE id = ?", (batch_id,)).fetchone()
    sales = connection.execute("SELECT * FROM sales WHERE batch = ? ORDER BY id", (batch_id,)).fetchall()
    return Batch(
        id=row["id"],
        terminal=terminal_of(connection, row["tid"]),
        number=row["number"],
        closed_at=None if row["closed_at"] is None else moment(row["closed_at"]),
        settled_on=None if row["settled_on"] is None else dt.date.fromisoformat(row["settled_on"]),
        memo=row["memo"],
        line=row["line"],
        sales=tuple(_sale(sale) for sale in sales),
    )


def sale_of(connection: sqlite3.Connection, sale_id: int) -> Sale:
    """Raises sale_unknown."""
    row = connection.execute("SELECT * FROM sales WHERE id = ?", (sale_id,)).fetchone()
    if row is None:
        raise GatewayError("sale_unknown", trace=sale_id)
    return _sale(row)


def _open_batch(connection: sqlite3.Connection, tid: str) -> int:
    row = connection.execute("SELECT id FROM batches WHERE tid = ? AND closed_at IS NULL", (tid,)).fetchone()
    if row is not None:
        return int(row["id"])
    cursor = connection.execute(
        "INSERT INTO batches (tid, number) SELECT ?, COALESCE(MAX(number), 0) + 1 FROM batches WHERE tid = ?",
        (tid, tid),
    )
    return cursor.lastrowid or 0


def _sale(row: sqlite3.Row) -> Sale:
    return Sale(
        id=row["id"],
        batch=row["batch"],
        trace=row["trace"],
        rrn=row["rrn"],
        approval=row["approval"],
        brand=Brand(row["brand"]),
        last4=row["last4"],
        amount=Dong(row["amount"]),
        fee=Dong(row["fee"]),
        invoice=row["invoice"],
        at=moment(row["at"]),
        is_void=bool(row["is_void"]),
    )
