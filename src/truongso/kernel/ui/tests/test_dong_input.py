"""Amounts as typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truongso.kernel.money import Dong
from truongso.kernel.ui.dong_input import AmountError, parse_dong
from truongso.kernel.ui.formatting import dong, dong_short


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1250000", 1_250_000),
        ("1.250.000", 1_250_000),
        ("1,250,000", 1_250_000),
        ("1 250 000", 1_250_000),
        ("1\u00a0250\u00a0000", 1_250_000),
        ("1tr250", 1_250_000),
        ("1tr250k", 1_250_000),
        ("1 TR 250", 1_250_000),
        ("2tr", 2_000_000),
        ("2 triệu", 2_000_000),
        ("450k", 450_000),
        ("450 nghìn", 450_000),
        ("450 ngàn đồng", 450_000),
        ("1.250.000 đ", 1_250_000),
        ("1.250.000 VNĐ", 1_250_000),
        ("450000vnd", 450_000),
        ("1.250", 1_250),
        ("0", 0),
        ("  28.000 ", 28_000),
        ("１２５０００", 125_000),
    ],
)
def test_amounts_with_one_meaning_are_read(text: str, amount: int) -> None:
    assert parse_dong(text) == Dong(amount)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("-5000", "negative"),
        ("\u22125000", "negative"),
        ("(5000)", "negative"),
        ("1.250,50", "decimal"),
        ("1250.5", "decimal"),
        ("1,25", "decimal"),
        ("1.250,000", "unclear"),
        ("1.2500", "unclear"),
        ("12.50.000", "unclear"),
        ("1tr2", "unclear"),
        ("1tr25", "unclear"),
        ("1,5tr", "unclear"),
        ("1.250k", "unclear"),
        ("0123", "unclear"),
        ("0.123", "unclear"),
        ("năm trăm", "unclear"),
        ("1e6", "unclear"),
        ("1.250.000 1", "unclear"),
        ("đ", "unclear"),
        ("٣٠٠٠", "unclear"),
        ("9" * 5000, "unclear"),
    ],
)
def test_what_is_not_one_whole_amount_is_refused(text: str, reason: str) -> None:
    with pytest.raises(AmountError) as caught:
        parse_dong(text)
    assert caught.value.reason == reason


@given(st.integers(min_value=0, max_value=10**15))
def test_what_is_printed_is_read_back(value: int) -> None:
    amount = Dong(value)
    assert parse_dong(dong(amount)) == amount
    assert parse_dong(dong_short(amount)) == amount
    assert parse_dong(str(value)) == amount
    assert parse_dong(f"{value:,}") == amount


@given(st.integers(1, 999_999), st.integers(0, 999))
def test_millions_and_thousands(millions: int, thousands: int) -> None:
    assert parse_dong(f"{millions}tr{thousands:03d}") == Dong(millions * 1_000_000 + thousands * 1_000)


@given(st.text(max_size=40))
def test_any_text_gives_an_amount_or_a_reason(text: str) -> None:
    reason, amount = "", Dong(-1)
    try:
        amount = parse_dong(text)
    except AmountError as error:
        reason = error.reason
    assert (reason in {"empty", "negative", "decimal", "unclear"}) != (amount.value >= 0)
