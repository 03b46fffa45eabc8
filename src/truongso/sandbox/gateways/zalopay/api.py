"""/v2/create, query, refund and query_refund. Every answer is HTTP 200 with return_code and sub_return_code.

sub_return_code: -401 bad data, -402 bad mac, -68 app_trans_id used before, -101 not found, -54 expired (general
knowledge, UNVERIFIED).
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from truongso.kernel import clock
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.sandbox.gateways import merchants, orders
from truongso.sandbox.gateways.types import (
    GatewayError,
    Merchant,
    NewOrder,
    Order,
    OrderState,
    Provider,
    Refund,
    RefundOutcome,
    RefundState,
)
from truongso.sandbox.gateways.zalopay.signing import is_mac, mac

OK, FAILED, PROCESSING = 1, 2, 3
_TIME_TOLERANCE_MS = 15 * 60 * 1000
_EXPIRES = (300, 2_592_000)
_DEFAULT_EXPIRY = 900
_MESSAGES = {OK: "Giao dịch thành công", FAILED: "Giao dịch thất bại", PROCESSING: "Giao dịch đang được xử lý"}

_REFUND_CODES = {RefundState.DONE: OK, RefundState.PROCESSING: PROCESSING, RefundState.REFUSED: FAILED}


class _RefusedError(Exception):
    def __init__(self, sub_code: int, message: str) -> None:
        super().__init__(sub_code, message)
        self.sub_code, self.message = sub_code, message


def create(connection: sqlite3.Connection, asked: Mapping[str, Any], page: Callable[[Order], str]) -> dict[str, Any]:
    """An order with the address of its page."""
    try:
        merchant = _merchant(connection, asked)
        names = ("app_id", "app_trans_id", "app_user", "amount", "app_time", "embed_data", "item")
        _check_mac(asked, merchant, [asked.get(name, "") for name in names])
        order = orders.place(connection, merchant, _read(connection, merchant, asked))
    except _RefusedError as refused:
        return _said(FAILED, refused.sub_code, refused.message)
    except GatewayError:
        return _said(FAILED, -401, "Địa chỉ không hợp lệ")
    address = page(order)
    more = {"order_url": address, "zp_trans_token": order.token, "order_token": order.token, "qr_code": address}
    return {**_said(OK, 1, _MESSAGES[OK]), **more}


def query(connection: sqlite3.Connection, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What became of an order: 1 paid, 2 failed, 3 not yet."""
    try:
        merchant = _merchant(connection, asked)
        _check_mac(asked, merchant, [asked.get("app_id", ""), asked.get("app_trans_id", ""), merchant.keys["key1"]])
        order = orders.find(connection, merchant, str(asked["app_trans_id"]))
        if order is None:
            raise _RefusedError(-101, "Không tìm thấy đơn hàng")
    except _RefusedError as refused:
        return {
            **_said(FAILED, refused.sub_code, refused.message),
            "is_processing": False,
            "amount": 0,
            "zp_trans_id": 0,
        }
    order = orders.expire(connection, order, "-54")
    code = {OrderState.PAID: OK, OrderState.PENDING: PROCESSING, OrderState.PROCESSING: PROCESSING}.get(
        order.state, FAILED
    )
    return {
        **_said(code, int(order.code or PROCESSING), _MESSAGES[code]),
        "is_processing": order.state is OrderState.PROCESSING,
        "amount": order.amount.value,
        "zp_trans_id": int(order.number or 0) if code == OK else 0,
        "server_time": _now_ms(),
        "discount_amount": 0,
    }


def refund(connection: sqlite3.Connection, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Money back; m_refund_id is `yymmdd_appid_…` and a key against repeats."""
    try:
        merchant = _merchant(connection, asked)
        parts = ["app_id", "zp_trans_id", "amount", "description", "timestamp"]
        if "refund_fee_amount" in asked:
            parts.insert(3, "refund_fee_amount")
        _check_mac(asked, merchant, [asked.get(name, "") for name in parts])
        name, amount = str(asked.get("m_refund_id", "")), _whole(asked, "amount")
        if not re.fullmatch(rf"{_today()}_{merchant.code}_\w{{1,32}}", name):
            raise _RefusedError(-401, "m_refund_id không hợp lệ")
        known = orders.find_refund(connection, merchant, name)
        if known is not None:
            raise _RefusedError(-68, "m_refund_id đã dùng")
        order = orders.find_number(connection, merchant, str(asked.get("zp_trans_id", "")))
        if order is None or order.state is not OrderState.PAID:
            raise _RefusedError(-101, "Không tìm thấy giao dịch")
        if amount > orders.left(connection, order) or merchant.refunds.outcome is RefundOutcome.REFUSED:
            raise _RefusedError(-13, "Số tiền hoàn vượt số tiền còn lại")
        reason = str(asked.get("description", ""))
        made = orders.refund(connection, order, request_id=name, amount=amount, reason=reason)
    except _RefusedError as refused:
        return _said(FAILED, refused.sub_code, refused.message)
    return {**_refund_said(made), "refund_id": int(made.number)}


def query_refund(connection: sqlite3.Connection, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What became of a refund."""
    try:
        merchant = _merchant(connection, asked)
        names = ("app_id", "m_refund_id", "timestamp")
        _check_mac(asked, merchant, [asked.get(name, "") for name in names])
        made = orders.find_refund(connection, merchant, str(asked["m_refund_id"]))
        if made is None:
            raise _RefusedError(-101, "Không tìm thấy yêu cầu hoàn tiền")
    except _RefusedError as refused:
        return _said(FAILED, refused.sub_code, refused.message)
    return _refund_said(made)


def _refund_said(made: Refund) -> dict[str, Any]:
    code = _REFUND_CODES[made.state]
    return _said(code, 1, _MESSAGES[code])


def _read(connection: sqlite3.Connection, merchant: Merchant, asked: Mapping[str, Any]) -> NewOrder:
    ref, user, info = (asked.get(name) for name in ("app_trans_id", "app_user", "description"))
    if not isinstance(user, str) or not user or not isinstance(info, str) or not 0 < len(info) <= 256:
        raise _RefusedError(-401, "app_user hoặc description không hợp lệ")
    app_time = _whole_number(asked, "app_time")
    if abs(_now_ms() - app_time) > _TIME_TOLERANCE_MS:
        raise _RefusedError(-401, "app_time lệch quá 15 phút")
    if not isinstance(ref, str) or len(ref) > 40 or not ref.startswith(f"{_day(app_time)}_"):
        raise _RefusedError(-401, "app_trans_id phải bắt đầu bằng yymmdd_ của ngày app_time")
    embed = _json_text(asked, "embed_data", dict)
    _json_text(asked, "item", list)
    seconds = _whole_number(asked, "expire_duration_seconds") if "expire_duration_seconds" in asked else _DEFAULT_EXPIRY
    if not _EXPIRES[0] <= seconds <= _EXPIRES[1]:
        raise _RefusedError(-401, "expire_duration_seconds phải từ 300 đến 2592000")
    if orders.find(connection, merchant, ref) is not None:
        raise _RefusedError(-68, "app_trans_id đã dùng")
    return NewOrder(
        ref=ref,
        amount=_whole(asked, "amount"),
        info=info,
        details={
            "app_time": app_time,
            "app_user": user,
            "embed_data": asked["embed_data"],
            "item": asked["item"],
        },
        return_url=str(embed.get("redirecturl", "")),
        notify_url=str(asked.get("callback_url", "")),
        expires_at=clock.now() + dt.timedelta(seconds=seconds),
    )


def _merchant(connection: sqlite3.Connection, asked: Mapping[str, Any]) -> Merchant:
    merchant = merchants.find(connection, Provider.ZALOPAY, str(asked.get("app_id", "")))
    if merchant is None:
        raise _RefusedError(-401, "app_id không tồn tại")
    return merchant


def _check_mac(asked: Mapping[str, Any], merchant: Merchant, parts: list[object]) -> None:
    if not is_mac(asked.get("mac"), mac(merchant.keys["key1"], parts)):
        raise _RefusedError(-402, "mac không hợp lệ")


def _whole(asked: Mapping[str, Any], name: str) -> Dong:
    amount = _whole_number(asked, name)
    if amount < 1:
        raise _RefusedError(-401, f"{name} không hợp lệ")
    return Dong(amount)


def _whole_number(asked: Mapping[str, Any], name: str) -> int:
    """Forms send texts, JSON numbers."""
    value = asked.get(name)
    if type(value) is int:
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{1,16}", value):
        return int(value)
    raise _RefusedError(-401, f"{name} không hợp lệ")


def _json_text(asked: Mapping[str, Any], name: str, kind: type) -> Any:
    text = asked.get(name)
    try:
        value = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        value = None
    if not isinstance(value, kind):
        raise _RefusedError(-401, f"{name} phải là chuỗi JSON")
    return value


def _said(code: int, sub_code: int, message: str) -> dict[str, Any]:
    return {
        "return_code": code,
        "return_message": _MESSAGES[code],
        "sub_return_code": sub_code,
        "sub_return_message": message,
    }


def _today() -> str:
    return _day(_now_ms())


def _day(at_ms: int) -> str:
    return f"{dt.datetime.fromtimestamp(at_ms / 1000, SCHOOL_TIME):%y%m%d}"


def _now_ms() -> int:
    return int(clock.now().timestamp() * 1000)
