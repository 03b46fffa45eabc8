"""The notice of a line as payOS sends it (payOSHQ, official SDKs): money that came in, signed inside the body.

payOS is a bank feed and no intermediary: the money is on the school's own account when it tells of it. A line that
no payment link asked for carries orderCode 0 and no paymentLinkId (UNVERIFIED what payOS does with such lines).
Written from the published protocol and not from our own reader of it, so that the two check each other.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping

from truongso.banking.types import Direction
from truongso.kernel.banks import find
from truongso.sandbox.bank.types import Account, Line

WAITS_MINUTES: tuple[float, ...] = (1, 5, 15, 30, 60)
"""After each failed attempt. UNVERIFIED: payOS publishes no retry plan."""


def tells(line: Line) -> bool:
    """Only money that came in."""
    return line.direction is Direction.IN


def notice_body(account: Account, line: Line, *, secret: str) -> bytes:
    """The JSON body; `secret` is the merchant's checksum key."""
    other = find(line.counter_bin)
    return signed_body(
        {
            "orderCode": 0,
            "amount": line.amount.value,
            "description": line.memo,
            "accountNumber": account.number,
            "reference": line.reference,
            "transactionDateTime": f"{line.booked_at:%Y-%m-%d %H:%M:%S}",
            "currency": "VND",
            "paymentLinkId": "",
            "code": "00",
            "desc": "success",
            "counterAccountBankId": line.counter_bin,
            "counterAccountBankName": "" if other is None else other.short_name,
            "counterAccountName": line.counter_name,
            "counterAccountNumber": line.counter_account,
            "virtualAccountName": account.holder if line.virtual_account else "",
            "virtualAccountNumber": line.virtual_account,
        },
        key=secret,
    )


def signed_headers(body: bytes, *, secret: str, at: dt.datetime) -> dict[str, str]:
    """The signature stands in the body."""
    return {"Content-Type": "application/json"}


def signed_body(data: Mapping[str, object], *, key: str) -> bytes:
    """A whole webhook around `data`."""
    body = {"code": "00", "desc": "success", "success": True, "data": dict(data), "signature": signature(data, key)}
    return json.dumps(body, ensure_ascii=False).encode()


def signature(data: Mapping[str, object], key: str) -> str:
    """HMAC-SHA256 over all keys of `data` in order, `k=v` joined by `&`."""
    told = "&".join(f"{name}={_value(data[name])}" for name in sorted(data))
    return hmac.new(key.encode(), told.encode(), hashlib.sha256).hexdigest()


def _value(value: object) -> str:
    """null is nothing, true and false are lower-case, lists are compact JSON with sorted keys."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return str(value)
