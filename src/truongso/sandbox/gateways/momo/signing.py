"""MoMo's signatures: HMAC-SHA256 hex over the named fields in alphabetical order, raw values."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

CREATE = (
    "accessKey",
    "amount",
    "extraData",
    "ipnUrl",
    "orderId",
    "orderInfo",
    "partnerCode",
    "redirectUrl",
    "requestId",
    "requestType",
)
RESULT = (
    "accessKey",
    "amount",
    "extraData",
    "message",
    "orderId",
    "orderInfo",
    "orderType",
    "partnerCode",
    "payType",
    "requestId",
    "responseTime",
    "resultCode",
    "transId",
)
QUERY = ("accessKey", "orderId", "partnerCode", "requestId")
REFUND = ("accessKey", "amount", "description", "orderId", "partnerCode", "requestId", "transId")
"""UNVERIFIED: general knowledge."""


def signature(names: tuple[str, ...], fields: Mapping[str, Any], keys: Mapping[str, str]) -> str:
    """`fields` need no accessKey: it is signed and not sent."""
    values = {**fields, "accessKey": keys["access_key"]}
    told = "&".join(f"{name}={values.get(name, '')}" for name in names)
    return hmac.new(keys["secret_key"].encode(), told.encode(), hashlib.sha256).hexdigest()
