"""merchant_webapi/api/transaction: querydr and refund, JSON signed over fields joined by "|".

Codes: 00 done, 02 unknown merchant, 03 bad data, 91 no such payment, 94 the request was sent before, 95 the payment
did not succeed, 97 checksum, 99 other (here: more than is left to give back, or planned for the merchant).
"""

from __future__ import annotations

import hmac
import re
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from truongso.kernel.money import Dong
from truongso.sandbox.gateways import merchants, orders
from truongso.sandbox.gateways.types import (
    Merchant,
    Order,
    OrderState,
    Provider,
    Refund,
    RefundOutcome,
    RefundState,
)
from truongso.sandbox.gateways.vnpay.signing import piped
from truongso.sandbox.gateways.vnpay.twin import transaction_status

_QUERY = (
    "vnp_RequestId",
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_TransactionDate",
    "vnp_CreateDate",
    "vnp_IpAddr",
    "vnp_OrderInfo",
)
_REFUND = (
    "vnp_RequestId",
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_TransactionType",
    "vnp_TxnRef",
    "vnp_Amount",
    "vnp_TransactionNo",
    "vnp_TransactionDate",
    "vnp_CreateBy",
    "vnp_CreateDate",
    "vnp_IpAddr",
    "vnp_OrderInfo",
)
_ANSWER = (
    "vnp_ResponseId",
    "vnp_Command",
    "vnp_ResponseCode",
    "vnp_Message",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_Amount",
    "vnp_BankCode",
    "vnp_PayDate",
    "vnp_TransactionNo",
    "vnp_TransactionType",
    "vnp_TransactionStatus",
    "vnp_OrderInfo",
)
_QUERY_ANSWER = (*_ANSWER, "vnp_PromotionCode", "vnp_PromotionAmount")
_MAY_BE_EMPTY = frozenset({"vnp_TransactionNo"})
FULL, PARTIAL = "02", "03"
_REFUND_STATUS = {RefundState.DONE: "00", RefundState.PROCESSING: "05", RefundState.REFUSED: "09"}
_MESSAGES = {
    "00": "Yeu cau thanh cong",
    "02": "Ma dinh danh ket noi khong hop le",
    "03": "Du lieu gui sang khong dung dinh dang",
    "91": "Khong tim thay giao dich",
    "94": "Yeu cau trung lap",
    "95": "Giao dich khong thanh cong ben VNPAY",
    "97": "Checksum khong hop le",
    "99": "Cac loi khac",
}


def answer(connection: sqlite3.Connection, asked: Mapping[str, Any]) -> dict[str, str]:
    """The answer to one request, signed whenever the merchant is known."""
    fields = {name: value if isinstance(value, str) else str(value) for name, value in asked.items()}
    command = fields.get("vnp_Command", "")
    merchant = merchants.find(connection, Provider.VNPAY, fields.get("vnp_TmnCode", ""))
    if merchant is None:
        return _plain(fields, "02")
    signed = {"querydr": _QUERY, "refund": _REFUND}.get(command)
    if signed is None or any(not fields.get(name) for name in signed if name not in _MAY_BE_EMPTY):
        return _signed(merchant, _plain(fields, "03"), command)
    secret = merchant.keys["hash_secret"]
    expected = piped([fields.get(name, "") for name in signed], secret)
    if not hmac.compare_digest(fields.get("vnp_SecureHash", "").lower().encode(), expected.encode()):
        return _signed(merchant, _plain(fields, "97"), command)
    code, order = _judged(connection, merchant, fields)
    said = _plain(fields, code)
    if order is not None and code == "00":
        said |= _about(order, fields, orders.refunds(connection, order))
    return _signed(merchant, said, command)


def _judged(connection: sqlite3.Connection, merchant: Merchant, fields: dict[str, str]) -> tuple[str, Order | None]:
    request_id = fields["vnp_RequestId"]
    if fields["vnp_Version"] != "2.1.0" or not re.fullmatch(r"[0-9A-Za-z]{1,32}", request_id):
        return "03", None
    if orders.remembered(connection, merchant, request_id) is not None:
        return "94", None
    order = orders.find(connection, merchant, fields["vnp_TxnRef"])
    if order is None or order.details["created"] != fields["vnp_TransactionDate"]:
        return "91", None
    orders.remember(connection, merchant, request_id, asked=fields["vnp_Command"], answer="")
    order = orders.expire(connection, order, "11")
    code = "00" if fields["vnp_Command"] == "querydr" else _refunded(connection, order, fields)
    return code, order


def _refunded(connection: sqlite3.Connection, order: Order, fields: dict[str, str]) -> str:
    kind, amount = fields["vnp_TransactionType"], fields["vnp_Amount"]
    number = fields.get("vnp_TransactionNo", "")
    if kind not in {FULL, PARTIAL} or not re.fullmatch(r"[1-9]\d{2,11}", amount) or int(amount) % 100:
        return "03"
    if order.state is not OrderState.PAID:
        return "95"
    if number not in {"", "0", order.number}:
        return "91"
    wanted = Dong(int(amount) // 100)
    if kind == FULL and wanted != order.paid:
        return "03"
    planned = merchants.merchant_of(connection, order.merchant).refunds.outcome
    if wanted > orders.left(connection, order) or planned is RefundOutcome.REFUSED:
        return "99"
    orders.refund(connection, order, request_id=fields["vnp_RequestId"], amount=wanted, reason=fields["vnp_OrderInfo"])
    return "99" if planned is RefundOutcome.UNCLEAR else "00"


def _about(order: Order, fields: dict[str, str], given_back: Sequence[Refund]) -> dict[str, str]:
    """The order as it stands: after a refund the last one (type 02 or 03), whose money is back when asked again."""
    is_refund = fields["vnp_Command"] == "refund"
    said = {"vnp_BankCode": order.source, "vnp_TransactionNo": order.number}
    if not given_back:
        return {
            **said,
            "vnp_Amount": str(order.amount.value * 100),
            "vnp_PayDate": f"{order.ended_at or order.created_at:%Y%m%d%H%M%S}",
            "vnp_TransactionType": "01",
            "vnp_TransactionStatus": transaction_status(order),
            "vnp_OrderInfo": order.info,
        }
    last = given_back[-1]
    return {
        **said,
        "vnp_Amount": str(last.amount.value * 100),
        "vnp_PayDate": f"{last.at:%Y%m%d%H%M%S}",
        "vnp_TransactionType": FULL if last.amount == order.paid else PARTIAL,
        "vnp_TransactionStatus": "05" if is_refund else _REFUND_STATUS[last.state],
        "vnp_OrderInfo": last.reason,
    }


def _plain(fields: dict[str, str], code: str) -> dict[str, str]:
    return {
        "vnp_ResponseId": secrets.token_hex(16),
        "vnp_Command": fields.get("vnp_Command", ""),
        "vnp_ResponseCode": code,
        "vnp_Message": _MESSAGES[code],
        "vnp_TmnCode": fields.get("vnp_TmnCode", ""),
        "vnp_TxnRef": fields.get("vnp_TxnRef", ""),
    }


def _signed(merchant: Merchant, said: dict[str, str], command: str) -> dict[str, str]:
    names = _QUERY_ANSWER if command == "querydr" else _ANSWER
    digest = piped([said.get(name, "") for name in names], merchant.keys["hash_secret"])
    return {**said, "vnp_SecureHash": digest}
