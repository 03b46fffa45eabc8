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
    so many characters. `header`: a person has shown the columns of a header with just these labels (folded, by
    position); empty when the table has none. `numbers`, `dates`: what the person has said of their form.
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
    header: tuple[str, ...] | None = None
    shown: tuple[tuple[str, int], ...] = ()
    numbers: str = "auto"
    dates: str = "auto"

    def find_columns(self, labels: Sequence[set[str]]) -> dict[str, int]:
        """Role to column index for the labels of a header row, empty when a required role is missing."""
        if self.header is not None:
            return dict(self.shown) if self._is_shown(labels) else {}
        found: dict[str, int] = {}
        for column in self.columns:
            for index, printed in enumerate(labels):
                if index not in found.values() and carries(printed, column.labels):
                    found[column.role] = index
                    break
        dated = "date" in found or "posting_date" in found
        return found if dated and self.required <= found.keys() else {}

    def _is_shown(self, labels: Sequence[set[str]]) -> bool:
        header = self.header or ()
        used = [index for _, index in self.shown]
        if not any(header) or max(used, default=0) >= len(labels):
            return False
        return all(header[i] in labels[i] if header[i] else not labels[i] for i in used)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words around the table: totals, balances, account number, currency, counts of bookings."""

    footer: tuple[str, ...]
    figures: dict[str, tuple[str, ...]]
    account: tuple[str, ...]
    old_account: frozenset[str]
    currency: tuple[str, ...]
    counts: tuple[str, ...]
    period: tuple[str, ...]


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
        period=tuple(data["period_labels"]),
    )


@functools.cache
def _index() -> tuple[dict[str, list[tuple[int, str]]], int]:
    """Label → (layout, role) that it announces, and the most words a label has."""
    index: dict[str, list[tuple[int, str]]] = {}
    for number, layout in enumerate(layouts()):
        for column in layout.columns:
            for label in column.labels:
                index.setdefault(label, []).append((number, column.role))
    return index, max(len(label.split()) for label in index)


def _possible(labels: Sequence[set[str]]) -> list[Layout]:
    """The layouts whose required roles are all announced somewhere in a row, in their order."""
    index, longest = _index()
    roles: dict[int, set[str]] = {}
    for cell in labels:
        for text in cell:
            words = text.split(" ")
            for count in range(1, min(len(words), longest) + 1):
                for number, role in index.get(" ".join(words[:count]), ()):
                    roles.setdefault(number, set()).add(role)
    known = layouts()
    return [known[n] for n in sorted(roles) if known[n].required <= roles[n]]


def find_header(sheet: Sheet, saved: Sequence[Layout] = ()) -> Found | None:
    """The header of a sheet: what a person has shown for this account, else the layout that explains most of a row's
    labels; its banner decides between equals."""
    shown = _find_shown(sheet, saved)
    if shown is not None:
        return shown
    best: tuple[tuple[int, bool, int], Found] | None = None
    above: list[str] = []
    for index, row in enumerate(sheet.rows[:HEADER_ROWS]):
        texts = [cell for cell in row if isinstance(cell, str)]
        if len(texts) >= 3:
            labels = row_labels(row)
            for layout in _possible(labels):
                columns = layout.find_columns(labels)
                banner = any(word in text for word in layout.banners for text in above)
                if not columns or (layout.needs_banner and not banner):
                    continue
                score = (2 * len(columns) + 3 * banner - len(layout.columns), banner, -index)
                if best is None or score > best[0]:
                    best = (score, Found(layout, index, columns))
        above += [fold(cell) for cell in texts]
    return best[1] if best else None


def _find_shown(sheet: Sheet, saved: Sequence[Layout]) -> Found | None:
    for layout in saved:
        columns = dict(layout.shown)
        if not any(layout.header or ()):
            if sheet.rows and max(columns.values()) < len(sheet.rows[0]) == len(layout.header or ()):
                return Found(layout, -1, columns)
            continue
        for index, row in enumerate(sheet.rows[:HEADER_ROWS]):
            if layout.find_columns(row_labels(row)):
                return Found(layout, index, columns)
    return None
