"""Every number and date form of the banks, with exact values; what is unclear is refused, never guessed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truongso.banking.statements.amounts import AmountError, parse_amount
from truongso.banking.statements.moments import MomentError, parse_moment
from truongso.kernel.sheets import Cell


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1.000.000", 1_000_000),
        ("1,000,000", 1_000_000),
        ("1 000 000", 1_000_000),
        ("1\u00a0000\u00a0000 ₫", 1_000_000),
        ("400.000,00", 400_000),
        ("1,000,000.00", 1_000_000),
        ("1000000.00", 1_000_000),
        ("400000,0", 400_000),
        ("+ 500,000", 500_000),
        ("1,250,000 VND", 1_250_000),
        ("VND 1,250,000", 1_250_000),
        ("1.250.000 đ", 1_250_000),
        ("1.000", 1_000),
        ("1,000", 1_000),
        ("12", 12),
        ("0", 0),
        ("-11,000", -11_000),
        ("\u2212 11.000", -11_000),
        ("(11.000)", -11_000),
        (450000, 450_000),
        ("1000000000000000", 10**15),
        (None, None),
        ("", None),
        (" - ", None),
    ],
)
def test_amounts(cell: Cell, value: int | None) -> None:
    assert parse_amount(cell) == value


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("12.34", "amount_not_whole"),
        ("1.000.000,50", "amount_not_whole"),
        (400000.5, "amount_not_whole"),
        ("1.000,000", "amount_unreadable"),
        ("1.0000", "amount_unreadable"),
        ("1.00.000", "amount_unreadable"),
        ("10,00,000", "amount_unreadable"),
        ("1E+06", "amount_unreadable"),
        ("1O0,000", "amount_unreadable"),
        ("١٠٠", "amount_unreadable"),
        ("năm trăm", "amount_unreadable"),
        ("500,000 USD", "amount_unreadable"),
        ("5 00", "amount_unreadable"),
        ("--5", "amount_unreadable"),
        ("VND", "amount_unreadable"),
        (True, "amount_unreadable"),
        (dt.date(2026, 1, 1), "amount_unreadable"),
        ("1000000000000001", "amount_too_large"),
        ("9" * 5000, "amount_too_large"),
    ],
)
def test_amounts_that_are_none(cell: Cell, code: str) -> None:
    with pytest.raises(AmountError) as caught:
        parse_amount(cell)
    assert (caught.value.code, caught.value.text) == (code, str(cell))


@given(st.integers(-(10**15), 10**15))
def test_every_printed_form_reads_back(value: int) -> None:
    commas = f"{value:,}"
    dots = commas.replace(",", ".")
    for form in (str(value), commas, dots, commas + ".00", dots + ",00", commas + " VND", value):
        assert parse_amount(form) == value


@given(st.text(alphabet="0123456789., +-()VND", max_size=12))
def test_no_text_becomes_a_silent_zero(text: str) -> None:
    try:
        value = parse_amount(text)
    except AmountError:
        return
    assert value is None or value != 0 or "0" in text


NOON = (dt.date(2026, 11, 5), dt.time(12, 0))


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("05/11/2026", (dt.date(2026, 11, 5), None)),
        ("5/11/2026", (dt.date(2026, 11, 5), None)),
        ("05-11-2026", (dt.date(2026, 11, 5), None)),
        ("2026-11-05", (dt.date(2026, 11, 5), None)),
        ("05/11/2026 9:24:52", (dt.date(2026, 11, 5), dt.time(9, 24, 52))),
        ("05/11/2026 09:24", (dt.date(2026, 11, 5), dt.time(9, 24))),
        ("05/11/2026\n09:24:00", (dt.date(2026, 11, 5), dt.time(9, 24))),
        ("2026-11-05T12:00:00", NOON),
        (46331, (dt.date(2026, 11, 5), None)),
        (46331.5, NOON),
        ("46331.5", NOON),
        (46331.39226851852, (dt.date(2026, 11, 5), dt.time(9, 24, 52))),
        (dt.date(2026, 11, 5), (dt.date(2026, 11, 5), None)),
        (dt.datetime(2026, 11, 5, 11, 59, 59, 999_998), NOON),
        (None, None),
        ("  ", None),
    ],
)
def test_dates(cell: Cell, moment: object) -> None:
    assert parse_moment(cell) == moment


@pytest.mark.parametrize(
    "cell",
    [
        "31/02/2026",
        "11/13/2026",
        "05/11/26",
        "05/11/2026 25:00",
        "Tổng",
        "05/11/2026 lúc 9h",
        12,
        99999,
        True,
        -5.0,
        "01/01/0001",
        "31/12/9999",
        "1999-12-31",
        dt.date(1, 1, 1),
        dt.datetime(9998, 12, 31, 23, 59),
    ],
)
def test_dates_that_are_none(cell: Cell) -> None:
    with pytest.raises(MomentError) as caught:
        parse_moment(cell)
    assert caught.value.text == str(cell)
