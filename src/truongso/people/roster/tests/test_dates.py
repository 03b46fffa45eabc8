"""Birth dates: day/month/year always, every other writing decided or refused."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truongso.people.roster.dates import EXCEL_DAY_ZERO, date_from_parts, read_date
from truongso.people.roster.types import Reason

SCHOOL_DATES = st.dates(dt.date(1950, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("5/12/2015", dt.date(2015, 12, 5)),
        ("05/12/2015", dt.date(2015, 12, 5)),
        (" 5 / 12 / 2015 ", dt.date(2015, 12, 5)),
        ("5-12-2015", dt.date(2015, 12, 5)),
        ("5.12.2015", dt.date(2015, 12, 5)),
        ("5 12 2015", dt.date(2015, 12, 5)),
        ("05/12/2015 00:00:00", dt.date(2015, 12, 5)),
        ("2015-12-05", dt.date(2015, 12, 5)),
        ("2015-12-05T00:00:00", dt.date(2015, 12, 5)),
        ("2015/12/5", dt.date(2015, 12, 5)),
        ("ngày 5 tháng 12 năm 2015", dt.date(2015, 12, 5)),
        ("29/02/2016", dt.date(2016, 2, 29)),
        (dt.date(2015, 12, 5), dt.date(2015, 12, 5)),
        (dt.datetime(2015, 12, 5, 7, 30), dt.date(2015, 12, 5)),
        (42343, dt.date(2015, 12, 5)),
        (42343.5, dt.date(2015, 12, 5)),
    ],
)
def test_a_date_is_read_day_first(cell: object, date: dt.date) -> None:
    assert read_date(cell) == date  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("31/02/2015", "date_no_such_day"),
        ("29/02/2015", "date_no_such_day"),
        ("31/04/2015", "date_no_such_day"),
        ("0/4/2015", "date_no_such_day"),
        ("1/13/2015", "date_month_out_of_range"),
        ("2015-13-01", "date_month_out_of_range"),
        ("13/5/15", "date_two_digit_year"),
        ("2015", "date_year_only"),
        (2015, "date_year_only"),
        (2015.0, "date_year_only"),
        ("05/2015", "date_incomplete"),
        ("2015-05", "date_incomplete"),
        ("13052015", "date_unreadable"),
        (13052015, "date_unreadable"),
        (12, "date_unreadable"),
        (float("inf"), "date_unreadable"),
        ("42343", "date_unreadable"),
        ("mùng 5 Tết", "date_unreadable"),
        ("1/1/0015", "date_unreadable"),
        ("١/٢/٢٠١٥", "date_unreadable"),
        (True, "date_unreadable"),
    ],
)
def test_what_is_no_date_is_refused_with_its_reason(cell: object, code: str) -> None:
    refused = read_date(cell)  # type: ignore[arg-type]
    assert isinstance(refused, Reason)
    assert refused.code == code


def test_the_refusal_of_31_february_names_day_month_and_year() -> None:
    assert read_date("31/02/2015") == Reason(
        "date_no_such_day", {"value": "31/02/2015", "day": 31, "month": 2, "year": 2015}
    )


@pytest.mark.parametrize("cell", [None, "", "   ", "\n"])
def test_a_blank_cell_is_no_date_and_no_refusal(cell: str | None) -> None:
    assert read_date(cell) is None


@given(SCHOOL_DATES)
def test_every_date_is_read_back_from_every_writing(date: dt.date) -> None:
    writings = [
        f"{date.day}/{date.month}/{date.year}",
        date.strftime("%d/%m/%Y"),
        date.strftime("%d-%m-%Y"),
        date.strftime("%d.%m.%Y"),
        date.isoformat(),
        f"ngày {date.day} tháng {date.month} năm {date.year}",
    ]
    assert [read_date(writing) for writing in writings] == [date] * len(writings)
    assert read_date((date - EXCEL_DAY_ZERO).days) == date
    assert date_from_parts(date.day, f"{date.month:02}", float(date.year)) == date


@given(st.integers(1, 99), st.integers(1, 99), st.integers(1900, 2100))
def test_a_day_first_text_gives_that_date_or_a_refusal(day: int, month: int, year: int) -> None:
    read = read_date(f"{day}/{month}/{year}")
    try:
        expected = dt.date(year, month, day)
    except ValueError:
        assert isinstance(read, Reason)
        assert read.code in {"date_no_such_day", "date_month_out_of_range"}
    else:
        assert read == expected


@given(st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.none()))
def test_no_cell_breaks_the_reader(cell: str | float | None) -> None:
    assert read_date(cell) is None or isinstance(read_date(cell), (dt.date, Reason))


def test_a_date_in_three_columns() -> None:
    assert date_from_parts(5, 12, 2015) == dt.date(2015, 12, 5)
    assert date_from_parts(None, None, None) is None
    assert date_from_parts(None, None, 2015) == Reason("date_year_only", {"value": "2015"})
    assert date_from_parts(None, 5, 2015) == Reason("date_incomplete", {"value": "/5/2015"})
    assert date_from_parts(31, 2, 2015) == Reason(
        "date_no_such_day", {"value": "31/2/2015", "day": 31, "month": 2, "year": 2015}
    )
