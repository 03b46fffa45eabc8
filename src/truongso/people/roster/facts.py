"""The sensitive columns of a row as facts: what they state, never why a row is refused."""

from __future__ import annotations

from collections.abc import Iterable

from truongso.kernel.names import fold
from truongso.kernel.sheets import Cell
from truongso.people.roster.cells import text_of
from truongso.people.roster.types import SEALED, Column, HeaderColumn
from truongso.people.sensitive.numbers import normal_number
from truongso.people.sensitive.types import FactKind

LONGEST = 300
"""Characters kept of one fact."""
# What lists write where there is nothing to say.
_NOTHING = frozenset({"", "0", "-", "K", "KO", "KHONG", "KHONG CO", "CHUA CO", "N/A"})
_LABELLED = frozenset({Column.HEALTH, Column.HARDSHIP})


def read_facts(cells: Iterable[tuple[HeaderColumn, Cell]]) -> tuple[dict[FactKind, str], bool]:
    """Facts by kind, and whether a personal number is stated that is none.

    Health and hardship stand in several columns: each is kept with its label ("Hộ nghèo: x"), joined by semicolons.
    Of several columns for one number the first that holds one counts.
    """
    found: dict[FactKind, str] = {}
    unread = False
    for column, cell in cells:
        text, kind = text_of(cell), SEALED[column.column]
        if fold(text).strip() in _NOTHING:
            continue
        if kind is FactKind.PERSONAL_NUMBER:
            number = normal_number(text)
            unread = unread or number is None
            if number is not None:
                found.setdefault(kind, number)
        elif column.column in _LABELLED:
            found[kind] = "; ".join(part for part in (found.get(kind), f"{column.label}: {text}") if part)
        else:
            found.setdefault(kind, text)
    return {kind: text[:LONGEST] for kind, text in found.items()}, unread and FactKind.PERSONAL_NUMBER not in found
