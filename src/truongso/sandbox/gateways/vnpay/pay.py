"""vpcpay.html: the order in the address of the payer's browser."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from urllib.parse import parse_qsl

from truongso.kernel import clock
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.sandbox.gateways import merchants, orders
from truongso.sandbox.gateways.types import NewOrder, Order, OrderState, Provider
from truongso.sandbox.gateways.vnpay.signing import is_genuine
from truongso.sandbox.guard import is_local_url

_NEEDED = (
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_Amount",
    "vnp_CreateDate",
    "vnp_CurrCode",
    "vnp_IpAddr",
    "vnp_Locale",
    "vnp_OrderInfo",
    "vnp_OrderType",
    "vnp_ReturnUrl",
    "vnp_TxnRef",
    "vnp_ExpireDate",
)
_PLAIN = re.compile(r"[\x20-\x7e]{1,255}")


class PayError(Exception):
    """A request VNPAY shows its error page for. `code` is that page's (general knowledge, UNVERIFIED).

    70 checksum, 72 unknown merchant, 03 bad data, 15 expired, 02 the TxnRef was used before.
    """

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code, field)
        self.code, self.field = code, field


def order_asked(connection: sqlite3.Connection, raw_query: str) -> Order:
    """The order of a raw query string; the same address opened again is the same order. Raises PayError."""
    fields = dict(parse_qsl(raw_query, keep_blank_values=True))
    merchant = merchants.find(connection, Provider.VNPAY, fields.get("vnp_TmnCode", ""))
    if merchant is None:
        raise PayError("72", "vnp_TmnCode")
    if not is_genuine(raw_query, merchant.keys["hash_secret"]):
        raise PayError("70", "vnp_SecureHash")
    new = _read(fields)
    known = orders.find(connection, merchant, new.ref)
    if known is not None:
        if known.state is not OrderState.PENDING or (known.amount, known.info) != (new.amount, new.info):
            raise PayError("02", "vnp_TxnRef")
        return known
    if new.expires_at is not None and new.expires_at < clock.now():
        raise PayError("15", "vnp_ExpireDate")
    return orders.place(connection, merchant, new)


def _read(fields: dict[str, str]) -> NewOrder:
    for name in _NEEDED:
        if not fields.get(name):
            raise PayError("03", name)
    for name, wanted in (("vnp_Version", "2.1.0"), ("vnp_Command", "pay"), ("vnp_CurrCode", "VND")):
        if fields[name] != wanted:
            raise PayError("03", name)
    if fields["vnp_Locale"] not in {"vn", "en"}:
        raise PayError("03", "vnp_Locale")
    amount = fields["vnp_Amount"]
    if not re.fullmatch(r"[1-9]\d{2,11}", amount) or int(amount) % 100:
        raise PayError("03", "vnp_Amount")
    if not _PLAIN.fullmatch(fields["vnp_OrderInfo"]):
        raise PayError("03", "vnp_OrderInfo")
    if len(fields["vnp_TxnRef"]) > 100:
        raise PayError("03", "vnp_TxnRef")
    if not is_local_url(fields["vnp_ReturnUrl"]):
        raise PayError("03", "vnp_ReturnUrl")
    created = _moment(fields, "vnp_CreateDate")
    return NewOrder(
        ref=fields["vnp_TxnRef"],
        amount=Dong(int(amount) // 100),
        info=fields["vnp_OrderInfo"],
        details={"created": f"{created:%Y%m%d%H%M%S}", "bank": fields.get("vnp_BankCode", "")},
        return_url=fields["vnp_ReturnUrl"],
        expires_at=_moment(fields, "vnp_ExpireDate"),
    )


def _moment(fields: dict[str, str], name: str) -> dt.datetime:
    """yyyyMMddHHmmss at GMT+7."""
    if not re.fullmatch(r"\d{14}", fields[name]):
        raise PayError("03", name)
    try:
        return dt.datetime.strptime(fields[name], "%Y%m%d%H%M%S").replace(tzinfo=SCHOOL_TIME)
    except ValueError as error:
        raise PayError("03", name) from error
