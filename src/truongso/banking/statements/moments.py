"""Dates and times as banks print them: Excel serials, date cells, texts.

Day before month is the rule. A file that went through a spreadsheet set to another country has months first; which it
is, is decided for the file as a whole from dates that can be read in one way only (25/11).
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable
from enum import StrEnum

from truongso.kernel.sheets import Cell

Moment = tuple[dt.date, dt.time | None]

_SLASHED = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/]([0-9]{2})[-/]([0-9]{2})")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:\.[0-9]{1,6})?")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_SERIAL_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - day 0 of the spreadsheet calendar has no zone
_SERIALS = (36_526, 73_050)  # 01/01/2000 to 31/12/2099
_OUTNUMBERED = 20  # an order that so many other dates contradict is taken for a slip


class DateOrder(StrEnum):
    """In which order a file writes its dates. MIXED: both occur, so 05/11 may be either; such dates are refused.

    SPOILT: texts are all of days after the 12th and the rest are date cells of days up to the 12th, which is what a
    spreadsheet of another country makes of a text file: the cells have day and month swapped.
    """

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    MIXED = "mixed"
    SPOILT = "spoilt"


class MomentError(ValueError):
    """A date that is none (31/02) or in no known form (`date_unreadable`), or that may be two (`date_order_unclear`);
    `text` is what stood there."""

    def __init__(self, cell: Cell, code: str = "date_unreadable") -> None:
        super().__init__(str(cell))
        self.code = code
        self.text = str(cell)


def parse_moment(cell: Cell, order: DateOrder = DateOrder.DAY_FIRST) -> Moment | None:
    """(date, time or None) of a date cell, None for an empty one. Raises MomentError, also for a year of no statement
    (0001, 9999)."""
    found = _moment(cell, order)
    if found is not None and not is_of_our_time(found[0]):
        raise MomentError(cell)
    return found


def is_of_our_time(day: dt.date) -> bool:
    """Whether a statement may hold the day: with a slip like 01/01/0001 the days around it cannot even be counted."""
    return 2000 <= day.year <= 2099


def _moment(cell: Cell, order: DateOrder) -> Moment | None:
    if isinstance(cell, str):
        text = cell.strip()
        return _text_moment(text, cell, order) if text else None
    if cell is None:
        return None
    if isinstance(cell, dt.date):
        if order is DateOrder.SPOILT:
            raise MomentError(cell, "date_order_unclear")
        return _whole_seconds(cell, keep_midnight=True) if isinstance(cell, dt.datetime) else (cell, None)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise MomentError(cell)
    return _serial(float(cell), cell)


def decide_order(cells: Iterable[Cell]) -> DateOrder:
    """The order of all dates of a file."""
    day_first = month_first = either = cells_early = cells_late = 0
    for cell in cells:
        if isinstance(cell, str):
            match = _SLASHED.match(cell.strip())
            if match is None:
                continue
            first, second = int(match[1]), int(match[2])
            day_first += 12 < first <= 31 and second <= 12
            month_first += 12 < second <= 31 and first <= 12
            either += first <= 12 and second <= 12
        elif isinstance(cell, dt.date):
            cells_early += cell.day <= 12
            cells_late += cell.day > 12
    if cells_early and not cells_late and not either and not month_first and day_first:
        return DateOrder.SPOILT
    if month_first and month_first >= _OUTNUMBERED * day_first:
        return DateOrder.MONTH_FIRST
    if not month_first or day_first >= _OUTNUMBERED * month_first:
        return DateOrder.DAY_FIRST
    return DateOrder.MIXED


def _text_moment(text: str, cell: str, order: DateOrder) -> Moment:
    day_text, _, clock_text = text.partition(" ")
    try:
        return _day(day_text, order), _clock(clock_text)
    except MomentError as error:
        if error.code != "date_unreadable":
            raise MomentError(cell, error.code) from None
    except ValueError as error:
        raise MomentError(cell) from error
    if _SERIAL.fullmatch(text):
        return _serial(float(text), cell)
    day_text, _, clock_text = text.replace("\n", " ").replace("T", " ").partition(" ")
    try:
        return _day(day_text, order), _clock(clock_text.strip())
    except MomentError as error:
        raise MomentError(cell, error.code) from None
    except ValueError as error:
        raise MomentError(cell) from error


@functools.lru_cache(maxsize=4096)
def _day(text: str, order: DateOrder) -> dt.date:
    """The day of a text without a time. Raises MomentError, ValueError for a day that does not exist."""
    if match := _SLASHED.fullmatch(text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if order is DateOrder.MIXED:
            if first <= 12 and second <= 12 and first != second:
                raise MomentError(text, "date_order_unclear")
            order = DateOrder.MONTH_FIRST if second > 12 else DateOrder.DAY_FIRST
        day, month = (second, first) if order is DateOrder.MONTH_FIRST else (first, second)
        return dt.date(year, month, day)
    if match := _YEAR_FIRST.fullmatch(text):
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    raise MomentError(text)


def _clock(text: str) -> dt.time | None:
    if not text:
        return None
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        raise MomentError(text)
    return dt.time(int(clock[1]), int(clock[2]), int(clock[3] or 0))


def _serial(days: float, cell: Cell) -> Moment:
    if not _SERIALS[0] <= days < _SERIALS[1] + 1:
        raise MomentError(cell)
    return _whole_seconds(_SERIAL_EPOCH + dt.timedelta(days=days), keep_midnight=not days.is_integer())


def _whole_seconds(moment: dt.datetime, *, keep_midnight: bool) -> Moment:
    """Spreadsheets keep times as fractions of a day, a few microseconds off."""
    if moment.year >= dt.MAXYEAR:
        raise MomentError(str(moment))
    rounded = (moment + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
    return rounded.date(), rounded.time() if keep_midnight else None
