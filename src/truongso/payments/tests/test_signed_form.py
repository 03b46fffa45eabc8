"""What is signed is the fixed form of what the receipt says."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from truongso.kernel.fixed_form import by_definition
from truongso.payments.receipt_signature import Issued, body_of, digest, holds, sign

KEY = Ed25519PrivateKey.generate()
NOON = dt.datetime(2026, 10, 5, 5, 0, tzinfo=dt.UTC)


def _issued(content: dict[str, Any]) -> Issued:
    return Issued("p" * 26, "BL-2026-000001", NOON, content)


def test_what_a_receipt_says_is_signed_in_the_fixed_form() -> None:
    received = dt.datetime(2026, 10, 5, 7, 3, 12, 345678, tzinfo=dt.UTC)
    lines = [{"description": "Học phí tháng 9/2026", "amount": 1_250_000}]
    issued = _issued({"received_at": received.isoformat(), "amount": 1_250_000, "invoices": [{"lines": lines}]})
    made, signature = sign(KEY, issued)
    assert made == digest(issued) == hashlib.sha256(by_definition(body_of(issued))).hexdigest()
    public = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
    assert holds(public, body_of(issued), signature)
    assert not holds(public, {**body_of(issued), "number": "BL-2026-000002"}, signature)


def test_the_moment_is_told_in_utc_and_needs_a_zone() -> None:
    hanoi = dt.timezone(dt.timedelta(hours=7))
    for moment in (NOON, NOON.astimezone(hanoi)):
        assert (
            body_of(Issued("p" * 26, "BL-2026-000001", moment, {}))["issued_at"] == "2026-10-05T05:00:00.000000+00:00"
        )
    with pytest.raises(ValueError, match="aware moment"):
        body_of(Issued("p" * 26, "BL-2026-000001", NOON.replace(tzinfo=None), {}))


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_is_never_signed(number: float) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        sign(KEY, _issued({"amount": number}))


@pytest.mark.parametrize("value", [NOON, NOON.date(), NOON.time(), _issued({})])
def test_what_is_no_json_is_never_signed(value: object) -> None:
    for write in (digest, lambda issued: sign(KEY, issued)):
        with pytest.raises(TypeError, match="not JSON serializable"):
            write(_issued({"received_at": value}))
