"""Working days: weekends, public holidays of Việt Nam, holidays on weekends, days announced each year."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from truongso.config.environment import dates
from truongso.kernel.workdays import holidays, work_calendar


def days(year: int, text: str) -> set[dt.date]:
    return {dt.date.fromisoformat(f"{year}-{one}") for one in text.split()}


@pytest.mark.parametrize(
    ("year", "off"),
    [
        (2024, "01-01 02-08 02-09 02-12 02-13 02-14 04-18 04-30 05-01 09-02 09-03"),
        (2025, "01-01 01-27 01-28 01-29 01-30 01-31 04-07 04-30 05-01 09-01 09-02"),
        (2026, "01-01 02-16 02-17 02-18 02-19 02-20 04-27 04-30 05-01 09-01 09-02"),
        (2099, "01-01 04-30 05-01 09-01 09-02"),  # no lunar dates known: fixed ones alone
    ],
)
def test_days_off_on_weekdays_of_a_year(year: int, off: str) -> None:
    assert {d for d in holidays(year, made_up=True) if d.weekday() < 5} == days(year, off)


def test_a_holiday_on_a_weekend_is_lost_where_it_is_not_made_up() -> None:
    assert dt.date(2026, 4, 27) not in holidays(2026, made_up=False)
    assert dt.date(2026, 4, 26) in holidays(2026, made_up=False)


@pytest.mark.parametrize(
    ("day", "n", "then"),
    [
        ("2026-11-20", 1, "2026-11-23"),  # a Friday
        ("2026-02-13", 1, "2026-02-23"),  # the Friday before Tết
        ("2026-04-24", 2, "2026-04-29"),  # over Hùng kings on a Sunday, taken on Monday
        ("2026-08-31", 1, "2026-09-03"),
        ("2026-08-31", 0, "2026-08-31"),
    ],
)
def test_working_days_after(day: str, n: int, then: str) -> None:
    assert work_calendar().after(dt.date.fromisoformat(day), n) == dt.date.fromisoformat(then)


def test_what_is_announced_is_a_setting(settings: Any) -> None:
    settings.HOLIDAYS, settings.WORKING_DAYS = [dt.date(2026, 8, 31)], [dt.date(2026, 8, 22), dt.date(2026, 9, 1)]
    calendar = work_calendar()
    assert calendar.after(dt.date(2026, 8, 21), 1) == dt.date(2026, 8, 22)  # a Saturday that is worked
    assert calendar.after(dt.date(2026, 8, 28), 1) == dt.date(2026, 9, 1)  # 31/8 is off, 1/9 is not any more
    settings.HOLIDAYS_MADE_UP = 0
    assert work_calendar().is_working(dt.date(2026, 4, 27))


def test_a_list_of_dates_that_cannot_be_read_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUONGSO_HOLIDAYS", "2026-09-01, 2026-09-02")
    assert dates("TRUONGSO_HOLIDAYS") == [dt.date(2026, 9, 1), dt.date(2026, 9, 2)]
    monkeypatch.setenv("TRUONGSO_HOLIDAYS", "1/9/2026")
    with pytest.raises(SystemExit, match="TRUONGSO_HOLIDAYS must list dates"):
        dates("TRUONGSO_HOLIDAYS")
