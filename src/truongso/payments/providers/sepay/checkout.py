"""Signature of SePay PG's checkout form: HMAC-SHA256 in base64 over `field=value` joined by commas, in form order."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

from truongso.payments.providers.sepay.errors import SignatureError


def sign_checkout(fields: Mapping[str, str], secret: str) -> str:
    """Raises SignatureError no_secret."""
    if not secret:
        raise SignatureError("no_secret")
    text = ",".join(f"{name}={value}" for name, value in fields.items())
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()
