"""A payer's visit: how it ends, and the notice that tells the merchant."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from truongso.sandbox.gateways import deliveries, merchants, orders
from truongso.sandbox.gateways.twins import twin_of
from truongso.sandbox.gateways.types import Delivery, GatewayError, NoticePlan, Order, OrderState


def finish(
    connection: sqlite3.Connection, order: Order, outcome_name: str, *, source: str = "", plan: NoticePlan | None = None
) -> Order:
    """End a visit as the provider would, and put the notice on its way by `plan` or the merchant's own.

    Raises outcome_unknown, order_ended.
    """
    merchant = merchants.merchant_of(connection, order.merchant)
    twin = twin_of(merchant.provider)
    outcome = twin.OUTCOMES.get(outcome_name)
    if outcome is None:
        raise GatewayError("outcome_unknown", outcome=outcome_name)
    paid = order.amount if outcome.state is OrderState.PAID else order.paid
    chosen = source or twin.SOURCES[0][0]
    number = order.number or twin.number(order)
    ended = orders.end(connection, order, outcome, source=chosen, number=number, paid=paid)
    if twin.tells(ended):
        announce(connection, ended, plan=plan or merchant.plan)
    return ended


def announce(
    connection: sqlite3.Connection,
    order: Order,
    *,
    plan: NoticePlan,
    changes: Mapping[str, Any] | None = None,
    is_forged: bool = False,
) -> list[Delivery]:
    """Send an order's notice, once more or with other figures; `is_forged` signs it with a key nobody has.

    A merchant without an address hears nothing. Raises notice_unknown when the provider would not send one.
    """
    merchant = merchants.merchant_of(connection, order.merchant)
    twin = twin_of(merchant.provider)
    if not twin.tells(order):
        raise GatewayError("notice_unknown", order=order.ref)
    url = order.notify_url or merchant.notify_url
    if not url:
        return []
    keys = {name: f"forged-{name}" for name in merchant.keys} if is_forged else merchant.keys
    fields = {**twin.notice_fields(merchant, order), **(changes or {})}
    return deliveries.queue(connection, order, merchant.provider, twin.notice(url, fields, keys), plan)
