"""Two rows for one pupil in the same file: both are refused, each naming the other, and a person decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from truongso.kernel.names import tidy
from truongso.people.roster.types import Reason, RefusedRow, RosterRow

AnyRow = RosterRow | RefusedRow
R = TypeVar("R")


def refuse_duplicates(
    taken: Sequence[RosterRow], refused: Sequence[RefusedRow]
) -> tuple[tuple[RosterRow, ...], tuple[RefusedRow, ...]]:
    """The rows that stand alone, and all refused ones in the order of the file.

    Codes `duplicate_sector_code`, `duplicate_school_code` (code, rows) and `duplicate_pupil` (name, rows):
    the same name with its accents and birth date, in one class or without codes to tell the two apart.
    For the codes, rows refused for other reasons count as well.
    """
    everyone: list[AnyRow] = [*taken, *refused]
    reasons: dict[int, list[Reason]] = defaultdict(list)
    _add(reasons, "duplicate_sector_code", "code", lambda r: r.sector_code, everyone)
    _add(reasons, "duplicate_school_code", "code", lambda r: r.school_code, everyone)
    for group in _groups(_person, taken):
        for row in group:
            others = tuple(other.row for other in group if other is not row and _same(row, other))
            if others:
                reasons[row.row].append(Reason("duplicate_pupil", {"name": row.full_name, "rows": others}))
    alone = tuple(row for row in taken if row.row not in reasons)
    newly = [as_refused(row, reasons[row.row]) for row in taken if row.row in reasons]
    before = [replace(row, reasons=(*row.reasons, *reasons.get(row.row, ()))) for row in refused]
    return alone, tuple(sorted([*newly, *before], key=lambda r: r.row))


def as_refused(row: RosterRow, reasons: Iterable[Reason]) -> RefusedRow:
    """A row that was read well but cannot be taken."""
    return RefusedRow(
        row.row, tuple(reasons), row.sector_code, row.school_code, row.full_name, row.birth_date, row.cells
    )


def class_key(name: str) -> str:
    """Class names are one whatever their case and spaces: 6A1, 6a1, 6 A1."""
    return "".join(name.split()).casefold()


def _add(
    reasons: dict[int, list[Reason]],
    code: str,
    param: str,
    key: Callable[[AnyRow], str],
    rows: Iterable[AnyRow],
) -> None:
    for group in _groups(key, rows):
        for row in group:
            others = tuple(other.row for other in group if other is not row)
            reasons[row.row].append(Reason(code, {param: key(row), "rows": others}))


def _person(row: RosterRow) -> object:
    return row.birth_date and (tidy(row.full_name).casefold(), row.birth_date)


def _same(row: RosterRow, other: RosterRow) -> bool:
    """Of one name and birth date: one pupil when in one class, or when one has no code to tell it apart."""
    if class_key(row.class_name) == class_key(other.class_name):
        return True
    return not all(r.sector_code or r.school_code for r in (row, other))


def _groups(key: Callable[[R], object], rows: Iterable[R]) -> list[list[R]]:
    groups: dict[object, list[R]] = defaultdict(list)
    for row in rows:
        if found := key(row):
            groups[found].append(row)
    return [group for group in groups.values() if len(group) > 1]
