"""Cells that hold one of a few words: gender, status, grade."""

from __future__ import annotations

import re

from truongso.kernel.names import fold
from truongso.kernel.sheets import Cell
from truongso.people.roster.cells import read_text, text_of
from truongso.people.roster.types import Column, Reason
from truongso.people.types import Gender, StudentStatus

_GENDERS = {
    "": Gender.UNKNOWN,
    "0": Gender.UNKNOWN,
    "1": Gender.MALE,
    "2": Gender.FEMALE,
    "NAM": Gender.MALE,
    "NU": Gender.FEMALE,
    "M": Gender.MALE,
    "F": Gender.FEMALE,
    "MALE": Gender.MALE,
    "FEMALE": Gender.FEMALE,
    "TRAI": Gender.MALE,
    "GAI": Gender.FEMALE,
}
# By their first words: the sector adds the term ("Chuyển đến kỳ 1", "Thôi học kỳ 2").
_STATUSES = (
    ("DANG HOC", StudentStatus.STUDYING),
    ("DANG THEO HOC", StudentStatus.STUDYING),
    ("CHUYEN DEN", StudentStatus.STUDYING),
    ("HOC LAI", StudentStatus.STUDYING),
    ("XIN HOC LAI", StudentStatus.STUDYING),
    ("CHUYEN DI", StudentStatus.TRANSFERRED),
    ("CHUYEN TRUONG", StudentStatus.TRANSFERRED),
    ("DA CHUYEN TRUONG", StudentStatus.TRANSFERRED),
    ("THOI HOC", StudentStatus.WITHDRAWN),
    ("DA THOI HOC", StudentStatus.WITHDRAWN),
    ("BO HOC", StudentStatus.WITHDRAWN),
    ("TOT NGHIEP", StudentStatus.GRADUATED),
    ("DA TOT NGHIEP", StudentStatus.GRADUATED),
    ("RA TRUONG", StudentStatus.GRADUATED),
    ("DA RA TRUONG", StudentStatus.GRADUATED),
)
_NUMBERED_GRADE = re.compile(r"(?:KHOI|LOP)?\s*0?([1-9]|1[0-2])")


def read_gender(cell: Cell) -> Gender | Reason:
    """Nam/Nữ, M/F or the sector's 1/2; UNKNOWN for a blank cell and 0. Code `unknown_gender` (value)."""
    text = text_of(cell)
    return _GENDERS.get(fold(text)) or Reason("unknown_gender", {"value": text[:40]})


def read_status(cell: Cell) -> StudentStatus | Reason | None:
    """The pupil's status, None for a blank cell. Code `unknown_status` (value)."""
    text = text_of(cell)
    if not text:
        return None
    folded = fold(text)
    for start, status in _STATUSES:
        if folded == start or folded.startswith(f"{start} "):
            return status
    return Reason("unknown_status", {"value": text[:40]})


def read_grade(cell: Cell) -> str | Reason:
    """ "1" to "12" from "Khối 6", "Lớp 6", 6 or "06"; any other text as written (preschool age groups)."""
    grade = read_text(cell, Column.GRADE)
    if isinstance(grade, Reason):
        return grade
    found = _NUMBERED_GRADE.fullmatch(fold(grade))
    return found.group(1) if found else grade
