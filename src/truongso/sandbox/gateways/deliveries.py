"""The queue of notices: sent once or several times, tried again as the provider does, late, doubled or lost."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from truongso.kernel import clock
from truongso.sandbox.gateways.orders import moment
from truongso.sandbox.gateways.twins import twin_of
from truongso.sandbox.gateways.types import (
    Delivery,
    DeliveryState,
    GatewayError,
    Notice,
    NoticePlan,
    Order,
    Provider,
    Verdict,
)
from truongso.sandbox.sending import Answer, send
from truongso.sandbox.sqlite_file import opened

CLAIM_SECONDS = 60
_JSON = {"Content-Type": "application/json"}


def queue(
    connection: sqlite3.Connection, order: Order, provider: Provider, notice: Notice, plan: NoticePlan
) -> list[Delivery]:
    """Put a notice on its way as often as the plan says."""
    now = clock.now().timestamp()
    made = [
        connection.execute(
            "INSERT INTO deliveries (order_id, provider, method, url, body, state, created_at, next_at)"
            " VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?)",
            (order.id, provider, notice.method, notice.url, notice.body, now, now + plan.delay_seconds),
        ).lastrowid
        for _ in range(plan.copies)
    ]
    return [delivery_of(connection, number or 0) for number in made]


def delay(connection: sqlite3.Connection, delivery_id: int, seconds: float) -> Delivery:
    """Hold a waiting notice back for so many seconds from now; 0 sends it at once. Raises delivery_unknown."""
    changed = connection.execute(
        "UPDATE deliveries SET next_at = ? WHERE id = ? AND state = 'waiting'",
        (clock.now().timestamp() + seconds, delivery_id),
    )
    if not changed.rowcount:
        raise GatewayError("delivery_unknown", id=delivery_id)
    return delivery_of(connection, delivery_id)


def delivery_of(connection: sqlite3.Connection, delivery_id: int) -> Delivery:
    """Raises delivery_unknown."""
    row = connection.execute("SELECT * FROM deliveries WHERE id = ?", (delivery_id,)).fetchone()
    if row is None:
        raise GatewayError("delivery_unknown", id=delivery_id)
    return _delivery(row)


def deliveries(
    connection: sqlite3.Connection, *, order: int | None = None, state: DeliveryState | None = None, newest: int = 100
) -> list[Delivery]:
    """The log, newest first; of one order or state when named."""
    rows = connection.execute(
        "SELECT * FROM deliveries WHERE (:order IS NULL OR order_id = :order)"
        " AND (:state IS NULL OR state = :state) ORDER BY id DESC LIMIT :newest",
        {"order": order, "state": state, "newest": newest},
    )
    return [_delivery(row) for row in rows]


class Queue:
    """The courier's view of the queue. A provider that is down sends nothing; its notices come late."""

    def claim(self, connection: sqlite3.Connection, *, now: float, most: int) -> list[Delivery]:
        rows = connection.execute(
            "UPDATE deliveries SET next_at = ? WHERE id IN (SELECT d.id FROM deliveries d JOIN providers p"
            " ON p.name = d.provider WHERE d.state = 'waiting' AND d.next_at <= ? AND NOT p.is_down"
            " ORDER BY d.next_at, d.id LIMIT ?) RETURNING id",
            (now + CLAIM_SECONDS, now, most),
        ).fetchall()
        return [delivery_of(connection, number) for number in sorted(row["id"] for row in rows)]

    def next_due(self, connection: sqlite3.Connection) -> float | None:
        row = connection.execute(
            "SELECT MIN(d.next_at) AS due FROM deliveries d JOIN providers p ON p.name = d.provider"
            " WHERE d.state = 'waiting' AND NOT p.is_down"
        ).fetchone()
        due: float | None = row["due"]
        return due

    def carry(self, database: Path, notice: Delivery, *, speed: float) -> None:
        headers = {} if notice.body is None else _JSON
        timeout = twin_of(notice.provider).ANSWER_SECONDS
        answer = send(notice.url, notice.body, headers, method=notice.method, timeout=timeout)
        with opened(database) as connection:
            record(connection, notice, answer, now=clock.now().timestamp(), speed=speed)


def record(connection: sqlite3.Connection, delivery: Delivery, answer: Answer, *, now: float, speed: float) -> None:
    """Write down an attempt: heard, to be tried again after its wait / `speed`, or given up."""
    twin, attempts = twin_of(delivery.provider), delivery.attempts + 1
    verdict = twin.verdict(answer)
    state, next_at, delivered_at = DeliveryState.GAVE_UP, None, None
    if verdict is Verdict.DONE:
        state, delivered_at = DeliveryState.DELIVERED, now
    elif verdict is Verdict.AGAIN and attempts <= len(twin.WAITS_MINUTES):
        state, next_at = DeliveryState.WAITING, now + twin.WAITS_MINUTES[attempts - 1] * 60 / speed
    connection.execute(
        "UPDATE deliveries SET state = ?, attempts = ?, status = ?, error = ?, answer = ?, next_at = ?,"
        " delivered_at = ? WHERE id = ?",
        (state, attempts, answer.status, answer.error, answer.body, next_at, delivered_at, delivery.id),
    )


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        id=row["id"],
        order=row["order_id"],
        provider=Provider(row["provider"]),
        method=row["method"],
        url=row["url"],
        body=row["body"],
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        status=row["status"],
        error=row["error"],
        answer=bytes(row["answer"], "utf-8") if isinstance(row["answer"], str) else row["answer"],
        created_at=moment(row["created_at"]),
        next_at=None if row["next_at"] is None else moment(row["next_at"]),
        delivered_at=None if row["delivered_at"] is None else moment(row["delivered_at"]),
    )
