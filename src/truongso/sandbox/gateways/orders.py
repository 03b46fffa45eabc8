"""Orders and refunds: asked for by merchants, ended by payers."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import sqlite3

from truongso.kernel import clock
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import ZERO, Dong, total
from truongso.sandbox.gateways.merchants import check_local
from truongso.sandbox.gateways.types import (
    OPEN_STATES,
    GatewayError,
    Merchant,
    NewOrder,
    Order,
    OrderState,
    Outcome,
    Provider,
    Refund,
    RefundState,
)


def place(connection: sqlite3.Connection, merchant: Merchant, new: NewOrder) -> Order:
    """Write an order down. The caller has made sure that its `ref` is free. Raises address_not_local."""
    for url in (new.return_url, new.cancel_url, new.notify_url):
        check_local(url)
    cursor = connection.execute(
        "INSERT INTO orders (token, merchant, ref, request_id, amount, info, details, return_url, cancel_url,"
        " notify_url, created_at, expires_at, state, number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.token or secrets.token_urlsafe(16),
            merchant.id,
            new.ref,
            new.request_id,
            new.amount.value,
            new.info,
            json.dumps(dict(new.details or {}), ensure_ascii=False),
            new.return_url,
            new.cancel_url,
            new.notify_url,
            clock.now().timestamp(),
            None if new.expires_at is None else new.expires_at.timestamp(),
            OrderState.PENDING,
            new.number,
        ),
    )
    return order_of(connection, cursor.lastrowid or 0)


def end(
    connection: sqlite3.Connection, order: Order, outcome: Outcome, *, source: str, number: str, paid: Dong = ZERO
) -> Order:
    """Write down how the payer's visit ended. Raises order_ended when the order is not open any more."""
    if order.state not in OPEN_STATES:
        raise GatewayError("order_ended", order=order.ref)
    connection.execute(
        "UPDATE orders SET state = ?, code = ?, source = ?, number = ?, paid = ?, ended_at = ? WHERE id = ?",
        (outcome.state, outcome.code, source, number, paid.value, clock.now().timestamp(), order.id),
    )
    return order_of(connection, order.id)


def expire(connection: sqlite3.Connection, order: Order, code: str) -> Order:
    """The order, ended if it is open past its time."""
    late = order.expires_at is not None and clock.now() > order.expires_at
    if late and order.state in OPEN_STATES:
        return end(connection, order, Outcome(OrderState.EXPIRED, code), source="", number=order.number)
    return order


def order_of(connection: sqlite3.Connection, number: int) -> Order:
    """Raises order_unknown."""
    return _one(connection.execute("SELECT * FROM orders WHERE id = ?", (number,)).fetchone(), number)


def order_behind(connection: sqlite3.Connection, token: str) -> Order:
    """The order of a payer's page. Raises order_unknown."""
    return _one(connection.execute("SELECT * FROM orders WHERE token = ?", (token,)).fetchone(), token)


def find(connection: sqlite3.Connection, merchant: Merchant, ref: str) -> Order | None:
    """The merchant's order of that name."""
    row = connection.execute("SELECT * FROM orders WHERE merchant = ? AND ref = ?", (merchant.id, ref)).fetchone()
    return None if row is None else _order(row)


def find_number(connection: sqlite3.Connection, merchant: Merchant, number: str) -> Order | None:
    """The merchant's order with that number of the provider's."""
    row = connection.execute(
        "SELECT * FROM orders WHERE merchant = ? AND number = ? AND number <> ''", (merchant.id, number)
    ).fetchone()
    return None if row is None else _order(row)


def orders(
    connection: sqlite3.Connection, *, provider: Provider | None = None, ref: str = "", newest: int = 100
) -> list[Order]:
    """Orders, newest first; of one provider or name when given."""
    rows = connection.execute(
        "SELECT o.* FROM orders o JOIN merchants m ON m.id = o.merchant WHERE (:provider IS NULL OR"
        " m.provider = :provider) AND (:ref = '' OR o.ref = :ref) ORDER BY o.id DESC LIMIT :newest",
        {"provider": provider, "ref": ref, "newest": newest},
    )
    return [_order(row) for row in rows]


def refund(
    connection: sqlite3.Connection, order: Order, *, request_id: str, amount: Dong, reason: str, number: str = ""
) -> Refund:
    """Give money back, at once or, as the merchant's refunds are planned, later. So much is left, and it is not to be
    refused: the caller has made sure."""
    cursor = connection.execute(
        "INSERT INTO refunds (order_id, request_id, amount, reason, number, at, state)"
        " SELECT ?, ?, ?, ?, ?, ?, CASE refund_outcome WHEN 'processing' THEN 'processing' ELSE 'done' END"
        " FROM merchants WHERE id = ?",
        (order.id, request_id, amount.value, reason, number, clock.now().timestamp(), order.merchant),
    )
    made = cursor.lastrowid or 0
    if not number:
        connection.execute("UPDATE refunds SET number = ? WHERE id = ?", (str(made), made))
    return next(one for one in refunds(connection, order) if one.id == made)


def refunds(connection: sqlite3.Connection, order: Order) -> list[Refund]:
    """The refunds of an order, oldest first."""
    return [
        _refund(row) for row in connection.execute("SELECT * FROM refunds WHERE order_id = ? ORDER BY id", (order.id,))
    ]


def left(connection: sqlite3.Connection, order: Order) -> Dong:
    """What may still be given back."""
    return order.paid - total(one.amount for one in refunds(connection, order) if one.state is not RefundState.REFUSED)


def find_refund(connection: sqlite3.Connection, merchant: Merchant, request_id: str) -> Refund | None:
    """The merchant's refund of that name."""
    row = connection.execute(
        "SELECT r.* FROM refunds r JOIN orders o ON o.id = r.order_id WHERE o.merchant = ? AND r.request_id = ?",
        (merchant.id, request_id),
    ).fetchone()
    return None if row is None else _refund(row)


def remembered(connection: sqlite3.Connection, merchant: Merchant, request_id: str) -> tuple[str, str] | None:
    """What was asked under a request id and what was answered."""
    row = connection.execute(
        "SELECT asked, answer FROM requests WHERE merchant = ? AND request_id = ?", (merchant.id, request_id)
    ).fetchone()
    return None if row is None else (row["asked"], row["answer"])


def remember(connection: sqlite3.Connection, merchant: Merchant, request_id: str, *, asked: str, answer: str) -> None:
    """Keep a request id with what was answered."""
    connection.execute("INSERT INTO requests VALUES (?, ?, ?, ?)", (merchant.id, request_id, asked, answer))


def _one(row: sqlite3.Row | None, name: object) -> Order:
    if row is None:
        raise GatewayError("order_unknown", order=name)
    return _order(row)


def _order(row: sqlite3.Row) -> Order:
    return Order(
        id=row["id"],
        token=row["token"],
        merchant=row["merchant"],
        ref=row["ref"],
        request_id=row["request_id"],
        amount=Dong(row["amount"]),
        info=row["info"],
        details=json.loads(row["details"]),
        return_url=row["return_url"],
        cancel_url=row["cancel_url"],
        notify_url=row["notify_url"],
        created_at=moment(row["created_at"]),
        expires_at=None if row["expires_at"] is None else moment(row["expires_at"]),
        state=OrderState(row["state"]),
        code=row["code"],
        source=row["source"],
        number=row["number"],
        paid=Dong(row["paid"]),
        ended_at=None if row["ended_at"] is None else moment(row["ended_at"]),
        settlement=row["settlement"],
    )


def _refund(row: sqlite3.Row) -> Refund:
    return Refund(
        id=row["id"],
        order=row["order_id"],
        request_id=row["request_id"],
        amount=Dong(row["amount"]),
        reason=row["reason"],
        number=row["number"],
        at=moment(row["at"]),
        state=RefundState(row["state"]),
    )


def moment(seconds: float) -> dt.datetime:
    """Unix seconds as school time."""
    return dt.datetime.fromtimestamp(seconds, SCHOOL_TIME)
