"""Exact strings of every filter."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.template import Context, Template

from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.kernel.ui.formatting import phi

NB = "\u00a0"
# 23:30 UTC on the 10th is the 11th at school.
LATE = dt.datetime(2023, 12, 10, 23, 30, tzinfo=dt.UTC)


def _show(expression: str, **values: Any) -> str:
    return Template("{% load ui %}{{ " + expression + " }}").render(Context(values))


@pytest.mark.parametrize(
    ("expression", "value", "expected"),
    [
        ("v|dong", Dong(1_250_000), f"1.250.000{NB}đ"),
        ("v|dong", 894_000, f"894.000{NB}đ"),
        ("v|dong", Dong(-56_000), f"\u221256.000{NB}đ"),
        ("v|dong", 0, f"0{NB}đ"),
        ("v|dong", None, ""),
        ("v|dong_short", Dong(1_250_000), "1.250.000"),
        ("v|dong_short", -18_620_000, "\u221218.620.000"),
        ("v|dong_short", None, ""),
        ("v|so", 1_250, "1.250"),
        ("v|so", -3, "\u22123"),
        ("v|ngay", dt.date(2023, 12, 5), "05/12/2023"),
        ("v|ngay", LATE, "11/12/2023"),
        ("v|ngay", None, ""),
        ("v|ngay_gio", LATE, "06:30 11/12/2023"),
        ("v|ngay_gio", None, ""),
        ("v|gio", LATE, "06:30"),
        ("v|phan_tram", 86.4, f"86,4{NB}%"),
        ("v|phan_tram", Decimal("86.35"), f"86,4{NB}%"),
        ("v|phan_tram", Fraction(259, 3), f"86,3{NB}%"),
        ("v|phan_tram", 90, f"90{NB}%"),
        ("v|phan_tram", 100.0, f"100,0{NB}%"),
        ("v|phan_tram", Decimal("1234.5"), f"1.234,5{NB}%"),
        ("v|phan_tram", -1.8, f"\u22121,8{NB}%"),
        ("v|phan_tram", None, ""),
        ("v|ti_le:1000", 864, f"86,4{NB}%"),
        ("v|ti_le:8", 1, f"12,5{NB}%"),
        ("v|ti_le:3", 2, f"66,7{NB}%"),
        ("v|ti_le:16000", 1, f"0,0{NB}%"),
        ("v|ti_le:2000", 1, f"0,1{NB}%"),
        ("v|ti_le:0", 0, "—"),
        ("v|sdt", "0912345678", "0912 345 678"),
        ("v|sdt", "+84 912.345.678", "0912 345 678"),
        ("v|sdt", "84912345678", "0912 345 678"),
        ("v|sdt", "02140000000", "0214 000 0000"),
        ("v|sdt", "02438250000", "024 3825 0000"),
        ("v|sdt", "19001234", "1900 1234"),
        ("v|sdt", "111", "111"),
        ("v|sdt", "máy lẻ 12", "máy lẻ 12"),
        ("v|sdt", None, ""),
        ("v|ten_viet_tat", "Nguyễn Bảo An", "BA"),
        ("v|ten_viet_tat", None, ""),
    ],
)
def test_filters(expression: str, value: object, expected: str) -> None:
    assert _show(expression, v=value) == expected


def test_share_of_money() -> None:
    assert _show("a|ti_le:b", a=Dong(3_204_518_000), b=Dong(3_708_933_000)) == f"86,4{NB}%"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (15, "còn 4 ngày"),
        (12, "còn 1 ngày"),
        (11, "hôm nay"),
        (10, "quá hạn 1 ngày"),
        (8, "quá hạn 3 ngày"),
    ],
)
def test_time_left_counts_school_days_of_the_calendar(day: int, expected: str) -> None:
    with clock.frozen(LATE):
        assert _show("v|con_lai", v=dt.date(2023, 12, day)) == expected


def test_time_left_of_nothing_is_empty() -> None:
    assert _show("v|con_lai", v=None) == ""


@pytest.mark.parametrize(
    ("expression", "value", "error"),
    [
        ("v|dong", 1.5, TypeError),
        ("v|dong", True, TypeError),
        ("v|dong", "1250000", TypeError),
        ("v|so", Dong(5), TypeError),
        ("v|ngay", "2023-12-05", TypeError),
        ("v|ngay_gio", dt.date(2023, 12, 5), TypeError),
        ("v|ngay_gio", dt.datetime(2023, 12, 5, 7, 0), ValueError),
        ("v|phan_tram", True, TypeError),
        ("v|phan_tram", "86", TypeError),
    ],
)
def test_values_of_the_wrong_kind_are_never_shown(expression: str, value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        _show(expression, v=value)


def test_a_fee_is_said_in_percent_and_dong() -> None:
    assert [phi(110, Dong(2_000)), phi(85), phi(0, 3_300), phi(0), phi(10_000)] == [
        "1,1\u00a0% + 2.000\u00a0đ", "0,85\u00a0%", "3.300\u00a0đ", "", "100\u00a0%",
    ]  # fmt: skip
