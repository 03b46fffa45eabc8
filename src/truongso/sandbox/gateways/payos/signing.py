"""payOS's signatures: HMAC-SHA256 hex with the checksum key over `k=v` joined by "&" in order of the keys."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from truongso.sandbox.bank.feeds.payos import signature as data_signature

__all__ = ["create_signature", "data_signature"]


def create_signature(asked: Mapping[str, Any], key: str) -> str:
    """Of a request for a link: five fields, raw values."""
    names = ("amount", "cancelUrl", "description", "orderCode", "returnUrl")
    told = "&".join(f"{name}={asked.get(name, '')}" for name in names)
    return hmac.new(key.encode(), told.encode(), hashlib.sha256).hexdigest()
