"""What the bank tells payOS: a transfer is put to the link that asked for it, and the merchant is told."""

from __future__ import annotations

import hmac
import json
import re
import sqlite3
from collections.abc import Mapping
from typing import Any

from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.sandbox.gateways import visits
from truongso.sandbox.gateways.orders import order_of
from truongso.sandbox.gateways.payos.signing import data_signature
from truongso.sandbox.gateways.types import Merchant, NoticePlan, Order, OrderState

_MEMO = re.compile(r"CS[0-9A-Z]{9}")


def genuine_data(body: bytes, merchant: Merchant) -> dict[str, Any] | None:
    """The data of the bank's word, None when it is not signed with the merchant's checksum key."""
    try:
        told = json.loads(body)
        data, given = told["data"], told["signature"]
        is_signed = hmac.compare_digest(data_signature(data, merchant.keys["checksum_key"]).encode(), given.encode())
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return dict(data) if is_signed else None


def take(
    connection: sqlite3.Connection, merchant: Merchant, data: Mapping[str, Any], *, plan: NoticePlan | None = None
) -> Order | None:
    """Put a transfer to its link, once; None when no link asked for it or it is known."""
    order = _asked(connection, merchant, data)
    if order is None or dict(data) in order.details["transfers"]:
        return None
    paid = order.paid + Dong(int(data["amount"]))
    state = OrderState.PAID if paid >= order.amount else OrderState.PROCESSING
    details = {**order.details, "transfers": [*order.details["transfers"], dict(data)]}
    # Money may come after the link has ended: it is on the account all the same, and told.
    ended = order.state in {OrderState.CANCELLED, OrderState.EXPIRED}
    connection.execute(
        "UPDATE orders SET details = ?, paid = ?, state = ?, code = '00', source = 'VIETQR', ended_at = ? WHERE id = ?",
        (
            json.dumps(details, ensure_ascii=False),
            paid.value,
            order.state if ended else state,
            clock.now().timestamp(),
            order.id,
        ),
    )
    told = order_of(connection, order.id)
    visits.announce(connection, told, plan=plan or merchant.plan)
    return told


def _asked(connection: sqlite3.Connection, merchant: Merchant, data: Mapping[str, Any]) -> Order | None:
    virtual, memo = str(data.get("virtualAccountNumber", "")), str(data.get("description", ""))
    squeezed = re.sub(r"[^0-9A-Z]", "", memo.upper())
    marks = set(_MEMO.findall(squeezed))
    rows = connection.execute("SELECT id FROM orders WHERE merchant = ? ORDER BY id DESC", (merchant.id,)).fetchall()
    for row in rows:
        order = order_of(connection, row["id"])
        if virtual and order.details["virtual"] == virtual:
            return order
        if not order.details["virtual"] and order.details["memo"][:11] in marks:
            return order
    return None
