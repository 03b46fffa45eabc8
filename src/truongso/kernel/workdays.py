"""Working days of the country: Monday to Friday, without public holidays and the days taken for them.

Which days are holidays is data (`data/holidays.json`): dates fixed by law, and for each year the first day of the lunar
year and the day of the Hùng kings as computed. Days off that are announced anew every year (from which day Tết is
taken, which neighbour of 2/9, exchanged days) are UNVERIFIED here: a default stands, settings say what was announced.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from django.conf import settings

_SATURDAY = 5
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Days off beside weekends, and weekend days on which people work. A day in both is worked."""

    off: frozenset[dt.date]
    worked: frozenset[dt.date]

    def is_working(self, day: dt.date) -> bool:
        """Whether banks and offices work on a day."""
        return day in self.worked or (day.weekday() < _SATURDAY and day not in self.off)

    def after(self, day: dt.date, working_days: int) -> dt.date:
        """The `working_days`-th working day after a day; the day itself for 0."""
        left = working_days
        while left:
            day += _DAY
            left -= self.is_working(day)
        return day


def work_calendar() -> WorkCalendar:
    """The calendar in force: data with the settings `HOLIDAYS`, `WORKING_DAYS`, `HOLIDAYS_MADE_UP`."""
    return _calendar(tuple(settings.HOLIDAYS), tuple(settings.WORKING_DAYS), bool(settings.HOLIDAYS_MADE_UP))


def holidays(year: int, *, made_up: bool) -> frozenset[dt.date]:
    """Days off of a year; with `made_up` those on a weekend are taken on the next working days (Article 111.3)."""
    data = _data()
    dated = data["years"].get(str(year), {})
    second = dated.get("national_day_too", f"{year}-09-01")
    days = [dt.date.fromisoformat(f"{year}-{day}") for day in data["fixed"]] + [dt.date.fromisoformat(second)]
    if dated:
        tet = dt.date.fromisoformat(dated["tet"])
        first = dt.date.fromisoformat(dated["tet_from"]) if "tet_from" in dated else tet - _DAY
        days += [first + n * _DAY for n in range(data["tet_days"])]
        days.append(dt.date.fromisoformat(dated["hung_vuong"]))
    return frozenset(_made_up(days) if made_up else days)


def _made_up(days: Iterable[dt.date]) -> set[dt.date]:
    found = set(days)
    for day in sorted(found):
        taken = day
        while day.weekday() >= _SATURDAY and (taken in found or taken.weekday() >= _SATURDAY):
            taken += _DAY
        found.add(taken)
    return found


@lru_cache(maxsize=8)
def _calendar(more: tuple[dt.date, ...], worked: tuple[dt.date, ...], made_up: bool) -> WorkCalendar:
    years = (int(year) for year in _data()["years"])
    known = {day for year in years for day in holidays(year, made_up=made_up)}
    return WorkCalendar(frozenset(known | set(more)), frozenset(worked))


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    text = resources.files("truongso.kernel").joinpath("data/holidays.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
