"""A merchant's requests, written out by hand: neither the product's code nor the twins'."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote_plus, urlsplit

from truongso.sandbox.json_client import Json


def hmac_hex(key: str, text: str, algorithm: str = "sha256") -> str:
    return hmac.new(key.encode(), text.encode(), getattr(hashlib, algorithm)).hexdigest()


def call(url: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None) -> tuple[int, Json]:
    """POST JSON, or GET without a body; the status and the JSON answer."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=20)
    try:
        sent = None if body is None else json.dumps(body).encode()
        all_headers = {"Content-Type": "application/json", **(headers or {})}
        connection.request("GET" if body is None else "POST", parts.path, sent, all_headers)
        response = connection.getresponse()
        content = response.read()
        return response.status, json.loads(content) if content else {}
    finally:
        connection.close()


def vnpay_address(base: str, fields: Mapping[str, str], secret: str) -> str:
    query = "&".join(f"{name}={quote_plus(fields[name])}" for name in sorted(fields))
    return f"{base}/paymentv2/vpcpay.html?{query}&vnp_SecureHash={hmac_hex(secret, query, 'sha512')}"
