"""What is signed is the canonical form, whichever writer makes it."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from truongso.payments import receipt_signature
from truongso.payments.receipt_signature import Issued, body_of, canonical, digest, holds, sign

KEY = Ed25519PrivateKey.generate()
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))
NOON = dt.datetime(2026, 10, 5, 5, 0, tzinfo=dt.UTC)


def _issued(content: dict[str, Any]) -> Issued:
    return Issued("p" * 26, "BL-2026-000001", NOON, content)


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_the_quick_writer_says_the_same(content: dict[str, Any]) -> None:
    issued = _issued(content)
    try:
        canonical(body_of(issued))
    except UnicodeEncodeError:  # half a surrogate pair: neither writer has a form for it
        with pytest.raises(UnicodeEncodeError):
            sign(KEY, issued)
        return
    made, signature = sign(KEY, issued)
    assert made == digest(issued)
    public = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
    assert holds(public, body_of(issued), signature)


@pytest.mark.parametrize("number", [1.0, 1e16, -2.5e-7, 10**30, -(2**63), 0])
def test_numbers_are_written_as_the_form_says(number: float) -> None:
    issued = _issued({"a": number, "b": [number], "c": "a:1.5,[2.5 null"})
    assert sign(KEY, issued)[0] == digest(issued)


def test_what_a_receipt_says_goes_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its moments have fractions of a second, its amounts none: the slow writer is not asked."""
    received = dt.datetime(2026, 10, 5, 7, 3, 12, 345678, tzinfo=dt.UTC)
    lines = [{"description": "Học phí tháng 9/2026", "amount": 1_250_000}]
    issued = _issued({"received_at": received.isoformat(), "amount": 1_250_000, "invoices": [{"lines": lines}]})
    made = digest(issued)
    monkeypatch.setattr(receipt_signature, "canonical", None)
    assert sign(KEY, issued)[0] == made


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_is_never_signed(number: float) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        sign(KEY, _issued({"amount": number}))


@pytest.mark.parametrize("value", [NOON, NOON.date(), NOON.time(), _issued({})])
def test_what_is_no_json_is_never_signed(value: object) -> None:
    for write in (digest, lambda issued: sign(KEY, issued)):
        with pytest.raises(TypeError, match="not JSON serializable"):
            write(_issued({"received_at": value}))


def test_every_sign_and_the_order_of_keys_are_written_the_same() -> None:
    """Half pairs of surrogates aside, which neither writes."""
    planes = [*range(0xD800), *range(0xE000, 0x11000), *range(0x1F300, 0x1F700), 0x10FFFF]
    signs = {f"{chr(one)}k": f"x{chr(one)}y" for one in planes}
    assert sign(KEY, _issued(signs))[0] == digest(_issued(signs))
