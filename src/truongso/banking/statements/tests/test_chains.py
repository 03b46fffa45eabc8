"""Where a run of bookings begins and ends, by its balances; what proves nothing."""

from __future__ import annotations

import pytest

from truongso.banking.statements.chains import Chain, chain

RUN = [(50, 150), (-30, 120), (50, 170)]


@pytest.mark.parametrize("bookings", [RUN, RUN[::-1], [RUN[1], RUN[0], RUN[2]]])
def test_the_order_in_which_they_are_printed_does_not_matter(bookings: list[tuple[int, int | None]]) -> None:
    assert chain(bookings) == Chain(100, 170)


@pytest.mark.parametrize(
    "bookings",
    [
        [],
        [(50, 150), (-50, 100)],  # ends where it began
        [(50, 150), (50, 250)],  # two runs
        [(50, 150), (50, None)],
    ],
)
def test_what_proves_nothing(bookings: list[tuple[int, int | None]]) -> None:
    assert chain(bookings) is None
