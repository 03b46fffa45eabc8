"""The queue of notices: announced with the line to every feed, tried until a 2xx or the feed's last attempt."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path

from truongso.kernel import clock
from truongso.kernel.clock import SCHOOL_TIME
from truongso.sandbox.bank import accounts, lines
from truongso.sandbox.bank.feeds import feed_named
from truongso.sandbox.bank.types import Account, BankError, Delivery, DeliveryState, Feed, Line
from truongso.sandbox.sending import Answer, send
from truongso.sandbox.sqlite_file import opened

CLAIM_SECONDS = 60
"""How long an attempt may take before another courier may try the notice again."""
_SELECT = "SELECT d.*, f.url FROM deliveries d LEFT JOIN feeds f ON f.account = d.account AND f.provider = d.feed"


def announce(connection: sqlite3.Connection, account: Account, line: Line, *, delay_seconds: float = 0.0) -> None:
    """Queue a new line's notice to each feed of the account, unless its notices are off."""
    if account.notices_on:
        for feed in account.feeds:
            if feed_named(feed.provider).tells(line):
                _queue(connection, account, feed, line, delay_seconds)


def resend(
    connection: sqlite3.Connection, line_id: int, *, feed: str | None = None, delay_seconds: float = 0.0
) -> list[Delivery]:
    """Send a line's notice again, byte for byte, to each feed or the named one; for the first time if it was held.

    Raises BankError line_unknown, account_unknown (a payer's line), no_webhook.
    """
    line = lines.line_of(connection, line_id)
    account = accounts.receiver(connection, line.account)
    told = [one for one in account.feeds if feed in {None, one.provider}]
    if not told:
        raise BankError("no_webhook", account=account.number)
    return [_queue(connection, account, one, line, delay_seconds) for one in told]


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
    attempts, waits = delivery.attempts + 1, feed_named(delivery.feed).WAITS_MINUTES
    if answer.accepted:
        state, next_at, delivered_at = DeliveryState.DELIVERED, None, now
    elif attempts > len(waits):
        state, next_at, delivered_at = DeliveryState.GAVE_UP, None, None
    else:
        state, next_at, delivered_at = (
            DeliveryState.WAITING,
            now + waits[attempts - 1] * 60 / speed,
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
        f"{_SELECT} WHERE d.id = ?",
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
        f"{_SELECT} WHERE (:account IS NULL OR d.account = :account) AND (:line IS NULL OR d.line = :line)"
        " AND (:state IS NULL OR d.state = :state) ORDER BY d.id DESC LIMIT :newest",
        {"account": account, "line": line, "state": state, "newest": newest},
    )
    return [_delivery(row) for row in rows]


def _queue(connection: sqlite3.Connection, account: Account, feed: Feed, line: Line, delay_seconds: float) -> Delivery:
    now = clock.now().timestamp()
    body = feed_named(feed.provider).notice_body(account, line, secret=feed.secret)
    cursor = connection.execute(
        "INSERT INTO deliveries (line, account, feed, body, state, created_at, next_at)"
        " VALUES (?, ?, ?, ?, 'waiting', ?, ?)",
        (line.id, line.account, feed.provider, body, now, now + delay_seconds),
    )
    return delivery_of(connection, cursor.lastrowid or 0)


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        id=row["id"],
        line=row["line"],
        account=row["account"],
        feed=row["feed"],
        url=row["url"] or "",
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


class Queue:
    """The courier's view of the queue."""

    def claim(self, connection: sqlite3.Connection, *, now: float, most: int) -> list[Delivery]:
        return claim(connection, now=now, most=most)

    def next_due(self, connection: sqlite3.Connection) -> float | None:
        return next_due(connection)

    def carry(self, database: Path, notice: Delivery, *, speed: float) -> None:
        """One attempt, signed with the key of the moment."""
        with opened(database) as connection:
            account = accounts.receiver(connection, notice.account)
        feed = next((one for one in account.feeds if one.provider == notice.feed), None)
        answer = Answer(None, "no_webhook")  # the school may have taken its address away
        if feed is not None:
            headers = feed_named(feed.provider).signed_headers(notice.body, secret=feed.secret, at=clock.now())
            answer = send(feed.url, notice.body, headers)
        with opened(database) as connection:
            record(connection, notice, answer, now=clock.now().timestamp(), speed=speed)
