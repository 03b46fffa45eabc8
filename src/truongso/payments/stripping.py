"""What a partner's notice still says once the people in it are taken out: ids, sums, moments and codes. Pure.

Bodies are JSON or a form; what is neither is taken away whole. A value stays only under a name known to hold no person,
and only when it is a number, a truth value or a short word without spaces: a partner may put anything anywhere.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

_KEPT = frozenset(
    {
        "id", "tid", "transid", "transactionid", "transactionno", "paymentid", "paymentlinkid", "apptransid",
        "zptransid", "orderid", "ordercode", "requestid", "txnref", "reference", "referencecode", "invoicecode",
        "schoolcode", "partnercode", "appid", "tmncode", "amount", "transferamount", "total", "fee", "currency",
        "transactiondate", "transactiontime", "transactiondatetime", "paydate", "paidat", "when", "time",
        "timestamp", "servertime", "responsetime", "date", "type", "transfertype", "ordertype", "paytype",
        "cardtype", "channel", "gateway", "bankcode", "code", "resultcode", "responsecode", "errorcode",
        "error", "status", "transactionstatus", "success", "state", "version", "signature", "mac", "securehash",
        "checksum",
    }
)  # fmt: skip
_NO_NAME = re.compile(r"^vnp_|[^a-z0-9]")  # VNPAY's prefix, and what joins words
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,60}")  # of a field; anything else may be words of somebody
_WORD = re.compile(r"[A-Za-z0-9._:+/=-]{1,130}|[0-9-]{10} [0-9:]{8}")
_DEEPEST = 20


def stripped(body: bytes) -> bytes:
    """The body without people; b"" when it cannot be read. The same for what was stripped before."""
    try:
        text = body.decode()
    except ValueError:
        return b""
    try:
        return _dumped(_of(json.loads(text), 0)).encode()
    except (ValueError, RecursionError):
        pairs = [pair for pair in parse_qsl(text, keep_blank_values=True) if _NAME.fullmatch(pair[0])]
        return urlencode([(name, str(_leaf(name, value))) for name, value in pairs]).encode()


def _of(value: Any, depth: int, name: str = "") -> Any:
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        return {key: _of(inner, depth + 1, key) for key, inner in value.items() if _NAME.fullmatch(key)}
    if isinstance(value, list):
        return [_of(inner, depth + 1, name) for inner in value]
    if isinstance(value, str) and value.startswith(("{", "[")):  # an object written as a text
        try:
            return _dumped(_of(json.loads(value), depth + 1))
        except ValueError:
            return ""
    return _leaf(name, value)


def _leaf(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if _NO_NAME.sub("", name.lower()) not in _KEPT:
        return ""
    return value if not isinstance(value, str) or _WORD.fullmatch(value) else ""


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
