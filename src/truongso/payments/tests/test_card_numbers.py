"""Card numbers are found by form and check digit."""

from __future__ import annotations

import pytest

from truongso.payments.card_numbers import has_card_number, without_card_number


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("4111111111111111", "****1111"),
        ("The 4111 1111 1111 1111 cua me", "The ****1111 cua me"),
        ("378282246310005", "****0005"),
        ("3782-822463-10005", "****0005"),
        ("PAN:5555.5555.5555.4444;", "PAN:****4444;"),
        ("9704000000000018 va 4111111111111111", "****0018 va ****1111"),
        ("6304000000000000001", "6304000000000000001"),  # nineteen digits, wrong check digit
        ("4111111111111112", "4111111111111112"),
        ("****1111", "****1111"),
        ("411111******1111", "411111******1111"),
        ("RRN 412345678901 05/10/2026 09:00:15", "RRN 412345678901 05/10/2026 09:00:15"),
        ("0000000000000000", "0000000000000000"),
        ("1.250.000.000.000", "1.250.000.000.000"),
        ("the4111111111111111", "the****1111"),
        ("FT263266196190002", "FT263266196190002"),  # passes Luhn, of no scheme: a bank's transaction
        ("261122000123457", "261122000123457"),
        ("٤١١١١١١١١١١١١١١١", "****1111"),
    ],
)
def test_only_the_last_four_digits_stay(text: str, kept: str) -> None:
    assert without_card_number(text) == kept
    assert has_card_number(text) == (kept != text)
