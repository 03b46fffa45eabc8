"""One row of cells into one pupil, or into all the reasons why not, so that one correction is enough."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

from truongso.kernel.sheets import Cell
from truongso.people.roster.cells import read_class, read_code, read_email, read_name, text_of
from truongso.people.roster.dates import date_from_parts, read_date
from truongso.people.roster.facts import read_facts
from truongso.people.roster.phones import read_phones
from truongso.people.roster.types import NOT_IMPORTED, SEALED, Column, HeaderColumn, Reason, RefusedRow, RosterRow
from truongso.people.roster.words import read_gender, read_grade, read_status
from truongso.people.types import Gender

YOUNGEST_DAYS = 90
"""Nurseries take children from three months (charter of preschools, TT 52/2020)."""
OLDEST_YEARS = 25
"""Upper secondary ends at 18; the margin is for pupils who started or came back late.

Ours, no rule of law.
"""

_PHONES = frozenset({Column.PHONE, Column.FATHER_PHONE, Column.MOTHER_PHONE, Column.GUARDIAN_PHONE})

T = TypeVar("T")


class RowReader:
    """Reads the rows under one header."""

    def __init__(self, columns: Sequence[HeaderColumn], today: dt.date) -> None:
        self._imported = [c for c in columns if c.column not in NOT_IMPORTED and c.column not in SEALED]
        self._sealed = [c for c in columns if c.column in SEALED]
        self._places: dict[Column, list[int]] = {}
        for column in self._imported:
            self._places.setdefault(column.column, []).append(column.index)
        self._today = today

    def imported_cells(self, row: Sequence[Cell]) -> tuple[Cell, ...]:
        """The cells of the imported columns, as they came."""
        return tuple(row[c.index] for c in self._imported)

    def read(self, row: Sequence[Cell], number: int) -> RosterRow | RefusedRow:
        """The pupil in row `number` (1-based)."""
        reasons: list[Reason] = []

        def kept(value: T | Reason, default: T) -> T:
            if isinstance(value, Reason):
                reasons.append(value)
                return default
            return value

        full_name = kept(read_name(self._name(row), Column.FULL_NAME), "")
        if not full_name and not reasons:
            reasons.append(Reason("missing_name"))
        class_name = kept(read_class(self._cell(row, Column.CLASS_NAME)), "")
        sector_code = kept(read_code(self._cell(row, Column.SECTOR_CODE), Column.SECTOR_CODE), "")
        school_code = kept(read_code(self._cell(row, Column.SCHOOL_CODE), Column.SCHOOL_CODE), "")
        birth_date = kept(self._birth_date(row), None)
        gender = kept(read_gender(self._cell(row, Column.GENDER)), Gender.UNKNOWN)
        grade = kept(read_grade(self._cell(row, Column.GRADE)), "")
        phones = kept(self._phones(row), ())
        father, mother, guardian = (
            kept(read_name(self._cell(row, column), column), "")
            for column in (Column.FATHER_NAME, Column.MOTHER_NAME, Column.GUARDIAN_NAME)
        )
        email = kept(read_email(self._cell(row, Column.EMAIL)), "")
        status = kept(read_status(self._cell(row, Column.STATUS)), None)
        if not reasons and birth_date is None and not sector_code and not school_code:
            reasons.append(Reason("no_identity"))
        cells = self.imported_cells(row)
        if reasons:
            return RefusedRow(number, tuple(reasons), sector_code, school_code, full_name, birth_date, cells)
        facts, unread = read_facts([(c, row[c.index]) for c in self._sealed])
        return RosterRow(
            row=number,
            full_name=full_name,
            class_name=class_name,
            sector_code=sector_code,
            school_code=school_code,
            birth_date=birth_date,
            gender=gender,
            grade=grade,
            phones=phones,
            father_name=father,
            mother_name=mother,
            guardian_name=guardian,
            email=email,
            status=status,
            cells=cells,
            facts=facts,
            unread_number=unread,
        )

    def _cell(self, row: Sequence[Cell], column: Column) -> Cell:
        places = self._places.get(column)
        return row[places[0]] if places else None

    def _name(self, row: Sequence[Cell]) -> str:
        """The name in one column or in two.

        "Họ và tên" beside "Tên" may hold the whole name or all but the last word.
        """
        given = text_of(self._cell(row, Column.GIVEN_NAME))
        if Column.FULL_NAME not in self._places:
            return f"{text_of(self._cell(row, Column.FAMILY_MIDDLE_NAME))} {given}".strip()
        full = text_of(self._cell(row, Column.FULL_NAME))
        if not given or f" {full}".casefold().endswith(f" {given}".casefold()):
            return full
        return f"{full} {given}".strip()

    def _birth_date(self, row: Sequence[Cell]) -> dt.date | Reason | None:
        if Column.BIRTH_DAY in self._places:
            day, month, year = (
                self._cell(row, column) for column in (Column.BIRTH_DAY, Column.BIRTH_MONTH, Column.BIRTH_YEAR)
            )
            date = date_from_parts(day, month, year)
        else:
            date = read_date(self._cell(row, Column.BIRTH_DATE))
        return _implausible(date, self._today) or date if isinstance(date, dt.date) else date

    def _phones(self, row: Sequence[Cell]) -> tuple[str, ...] | Reason:
        numbers: list[str] = []
        for column in self._imported:
            if column.column not in _PHONES:
                continue
            found = read_phones(row[column.index])
            if isinstance(found, Reason):
                return found
            numbers += found
        return tuple(dict.fromkeys(numbers))


def _implausible(date: dt.date, today: dt.date) -> Reason | None:
    """Why a birth date is not one of a pupil.

    Codes `birth_date_in_future`, `birth_date_too_young`, `…_too_old`.
    """
    params = {"value": date.strftime("%d/%m/%Y")}
    if date > today:
        return Reason("birth_date_in_future", params)
    if (today - date).days < YOUNGEST_DAYS:
        return Reason("birth_date_too_young", {**params, "days": YOUNGEST_DAYS})
    age = today.year - date.year - ((today.month, today.day) < (date.month, date.day))
    if age > OLDEST_YEARS:
        return Reason("birth_date_too_old", {**params, "age": age, "limit": OLDEST_YEARS})
    return None
