"""/v2/payment-requests and /confirm-webhook. Every answer is {code, desc, data, signature}; "00" is well.

Codes other than 00 and 20 are general knowledge (UNVERIFIED): 101 unknown link, 201 signature, 231 orderCode used,
401 keys.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
import sqlite3
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.payments.vietqr import encode
from truongso.sandbox.gateways import merchants, orders
from truongso.sandbox.gateways.keys import letters
from truongso.sandbox.gateways.orders import moment
from truongso.sandbox.gateways.payos.signing import create_signature, data_signature
from truongso.sandbox.gateways.payos.twin import STATUS
from truongso.sandbox.gateways.types import (
    OPEN_STATES,
    GatewayError,
    Merchant,
    NewOrder,
    Order,
    OrderState,
    Outcome,
    Provider,
)

_LARGEST_CODE = 9_007_199_254_740_991
_CANCELLED = Outcome(OrderState.CANCELLED, "01")


class PayosError(Exception):
    """A request payOS refuses: its code and words."""

    def __init__(self, code: str, desc: str) -> None:
        super().__init__(code, desc)
        self.code, self.desc = code, desc


def merchant_asking(connection: sqlite3.Connection, client_id: str, api_key: str) -> Merchant:
    """The merchant of the headers x-client-id and x-api-key. Raises PayosError 401."""
    merchant = merchants.find(connection, Provider.PAYOS, client_id)
    if merchant is None or not hmac.compare_digest(merchant.keys["api_key"].encode(), api_key.encode()):
        raise PayosError("401", "Client id hoặc API key không đúng")
    return merchant


def create(
    connection: sqlite3.Connection,
    merchant: Merchant,
    asked: Mapping[str, Any],
    *,
    page: Callable[[Order], str],
    new_virtual: Callable[[str], bool],
) -> dict[str, Any]:
    """A link's data. `new_virtual` opens a virtual account at the bank, False when it cannot. Raises PayosError.

    On a bank account opened through payOS each link has its own virtual account and the whole description; on another
    the description is 9 signs at most and payOS puts a memo of its own before it.
    """
    new = _read(merchant, asked)
    if orders.find(connection, merchant, new.ref) is not None:
        raise PayosError("231", "Đơn thanh toán đã tồn tại")
    virtual = f"VQRQ{letters(9)}" if merchant.memo_limit > 9 else ""
    if not virtual or not new_virtual(virtual):
        virtual = ""
    memo = new.info if virtual else f"CS{letters(9)} {new.info}"[:25].rstrip()
    details = {"memo": memo, "virtual": virtual, "transfers": []}
    token = uuid.uuid4().hex
    order = orders.place(
        connection,
        merchant,
        NewOrder(
            ref=new.ref,
            amount=new.amount,
            info=new.info,
            details=details,
            return_url=new.return_url,
            cancel_url=new.cancel_url,
            expires_at=new.expires_at,
            token=token,
            number=token,
        ),
    )
    return {
        "bin": merchant.bank_bin,
        "accountNumber": virtual or merchant.account,
        "accountName": merchant.holder,
        "amount": order.amount.value,
        "description": memo,
        "orderCode": int(order.ref),
        "currency": "VND",
        "paymentLinkId": order.token,
        "status": STATUS[order.state],
        "checkoutUrl": page(order),
        "qrCode": payload(merchant, order),
    }


def payload(merchant: Merchant, order: Order) -> str:
    """The VietQR of a link."""
    return encode(
        bank_bin=merchant.bank_bin,
        account=order.details["virtual"] or merchant.account,
        amount=order.amount,
        memo=order.details["memo"],
    )


def link_asked(connection: sqlite3.Connection, merchant: Merchant, name: str) -> Order:
    """A link by its id or by its orderCode. Raises PayosError 101."""
    order = orders.find(connection, merchant, name) or orders.find_number(connection, merchant, name)
    if order is None:
        raise PayosError("101", "Mã thanh toán không tồn tại")
    return orders.expire(connection, order, "02")


def told(order: Order) -> dict[str, Any]:
    """What GET says of a link."""
    is_cancelled = order.state is OrderState.CANCELLED
    return {
        "id": order.token,
        "orderCode": int(order.ref),
        "amount": order.amount.value,
        "amountPaid": order.paid.value,
        "amountRemaining": max(order.amount.value - order.paid.value, 0),
        "status": STATUS[order.state],
        "createdAt": order.created_at.isoformat(timespec="seconds"),
        "transactions": [
            {name: value for name, value in one.items() if name not in {"orderCode", "paymentLinkId", "code", "desc"}}
            for one in order.details["transfers"]
        ],
        "canceledAt": order.ended_at.isoformat(timespec="seconds") if is_cancelled and order.ended_at else None,
        "cancellationReason": order.source if is_cancelled else None,
    }


def cancel(connection: sqlite3.Connection, order: Order, reason: str) -> Order:
    """End a link. Raises PayosError when it has ended already."""
    if order.state not in OPEN_STATES:
        raise PayosError("20", "Link thanh toán đã kết thúc")
    return orders.end(connection, order, _CANCELLED, source=reason, number=order.number, paid=order.paid)


def probe(merchant: Merchant) -> dict[str, Any]:
    """The data of the sample webhook that payOS sends to an address before it takes it."""
    return {
        "orderCode": 123,
        "amount": 3000,
        "description": "VQRIO123",
        "accountNumber": merchant.account or "12345678",
        "reference": "TF230204212323",
        "transactionDateTime": "2023-02-04 18:25:00",
        "currency": "VND",
        "paymentLinkId": secrets.token_hex(16),
        "code": "00",
        "desc": "Thành công",
        "counterAccountBankId": "",
        "counterAccountBankName": "",
        "counterAccountName": "",
        "counterAccountNumber": "",
        "virtualAccountName": "",
        "virtualAccountNumber": "",
    }


def enveloped(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    """An answer that went well."""
    return {"code": "00", "desc": "success", "data": dict(data), "signature": data_signature(data, key)}


def _read(merchant: Merchant, asked: Mapping[str, Any]) -> NewOrder:
    code, amount, memo = (asked.get(name) for name in ("orderCode", "amount", "description"))
    if type(code) is not int or not 0 <= code <= _LARGEST_CODE or type(amount) is not int or amount < 1:
        raise PayosError("20", "orderCode hoặc amount không hợp lệ")
    if not isinstance(memo, str) or not memo.strip():
        raise PayosError("20", "description không được trống")
    if len(memo) > merchant.memo_limit:
        raise PayosError("20", f"Mô tả tối đa {merchant.memo_limit} kí tự")
    urls = [asked.get(name) for name in ("returnUrl", "cancelUrl")]
    if not all(isinstance(url, str) and url for url in urls):
        raise PayosError("20", "returnUrl và cancelUrl không được trống")
    if not _is_signed(asked, create_signature(asked, merchant.keys["checksum_key"])):
        raise PayosError("201", "Mã kiểm tra(signature) không hợp lệ")
    try:
        for url in urls:
            merchants.check_local(str(url))
    except GatewayError as error:
        raise PayosError("20", "returnUrl và cancelUrl phải nằm trên máy này") from error
    return NewOrder(
        ref=str(code),
        amount=Dong(amount),
        info=memo,
        return_url=str(urls[0]),
        cancel_url=str(urls[1]),
        expires_at=_expiry(asked),
    )


def _expiry(asked: Mapping[str, Any]) -> dt.datetime | None:
    at = asked.get("expiredAt")
    if at is None:
        return None
    if type(at) is not int or not 0 < at < 2**31:
        raise PayosError("20", "expiredAt không hợp lệ")
    return moment(at).astimezone(SCHOOL_TIME)


def _is_signed(asked: Mapping[str, Any], wanted: str) -> bool:
    given = asked.get("signature")
    return isinstance(given, str) and hmac.compare_digest(given.encode(), wanted.encode())
