"""/v2/gateway/api/create, query and refund. Each answer is an HTTP status with a JSON object.

Result codes other than 0, 1006, 7000, 7002 and 9000 are those of developers.momo.vn's list.
"""

from __future__ import annotations

import datetime as dt
import hmac
import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.sandbox.gateways import merchants, orders
from truongso.sandbox.gateways.momo.signing import CREATE, QUERY, REFUND, signature
from truongso.sandbox.gateways.momo.twin import MESSAGES
from truongso.sandbox.gateways.types import (
    GatewayError,
    Merchant,
    NewOrder,
    Order,
    OrderState,
    Provider,
    RefundOutcome,
    RefundState,
)

_NAME = re.compile(r"[0-9a-zA-Z]([-_.]*[0-9a-zA-Z]+)*")
_LEAST, _MOST = 1_000, 50_000_000
"""Of one wallet payment, đồng (UNVERIFIED; the token page says 20,000,000)."""
_EXPIRES = dt.timedelta(minutes=100)
_REFUND_CODES = {RefundState.DONE: 0, RefundState.PROCESSING: 7002, RefundState.REFUSED: 1080}
_TYPES = frozenset({"captureWallet", "payWithMethod", "payWithATM", "payWithCC"})


@dataclass(frozen=True, slots=True)
class Reply:
    """What MoMo says: HTTP status and JSON."""

    status: int
    body: dict[str, Any]


class _RefusedError(Exception):
    def __init__(self, code: int, status: int = 400) -> None:
        super().__init__(code)
        self.code, self.status = code, status


def create(connection: sqlite3.Connection, asked: Mapping[str, Any], page: Callable[[Order], str]) -> Reply:
    """An order with the address of its page. `page` makes that address."""
    return _answered(connection, asked, CREATE, lambda merchant: _created(connection, merchant, asked, page))


def query(connection: sqlite3.Connection, asked: Mapping[str, Any]) -> Reply:
    """What became of an order."""
    return _answered(connection, asked, QUERY, lambda merchant: _found(connection, merchant, asked), keep=False)


def refund(connection: sqlite3.Connection, asked: Mapping[str, Any]) -> Reply:
    """Money back, whole or in part; `orderId` is a new name and not the payment's."""
    return _answered(
        connection,
        asked,
        REFUND,
        lambda merchant: _refunded(connection, merchant, asked),
        again=lambda merchant: _refund_now(connection, merchant, asked),
    )


def _answered(
    connection: sqlite3.Connection,
    asked: Mapping[str, Any],
    signed: tuple[str, ...],
    act: Callable[[Merchant], dict[str, Any]],
    *,
    keep: bool = True,
    again: Callable[[Merchant], dict[str, Any]] | None = None,
) -> Reply:
    """`requestId` is a key against repeats: the same request again gets the same answer, or what is so by now."""
    said = {name: asked.get(name) for name in ("partnerCode", "orderId", "requestId", "amount") if name in asked}
    try:
        merchant = _merchant(connection, asked, signed)
        request_id, text = str(asked["requestId"]), json.dumps(dict(asked), sort_keys=True)
        earlier = orders.remembered(connection, merchant, request_id) if keep else None
        if earlier is not None:
            if earlier[0] != text:
                raise _RefusedError(40)
            said, by_now = json.loads(earlier[1]), again(merchant) if again else {}
            has_moved = by_now.get("resultCode", said["resultCode"]) != said["resultCode"]
            return Reply(200, {**said, **by_now} if has_moved else said)
        body = {**said, **_result(0), **act(merchant)}
        if keep:
            orders.remember(connection, merchant, request_id, asked=text, answer=json.dumps(body))
        return Reply(200, body)
    except _RefusedError as refused:
        return Reply(refused.status, {**said, **_result(refused.code)})


def _merchant(connection: sqlite3.Connection, asked: Mapping[str, Any], signed: tuple[str, ...]) -> Merchant:
    merchant = merchants.find(connection, Provider.MOMO, str(asked.get("partnerCode", "")))
    if merchant is None:
        raise _RefusedError(13)
    for name in ("requestId", "orderId"):
        value = asked.get(name)
        if not isinstance(value, str) or len(value) > 50 or not _NAME.fullmatch(value):
            raise _RefusedError(20)
    given = asked.get("signature")
    wanted = signature(signed, asked, merchant.keys)
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise _RefusedError(13)
    return merchant


def _created(
    connection: sqlite3.Connection, merchant: Merchant, asked: Mapping[str, Any], page: Callable[[Order], str]
) -> dict[str, Any]:
    amount, info = _amount(asked), asked.get("orderInfo")
    texts = [asked.get(name) for name in ("redirectUrl", "ipnUrl", "extraData")]
    if not isinstance(info, str) or not 0 < len(info) <= 200 or not all(isinstance(text, str) for text in texts):
        raise _RefusedError(20)
    if asked.get("requestType") not in _TYPES or not texts[0] or not texts[1]:
        raise _RefusedError(20)
    if not _LEAST <= amount.value <= _MOST:
        raise _RefusedError(22)
    if orders.find(connection, merchant, asked["orderId"]) is not None:
        raise _RefusedError(41)
    new = NewOrder(
        ref=asked["orderId"],
        amount=amount,
        info=info,
        request_id=asked["requestId"],
        details={"extraData": asked["extraData"]},
        return_url=asked["redirectUrl"],
        notify_url=asked["ipnUrl"],
        expires_at=clock.now() + _EXPIRES,
    )
    try:
        address = page(orders.place(connection, merchant, new))
    except GatewayError as error:
        raise _RefusedError(20) from error
    return {"payUrl": address, "deeplink": address, "qrCodeUrl": address, "shortLink": address}


def _found(connection: sqlite3.Connection, merchant: Merchant, asked: Mapping[str, Any]) -> dict[str, Any]:
    order = orders.find(connection, merchant, asked["orderId"])
    if order is None:
        raise _RefusedError(42)
    order = orders.expire(connection, order, "1005")
    given_back = [
        {
            "orderId": one.request_id,
            "amount": one.amount.value,
            "resultCode": _REFUND_CODES[one.state],
            "transId": int(one.number),
        }
        for one in orders.refunds(connection, order)
    ]
    return {
        **_result(int(order.code or 1000)),
        "amount": order.amount.value,
        "transId": int(order.number or 0),
        "payType": order.source,
        "extraData": order.details["extraData"],
        "refundTrans": given_back,
    }


def _refunded(connection: sqlite3.Connection, merchant: Merchant, asked: Mapping[str, Any]) -> dict[str, Any]:
    amount, number = _amount(asked), asked.get("transId")
    if type(number) is not int or not isinstance(asked.get("description"), str):
        raise _RefusedError(20)
    order = orders.find_number(connection, merchant, str(number))
    if order is None or order.state is not OrderState.PAID:
        raise _RefusedError(42)
    name = asked["orderId"]
    if (
        orders.find(connection, merchant, name) is not None
        or orders.find_refund(connection, merchant, name) is not None
    ):
        raise _RefusedError(41)
    if amount > orders.left(connection, order):
        raise _RefusedError(1081)
    if merchant.refunds.outcome is RefundOutcome.REFUSED:
        raise _RefusedError(1080)
    made = orders.refund(connection, order, request_id=name, amount=amount, reason=asked["description"])
    if merchant.refunds.outcome is RefundOutcome.UNCLEAR:
        return _result(99)
    return {**_result(_REFUND_CODES[made.state]), "transId": int(made.number)}


def _refund_now(connection: sqlite3.Connection, merchant: Merchant, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What a refund that was taken in has come to."""
    made = orders.find_refund(connection, merchant, asked["orderId"])
    return {} if made is None else {**_result(_REFUND_CODES[made.state]), "transId": int(made.number)}


def _amount(asked: Mapping[str, Any]) -> Dong:
    value = asked.get("amount")
    if type(value) is not int or value <= 0:
        raise _RefusedError(20)
    return Dong(value)


def _result(code: int) -> dict[str, Any]:
    return {
        "resultCode": code,
        "message": MESSAGES[code],
        "responseTime": int(clock.now().timestamp() * 1000),
    }
