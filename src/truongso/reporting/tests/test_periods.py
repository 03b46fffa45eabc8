"""Periods: written forms, days, what comes before, when reports are due."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truongso.reporting.periods import (
    Period,
    PeriodError,
    PeriodKind,
    before,
    between,
    calendar_year,
    due_on,
    half,
    month,
    months_of,
    next_due,
    parse,
    quarter,
    school_year,
)


def d(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "kind", "first", "last"),
    [
        ("2026-01", PeriodKind.MONTH, "2026-01-01", "2026-01-31"),
        ("2028-02", PeriodKind.MONTH, "2028-02-01", "2028-02-29"),
        ("2026-Q1", PeriodKind.QUARTER, "2026-01-01", "2026-03-31"),
        ("2026-q4", PeriodKind.QUARTER, "2026-10-01", "2026-12-31"),
        (" 2026-H1 ", PeriodKind.HALF, "2026-01-01", "2026-06-30"),
        ("2026-H2", PeriodKind.HALF, "2026-07-01", "2026-12-31"),
        ("2026", PeriodKind.YEAR, "2026-01-01", "2026-12-31"),
        ("2026-2027", PeriodKind.SCHOOL_YEAR, "2026-08-01", "2027-07-31"),
        ("2026-10-05..2026-10-05", PeriodKind.DAYS, "2026-10-05", "2026-10-05"),
        ("2025-12-20..2026-03-19", PeriodKind.DAYS, "2025-12-20", "2026-03-19"),
    ],
)
def test_written_forms(text: str, kind: PeriodKind, first: str, last: str) -> None:
    period = parse(text)
    assert (period.kind, period.first, period.last) == (kind, d(first), d(last))
    assert parse(period.key) == period


def test_a_school_year_takes_its_own_dates() -> None:
    own = (d("2026-09-01"), d("2027-08-31"))
    assert parse("2026-2027", school_years={"2026-2027": own}) == Period(PeriodKind.SCHOOL_YEAR, *own, 2026)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_period"),
        ("2026-Q5", "not_a_period"),
        ("2026-Q0", "not_a_period"),
        ("2026-H3", "not_a_period"),
        ("2026-13", "not_a_period"),
        ("2026-1", "not_a_period"),
        ("2026-2028", "not_a_period"),
        ("1999", "not_a_period"),
        ("9999-Q4", "not_a_period"),
        ("２０２６", "not_a_period"),
        ("quý 4", "not_a_period"),
        ("2026-Q4; DROP", "not_a_period"),
        ("2026-02-30..2026-03-01", "no_such_day"),
        ("2026-03-02..2026-03-01", "ends_before_start"),
        ("2020-01-01..2026-01-01", "too_long"),
    ],
)
def test_what_is_not_a_period_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(PeriodError) as refused:
        parse(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("period", "due"),
    [
        (quarter(2026, 1), "2026-03-19"),
        (quarter(2026, 2), "2026-06-19"),
        (quarter(2026, 3), "2026-09-19"),
        (quarter(2026, 4), "2026-12-19"),
        (half(2026, 1), "2026-06-19"),
        (calendar_year(2026), "2026-12-19"),
        (half(2026, 2), None),
        (month(2026, 12), None),
        (school_year(2026), None),
        (between(d("2026-10-01"), d("2026-12-31")), None),
    ],
)
def test_reports_are_due_before_the_20th(period: Period, due: str | None) -> None:
    assert due_on(period) == (d(due) if due else None)
    assert due_on(period, last_day=20) == (d(due.replace("-19", "-20")) if due else None)


@pytest.mark.parametrize(
    ("today", "due", "keys"),
    [
        ("2026-01-01", "2026-03-19", ["2026-Q1"]),
        ("2026-03-19", "2026-03-19", ["2026-Q1"]),
        ("2026-03-20", "2026-06-19", ["2026-Q2", "2026-H1"]),
        ("2026-06-20", "2026-09-19", ["2026-Q3"]),
        ("2026-11-22", "2026-12-19", ["2026-Q4", "2026"]),
        ("2026-12-20", "2027-03-19", ["2027-Q1"]),
    ],
)
def test_the_next_report_due(today: str, due: str, keys: list[str]) -> None:
    day, periods = next_due(d(today))
    assert (day, [p.key for p in periods]) == (d(due), keys)


@pytest.mark.parametrize(
    ("key", "earlier"),
    [
        ("2026-01", "2025-12"),
        ("2026-12", "2026-11"),
        ("2026-Q1", "2025-Q4"),
        ("2026-H1", "2025-H2"),
        ("2026-H2", "2026-H1"),
        ("2026", "2025"),
        ("2026-2027", "2025-2026"),
        ("2026-10-05..2026-10-11", "2026-09-28..2026-10-04"),
    ],
)
def test_the_period_before(key: str, earlier: str) -> None:
    assert before(parse(key)) == parse(earlier)


def test_months_of_a_period_are_cut_to_it() -> None:
    period = between(d("2026-01-15"), d("2026-03-10"))
    assert [(m.first, m.last) for m in months_of(period)] == [
        (d("2026-01-15"), d("2026-01-31")),
        (d("2026-02-01"), d("2026-02-28")),
        (d("2026-03-01"), d("2026-03-10")),
    ]
    assert [m.key for m in months_of(quarter(2026, 4))] == ["2026-10", "2026-11", "2026-12"]


@given(st.dates(dt.date(2001, 1, 1), dt.date(2150, 12, 31)))
def test_every_day_lies_in_one_period_of_each_kind(day: dt.date) -> None:
    year = day.year
    for of_year in (
        [month(year, n) for n in range(1, 13)],
        [quarter(year, n) for n in range(1, 5)],
        [half(year, n) for n in (1, 2)],
    ):
        assert [p.holds(day) for p in of_year].count(True) == 1
        assert of_year[0].first == dt.date(year, 1, 1)
        assert of_year[-1].last == dt.date(year, 12, 31)
    due, periods = next_due(day)
    assert due >= day
    assert due.day == 19
    assert len(periods) == (2 if due.month in (6, 12) else 1)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        period = parse(text)
    except PeriodError:
        return
    assert period.first <= period.last
