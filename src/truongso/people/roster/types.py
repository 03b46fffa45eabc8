"""What a pupil roster is made of: columns, rows, refusals.

No Django, no user texts: reasons are codes with parameters.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from truongso.kernel.sheets import Cell
from truongso.people.sensitive.types import FactKind
from truongso.people.types import Gender, StudentStatus

Param = str | int | tuple[str, ...] | tuple[int, ...]


class Column(enum.StrEnum):
    """What a column of a roster means. Values are stable: reasons and field changes name them."""

    SECTOR_CODE = "sector_code"
    SCHOOL_CODE = "school_code"
    FULL_NAME = "full_name"
    FAMILY_MIDDLE_NAME = "family_middle_name"
    GIVEN_NAME = "given_name"
    BIRTH_DATE = "birth_date"
    BIRTH_DAY = "birth_day"
    BIRTH_MONTH = "birth_month"
    BIRTH_YEAR = "birth_year"
    GENDER = "gender"
    CLASS_NAME = "class_name"
    GRADE = "grade"
    PHONE = "phone"
    FATHER_PHONE = "father_phone"
    MOTHER_PHONE = "mother_phone"
    GUARDIAN_PHONE = "guardian_phone"
    FATHER_NAME = "father_name"
    MOTHER_NAME = "mother_name"
    GUARDIAN_NAME = "guardian_name"
    EMAIL = "email"
    STATUS = "status"
    ORDINAL = "ordinal"
    """STT: numbers the lines of the sheet; carries nothing to import."""
    REASON = "reason"
    """The reason column of a table of refused rows; ignored when the corrected table comes back."""
    PERSONAL_NUMBER = "personal_number"
    ETHNICITY = "ethnicity"
    HEALTH = "health"
    HARDSHIP = "hardship"
    SENSITIVE = "sensitive"
    """Known but not imported: personal data that fees do not need (data minimisation, Law 91/2025/QH15)."""
    UNKNOWN = "unknown"


NOT_IMPORTED = frozenset({Column.ORDINAL, Column.REASON, Column.SENSITIVE, Column.UNKNOWN})

SEALED = {
    Column.PERSONAL_NUMBER: FactKind.PERSONAL_NUMBER,
    Column.ETHNICITY: FactKind.ETHNICITY,
    Column.HEALTH: FactKind.HEALTH,
    Column.HARDSHIP: FactKind.HARDSHIP,
}
"""Columns that are read into sealed facts: shown in no preview, given back in no table of refused rows."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was refused: a stable code and the parameters that the text about it names."""

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)


class RosterError(Exception):
    """The whole file cannot be read as a roster. Nothing of it was taken.

    Codes: `empty_file`, `no_header` (looked_for), `required_column_missing` (sheet, row, missing),
    `header_not_understood` (sheet, row, labels), `two_columns_for_one_field` (sheet, row, field, labels),
    `two_headers` (sheet, rows), `several_sheets_with_header` (sheets), `no_rows` (sheet, row).
    """

    def __init__(self, code: str, **params: Param) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: Mapping[str, Param] = params


@dataclass(frozen=True, slots=True)
class HeaderColumn:
    """One column of the table: its place (0 = column A), its label as written, what it means."""

    index: int
    label: str
    column: Column


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One pupil as the file states it, cleaned. Empty text, UNKNOWN and None: the file says nothing."""

    row: int
    """Row number as the spreadsheet shows it (1 = first row of the sheet)."""
    full_name: str
    class_name: str
    sector_code: str = ""
    school_code: str = ""
    birth_date: dt.date | None = None
    gender: Gender = Gender.UNKNOWN
    grade: str = ""
    phones: tuple[str, ...] = ()
    father_name: str = ""
    mother_name: str = ""
    guardian_name: str = ""
    email: str = ""
    status: StudentStatus | None = None
    cells: tuple[Cell, ...] = ()
    """The cells of the imported columns as they came, in the order of `ParsedRoster.imported`."""
    facts: Mapping[FactKind, str] = field(default_factory=dict, repr=False, hash=False)
    """Sensitive facts stated. Never shown: they are sealed when the roster is applied."""
    unread_number: bool = False
    """A personal number is stated that is not one: the pupil is taken, the number is left out."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken, with every reason at once, and as much of its identity as could be read."""

    row: int
    reasons: tuple[Reason, ...]
    sector_code: str = ""
    school_code: str = ""
    full_name: str = ""
    birth_date: dt.date | None = None
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedRoster:
    """A roster read from one sheet: every data row is in `rows`, in `refused` or in `skipped_rows`."""

    sheet: str
    header_row: int
    columns: tuple[HeaderColumn, ...]
    rows: tuple[RosterRow, ...]
    refused: tuple[RefusedRow, ...]
    skipped_rows: tuple[int, ...]
    """Totals, signatures, repeated headers and column numbers: rows that hold text but no pupil."""

    @property
    def imported(self) -> tuple[HeaderColumn, ...]:
        """The columns that were read, left to right."""
        return tuple(c for c in self.columns if c.column not in NOT_IMPORTED and c.column not in SEALED)

    @property
    def sealed(self) -> tuple[str, ...]:
        """Labels of columns that are read into sealed facts."""
        return tuple(c.label for c in self.columns if c.column in SEALED)

    @property
    def unread_numbers(self) -> tuple[int, ...]:
        """Rows whose personal number is none: they are taken without it."""
        return tuple(row.row for row in self.rows if row.unread_number)

    @property
    def not_imported(self) -> tuple[str, ...]:
        """Labels of known personal data that is left in the file and never stored."""
        return tuple(c.label for c in self.columns if c.column is Column.SENSITIVE)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Labels of columns nobody knows (the column's letter when it has no label); ignored."""
        return tuple(c.label or column_letter(c.index) for c in self.columns if c.column is Column.UNKNOWN)


def column_letter(index: int) -> str:
    """The spreadsheet's name of a column: 0 is A, 26 is AA."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
