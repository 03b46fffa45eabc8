"""A gateway pays out: what came in since the last time, less its fee and what was given back, in one line."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from truongso.kernel import clock
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import ZERO, Dong, total
from truongso.kernel.sheet_writer import ExportCell, write_csv
from truongso.sandbox.gateways.orders import moment, order_of
from truongso.sandbox.gateways.twins import twin_of
from truongso.sandbox.gateways.types import GatewayError, Merchant, Order, OrderState, Provider

Credit = Callable[[Merchant, Dong, str, dt.datetime], int]
"""Books the net sum at the bank with a narrative, at a moment; returns the line."""

HEADER = (
    "Mã quyết toán",
    "Ngày thanh toán",
    "Ngày giao dịch",
    "Mã đơn hàng",
    "Mã giao dịch",
    "Loại giao dịch",
    "Số tiền giao dịch",
    "Phí",
    "Số tiền thực nhận",
)


@dataclass(frozen=True, slots=True)
class Settlement:
    """One payout. `net` is `gross` less `fee` and `refunded`."""

    id: int
    merchant: Merchant
    at: dt.datetime
    gross: Dong
    fee: Dong
    refunded: Dong
    net: Dong
    memo: str
    line: int | None
    orders: tuple[Order, ...]
    refunds: tuple[tuple[Order, Dong, dt.datetime], ...]


def fee_of(merchant: Merchant, amount: Dong) -> Dong:
    """The provider's fee of one payment, rounded half up."""
    return Dong((amount.value * merchant.fee_bp + 5_000) // 10_000)


def settle(
    connection: sqlite3.Connection, merchant: Merchant, *, credit: Credit, at: dt.datetime | None = None
) -> Settlement:
    """Pay out what waits. payOS has nothing to pay out: its money is on the school's account already.

    Raises account_missing, nothing_to_settle.
    """
    if not merchant.account:
        raise GatewayError("account_missing", merchant=merchant.code)
    paid = connection.execute(
        "SELECT id, paid FROM orders WHERE merchant = ? AND state = ? AND settlement IS NULL",
        (merchant.id, OrderState.PAID),
    ).fetchall()
    given_back = connection.execute(
        "SELECT r.id, r.amount FROM refunds r JOIN orders o ON o.id = r.order_id WHERE o.merchant = ?"
        " AND r.settlement IS NULL AND r.state = 'done'",
        (merchant.id,),
    ).fetchall()
    gross = total(Dong(row["paid"]) for row in paid)
    fee = total(fee_of(merchant, Dong(row["paid"])) for row in paid)
    refunded = total(Dong(row["amount"]) for row in given_back)
    net = gross - fee - refunded
    if merchant.provider is Provider.PAYOS or net <= ZERO:
        raise GatewayError("nothing_to_settle")
    when = (at or clock.now()).astimezone(SCHOOL_TIME)
    memo = f"{twin_of(merchant.provider).TITLE.upper()} TT {merchant.code} {when:%d%m%Y}"
    cursor = connection.execute(
        "INSERT INTO settlements (merchant, at, gross, fee, refunded, net, memo) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (merchant.id, when.timestamp(), gross.value, fee.value, refunded.value, net.value, memo),
    )
    number = cursor.lastrowid or 0
    for table, rows in (("orders", paid), ("refunds", given_back)):
        connection.executemany(
            f"UPDATE {table} SET settlement = ? WHERE id = ?",  # noqa: S608  our own two tables
            [(number, row["id"]) for row in rows],
        )
    line = credit(merchant, net, memo, when)
    connection.execute("UPDATE settlements SET line = ? WHERE id = ?", (line, number))
    return settlement_of(connection, merchant, number)


def settlement_of(connection: sqlite3.Connection, merchant: Merchant, number: int) -> Settlement:
    """Raises nothing_to_settle when the merchant has no such payout."""
    row = connection.execute(
        "SELECT * FROM settlements WHERE id = ? AND merchant = ?", (number, merchant.id)
    ).fetchone()
    if row is None:
        raise GatewayError("nothing_to_settle")
    paid = connection.execute("SELECT id FROM orders WHERE settlement = ? ORDER BY id", (number,)).fetchall()
    given_back = connection.execute("SELECT * FROM refunds WHERE settlement = ? ORDER BY id", (number,)).fetchall()
    return Settlement(
        id=number,
        merchant=merchant,
        at=moment(row["at"]),
        gross=Dong(row["gross"]),
        fee=Dong(row["fee"]),
        refunded=Dong(row["refunded"]),
        net=Dong(row["net"]),
        memo=row["memo"],
        line=row["line"],
        orders=tuple(order_of(connection, one["id"]) for one in paid),
        refunds=tuple(
            (order_of(connection, one["order_id"]), Dong(one["amount"]), moment(one["at"])) for one in given_back
        ),
    )


def settlement_csv(settlement: Settlement) -> bytes:
    """The provider's file of a payout (layouts are private, UNVERIFIED): payments, refunds, sums."""
    head = [f"{settlement.merchant.code}-{settlement.id}", f"{settlement.at:%d/%m/%Y}"]
    rows: list[list[ExportCell]] = [list(HEADER)]
    for order in settlement.orders:
        fee, at = fee_of(settlement.merchant, order.paid), order.ended_at or order.created_at
        what = [f"{at:%d/%m/%Y %H:%M:%S}", order.ref, order.number, "Thanh toán"]
        rows.append([*head, *what, order.paid, fee, order.paid - fee])
    for order, amount, at in settlement.refunds:
        what = [f"{at:%d/%m/%Y %H:%M:%S}", order.ref, order.number, "Hoàn tiền"]
        rows.append([*head, *what, -amount, ZERO, -amount])
    gross = settlement.gross - settlement.refunded
    rows.append(["Tổng cộng", "", "", "", "", settlement.memo, gross, settlement.fee, settlement.net])
    return write_csv(rows)
