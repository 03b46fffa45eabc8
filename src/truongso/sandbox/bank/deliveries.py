"""The queue of notices: announced with the line, tried until a 2xx or the eighth attempt (SePay's rule)."""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import dataclass

from truongso.kernel import clock
from truongso.kernel.clock import SCHOOL_TIME
from truongso.sandbox.bank import accounts, lines, sepay
from truongso.sandbox.bank.types import Account, BankError, Delivery, DeliveryState, Line

WAITS_MINUTES = (1, 1, 2, 3, 5, 8, 13)
"""After each failed attempt; 8 attempts in all (developer.sepay.vn)."""
CLAIM_SECONDS = 60
"""How long an attempt may take before another courier may try the notice again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt: an HTTP status, or a stable word for why there was none."""

    status: int | None
    error: str = ""

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def announce(connection: sqlite3.Connection, account: Account, line: Line, *, delay_seconds: float = 0.0) -> None:
    """Queue the notice of a new line, unless the account has no webhook or its feed is off."""
    if account.webhook_url and account.notices_on:
        _queue(connection, line, sepay.notice_body(account, line), delay_seconds)


def resend(connection: sqlite3.Connection, line_id: int, *, delay_seconds: float = 0.0) -> Delivery:
    """Send a line's notice again, byte for byte; for the first time when it was held back.

    Raises BankError line_unknown, account_unknown (a payer's line), no_webhook.
    """
    line = lines.line_of(connection, line_id)
    account = accounts.receiver(connection, line.account)
    if not account.webhook_url:
        raise BankError("no_webhook", account=account.number)
    return _queue(connection, line, sepay.notice_body(account, line), delay_seconds)


def delay(connection: sqlite3.Connection, delivery_id: int, seconds: float) -> Delivery:
    """Hold a waiting notice back for so many seconds from now; 0 sends it at once.

    Raises BankError delivery_unknown, also when it is no longer waiting.
    """
    at = clock.now().timestamp() + seconds
    changed = connection.execute(
        "UPDATE deliveries SET next_at = ? WHERE id = ? AND state = 'waiting'", (at, delivery_id)
    )
    if not changed.rowcount:
        raise BankError("delivery_unknown", id=delivery_id)
    return delivery_of(connection, delivery_id)


def claim(connection: sqlite3.Connection, *, now: float, most: int) -> list[Delivery]:
    """Notices that are due; the caller has them for CLAIM_SECONDS."""
    rows = connection.execute(
        "UPDATE deliveries SET next_at = ? WHERE id IN (SELECT id FROM deliveries WHERE state = 'waiting'"
        " AND next_at <= ? ORDER BY next_at, id LIMIT ?) RETURNING id",
        (now + CLAIM_SECONDS, now, most),
    ).fetchall()
    return [delivery_of(connection, number) for number in sorted(row["id"] for row in rows)]


def next_due(connection: sqlite3.Connection) -> float | None:
    """When the next notice is due (Unix seconds); None when nothing waits."""
    row = connection.execute("SELECT MIN(next_at) AS due FROM deliveries WHERE state = 'waiting'").fetchone()
    due: float | None = row["due"]
    return due


def record(connection: sqlite3.Connection, delivery: Delivery, answer: Answer, *, now: float, speed: float) -> None:
    """Write down an attempt: delivered, to be tried again after its wait / `speed`, or given up."""
    attempts = delivery.attempts + 1
    if answer.accepted:
        state, next_at, delivered_at = DeliveryState.DELIVERED, None, now
    elif attempts > len(WAITS_MINUTES):
        state, next_at, delivered_at = DeliveryState.GAVE_UP, None, None
    else:
        state, next_at, delivered_at = (
            DeliveryState.WAITING,
            now + WAITS_MINUTES[attempts - 1] * 60 / speed,
            None,
        )
    connection.execute(
        "UPDATE deliveries SET state = ?, attempts = ?, status = ?, error = ?, next_at = ?, delivered_at = ?"
        " WHERE id = ?",
        (state, attempts, answer.status, answer.error, next_at, delivered_at, delivery.id),
    )


def delivery_of(connection: sqlite3.Connection, delivery_id: int) -> Delivery:
    """The delivery of that id. Raises BankError delivery_unknown."""
    row = connection.execute(
        "SELECT d.*, a.webhook_url FROM deliveries d JOIN accounts a ON a.number = d.account WHERE d.id = ?",
        (delivery_id,),
    ).fetchone()
    if row is None:
        raise BankError("delivery_unknown", id=delivery_id)
    return _delivery(row)


def deliveries(
    connection: sqlite3.Connection,
    *,
    account: str | None = None,
    line: int | None = None,
    state: DeliveryState | None = None,
    newest: int = 100,
) -> list[Delivery]:
    """The log, newest first; of one account, line or state when named."""
    rows = connection.execute(
        "SELECT d.*, a.webhook_url FROM deliveries d JOIN accounts a ON a.number = d.account"
        " WHERE (:account IS NULL OR d.account = :account) AND (:line IS NULL OR d.line = :line)"
        " AND (:state IS NULL OR d.state = :state) ORDER BY d.id DESC LIMIT :newest",
        {"account": account, "line": line, "state": state, "newest": newest},
    )
    return [_delivery(row) for row in rows]


def _queue(connection: sqlite3.Connection, line: Line, body: bytes, delay_seconds: float) -> Delivery:
    now = clock.now().timestamp()
    cursor = connection.execute(
        "INSERT INTO deliveries (line, account, body, state, created_at, next_at) VALUES (?, ?, ?, 'waiting', ?, ?)",
        (line.id, line.account, body, now, now + delay_seconds),
    )
    return delivery_of(connection, cursor.lastrowid or 0)


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        id=row["id"],
        line=row["line"],
        account=row["account"],
        url=row["webhook_url"],
        body=row["body"],
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        status=row["status"],
        error=row["error"],
        created_at=_moment(row["created_at"]),
        next_at=None if row["next_at"] is None else _moment(row["next_at"]),
        delivered_at=None if row["delivered_at"] is None else _moment(row["delivered_at"]),
    )


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, SCHOOL_TIME)
