"""Statement layouts as data, and finding the header of a file among them."""

from __future__ import annotations

import functools
import importlib.resources
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from truongso.banking.statements.labels import carries, fold, row_labels
from truongso.kernel.sheets import Sheet

HEADER_ROWS = 120  # headers were seen as deep as row 34; banners with logos and addresses push them further


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its role in a line, the label as printed, the labels it is found by."""

    role: str
    printed: str
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """One bank's form of statement.

    `needs_banner`: the labels alone are too common. `ordinal_reference`: the reference column may hold a
    mere row counter. `sections`: several accounts below each other. `undated_footer`: the totals row has no
    label and no date. `fill_down_date`: a repeated date is left blank. `memo_break`: memos are broken every
    so many characters.
    """

    name: str
    bank: str
    title: str
    banners: tuple[str, ...]
    columns: tuple[Column, ...]
    required: frozenset[str]
    needs_banner: bool = False
    ordinal_reference: bool = False
    sections: bool = False
    undated_footer: bool = False
    fill_down_date: bool = False
    memo_break: int | None = None

    def find_columns(self, labels: Sequence[set[str]]) -> dict[str, int]:
        """Role to column index for the labels of a header row, empty when a required role is missing."""
        found: dict[str, int] = {}
        for column in self.columns:
            for index, printed in enumerate(labels):
                if index not in found.values() and carries(printed, column.labels):
                    found[column.role] = index
                    break
        dated = "date" in found or "posting_date" in found
        return found if dated and self.required <= found.keys() else {}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words around the table: totals, balances, account number, currency, counts of bookings."""

    footer: tuple[str, ...]
    figures: dict[str, tuple[str, ...]]
    account: tuple[str, ...]
    old_account: frozenset[str]
    currency: tuple[str, ...]
    counts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A header: which layout, where (index of the row), role to column index."""

    layout: Layout
    row: int
    columns: dict[str, int]


@functools.cache
def _data() -> dict[str, Any]:
    path = importlib.resources.files("truongso.banking.statements") / "layouts.json"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


@functools.cache
def layouts() -> tuple[Layout, ...]:
    """All known layouts, the more particular first."""
    return tuple(_layout(dict(raw)) for raw in _data()["layouts"])


def _layout(raw: dict[str, Any]) -> Layout:
    columns = tuple(Column(c["role"], c["printed"], frozenset(c["labels"])) for c in raw.pop("columns"))
    required, banners = frozenset(raw.pop("required")), tuple(raw.pop("banners"))
    return Layout(columns=columns, required=required, banners=banners, **raw)


def layout_named(name: str) -> Layout:
    """The layout of that name. Raises KeyError."""
    return {layout.name: layout for layout in layouts()}[name]


@functools.cache
def vocabulary() -> Vocabulary:
    data = _data()
    return Vocabulary(
        footer=tuple(data["footer_labels"]),
        figures={name: tuple(labels) for name, labels in data["figures"].items()},
        account=tuple(data["account_labels"]),
        old_account=frozenset(data["old_account_words"]),
        currency=tuple(data["currency_labels"]),
        counts=tuple(data["count_words"]),
    )


def find_header(sheet: Sheet) -> Found | None:
    """The header of a sheet: the layout that explains most of a row's labels; its banner decides between
    equals."""
    best: tuple[tuple[int, bool, int], Found] | None = None
    above: list[str] = []
    for index, row in enumerate(sheet.rows[:HEADER_ROWS]):
        labels = row_labels(row)
        if sum(map(bool, labels)) >= 3:
            for layout in layouts():
                columns = layout.find_columns(labels)
                banner = any(word in text for word in layout.banners for text in above)
                if not columns or (layout.needs_banner and not banner):
                    continue
                score = (2 * len(columns) + 3 * banner - len(layout.columns), banner, -index)
                if best is None or score > best[0]:
                    best = (score, Found(layout, index, columns))
        above += [fold(cell) for cell in row if isinstance(cell, str)]
    return best[1] if best else None
