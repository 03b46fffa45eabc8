"""Dates and times as banks print them: day before month, Excel serials, date cells."""

from __future__ import annotations

import datetime as dt
import re

from truongso.kernel.sheets import Cell

Moment = tuple[dt.date, dt.time | None]

_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_SERIAL_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - day 0 of the spreadsheet calendar has no zone
_SERIALS = (36_526, 73_050)  # 01/01/2000 to 31/12/2099


class MomentError(ValueError):
    """A date that is none (31/02) or in no known form; `text` is what stood there."""

    def __init__(self, cell: Cell) -> None:
        super().__init__(str(cell))
        self.text = str(cell)


def parse_moment(cell: Cell) -> Moment | None:
    """(date, time or None) of a date cell, None for an empty one. Raises MomentError."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, dt.datetime):
        return _whole_seconds(cell, keep_midnight=True)
    if isinstance(cell, dt.date):
        return cell, None
    if isinstance(cell, str):
        return _text_moment(cell.strip(), cell)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise MomentError(cell)
    return _serial(float(cell), cell)


def _text_moment(text: str, cell: str) -> Moment:
    if _SERIAL.fullmatch(text):
        return _serial(float(text), cell)
    day_text, _, clock_text = text.replace("\n", " ").replace("T", " ").partition(" ")
    try:
        if match := _DAY_FIRST.fullmatch(day_text):
            date = dt.date(int(match[3]), int(match[2]), int(match[1]))
        elif match := _YEAR_FIRST.fullmatch(day_text):
            date = dt.date(int(match[1]), int(match[2]), int(match[3]))
        else:
            raise MomentError(cell)
        if not clock_text.strip():
            return date, None
        clock = _CLOCK.fullmatch(clock_text.strip())
        if clock is None:
            raise MomentError(cell)
        return date, dt.time(int(clock[1]), int(clock[2]), int(clock[3] or 0))
    except ValueError as error:
        raise MomentError(cell) from error


def _serial(days: float, cell: Cell) -> Moment:
    if not _SERIALS[0] <= days < _SERIALS[1] + 1:
        raise MomentError(cell)
    return _whole_seconds(_SERIAL_EPOCH + dt.timedelta(days=days), keep_midnight=not days.is_integer())


def _whole_seconds(moment: dt.datetime, *, keep_midnight: bool) -> Moment:
    """Spreadsheets keep times as fractions of a day, a few microseconds off."""
    rounded = (moment + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
    return rounded.date(), rounded.time() if keep_midnight else None
