"""A layout that a person has shown: which column means what. Kept per account and shared between schools as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from truongso.banking.statements.labels import fold
from truongso.banking.statements.layouts import HEADER_ROWS, Column, Layout, layouts
from truongso.banking.statements.moments import MomentError, parse_moment
from truongso.kernel.sheets import Cell, Sheet

FORMAT = "truongso-statement-layout"
VERSION = 1
ROLES = (
    "date", "credit", "debit", "signed_amount", "side", "memo", "reference", "balance", "counter_name",
    "counter_account",
)  # fmt: skip
"""What a column may mean. `signed_amount`: one column for both directions, told apart by its sign or by `side`."""
NUMBERS = ("auto", "dots", "commas")
DATES = ("auto", "dmy", "mdy")
LARGEST_FILE = 32 * 1024
PREFIX = "custom:"

_COLUMNS = 64
_LABEL = 200
_KEYS = {"format", "version", "name", "bank", "header", "columns", "numbers", "dates", "fill_down_date"}


class CustomLayoutError(ValueError):
    """A description that is no layout.

    Codes: not_json · too_large (limit) · other_format · unknown_key (key) · bad_value (key) · name_missing ·
    date_missing · amount_missing · amount_twice · column_twice (column) · column_unknown (role) · side_alone.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params


@dataclass(frozen=True, slots=True)
class CustomLayout:
    """`header` are the folded labels of the header row by position, all empty when the table has none; `columns` role
    → position (from 0). Raises CustomLayoutError for anything that could not read a statement."""

    name: str
    header: tuple[str, ...]
    columns: Mapping[str, int]
    bank: str = ""
    numbers: str = "auto"
    dates: str = "auto"
    fill_down_date: bool = False

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise CustomLayoutError("name_missing")
        self._check_columns()
        if self.numbers not in NUMBERS:
            raise CustomLayoutError("bad_value", key="numbers")
        if self.dates not in DATES:
            raise CustomLayoutError("bad_value", key="dates")

    def _check_columns(self) -> None:
        seen: set[int] = set()
        for role, index in self.columns.items():
            if role not in ROLES:
                raise CustomLayoutError("column_unknown", role=role)
            if index in seen:
                raise CustomLayoutError("column_twice", column=index + 1)
            if not 0 <= index < len(self.header):
                raise CustomLayoutError("bad_value", key="columns")
            seen.add(index)
        if "date" not in self.columns:
            raise CustomLayoutError("date_missing")
        split = {"credit", "debit"} & self.columns.keys()
        if "signed_amount" in self.columns and split:
            raise CustomLayoutError("amount_twice")
        if "signed_amount" not in self.columns and "credit" not in self.columns:
            raise CustomLayoutError("amount_missing")
        if "side" in self.columns and "signed_amount" not in self.columns:
            raise CustomLayoutError("side_alone")

    def layout(self, key: str) -> Layout:
        """The layout for the reader; `key` tells it from others."""
        roles = sorted(self.columns, key=ROLES.index)
        labels = {role: self.header[self.columns[role]] for role in roles}
        return Layout(
            name=f"{PREFIX}{key}", bank=self.bank, title=self.name, banners=(),
            columns=tuple(Column(role, label, frozenset({label})) for role, label in labels.items()),
            required=frozenset(roles), header=self.header, shown=tuple((r, self.columns[r]) for r in roles),
            numbers=self.numbers, dates=self.dates, fill_down_date=self.fill_down_date, ordinal_reference=True,
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """The description as it is kept and shared: labels and roles, no booking, no account."""
        return {
            "format": FORMAT, "version": VERSION, "name": self.name, "bank": self.bank, "header": list(self.header),
            "columns": dict(self.columns), "numbers": self.numbers, "dates": self.dates,
            "fill_down_date": self.fill_down_date,
        }  # fmt: skip


def from_json(data: Any) -> CustomLayout:
    """The layout that `as_json` described. Raises CustomLayoutError for anything else, unknown keys included."""
    if not isinstance(data, dict) or data.get("format") != FORMAT or data.get("version") != VERSION:
        raise CustomLayoutError("other_format")
    for key in data:
        if key not in _KEYS:
            raise CustomLayoutError("unknown_key", key=str(key)[:40])
    header, columns = data.get("header"), data.get("columns")
    if not isinstance(header, list) or not 1 <= len(header) <= _COLUMNS:
        raise CustomLayoutError("bad_value", key="header")
    if any(not isinstance(label, str) or len(label) > _LABEL or label != fold(label) for label in header):
        raise CustomLayoutError("bad_value", key="header")
    if not isinstance(columns, dict) or any(type(index) is not int for index in columns.values()):
        raise CustomLayoutError("bad_value", key="columns")
    if type(data.get("fill_down_date", False)) is not bool:
        raise CustomLayoutError("bad_value", key="fill_down_date")
    return CustomLayout(
        name=_text(data, "name", 80), bank=_text(data, "bank", 60), header=tuple(header),
        columns={str(role): index for role, index in columns.items()}, numbers=_text(data, "numbers", 10, "auto"),
        dates=_text(data, "dates", 10, "auto"), fill_down_date=data.get("fill_down_date", False),
    )  # fmt: skip


def from_file(content: bytes) -> CustomLayout:
    """The layout of a shared file. Raises CustomLayoutError."""
    if len(content) > LARGEST_FILE:
        raise CustomLayoutError("too_large", limit=LARGEST_FILE)
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise CustomLayoutError("not_json") from error
    return from_json(data)


def to_file(layout: CustomLayout) -> bytes:
    """A small file for another school."""
    return (json.dumps(layout.as_json(), ensure_ascii=False, indent=1) + "\n").encode()


def header_labels(row: Sequence[Cell]) -> tuple[str, ...]:
    """The folded labels of a header row by position."""
    return tuple(fold(cell)[:_LABEL].strip() if isinstance(cell, str) else "" for cell in row[:_COLUMNS])


def _text(data: Mapping[str, Any], key: str, longest: int, default: str = "") -> str:
    value = data.get(key, default)
    if not isinstance(value, str) or len(value) > longest or not (value.isprintable()):
        raise CustomLayoutError("bad_value", key=key)
    return value.strip()


@dataclass(frozen=True, slots=True)
class Guess:
    """A first idea of an unknown table: the header row (index, -1 for none) and role → position."""

    header_row: int
    columns: dict[str, int]


def guess(sheet: Sheet) -> Guess:
    """What the labels of all known layouts say about the table; a person corrects it.

    The header is the row whose labels announce most roles; without any, the row above the first dated one.
    """
    words = _role_labels()
    best = Guess(-1, {})
    for index, row in enumerate(sheet.rows[:HEADER_ROWS]):
        found: dict[str, int] = {}
        for position, label in enumerate(header_labels(row)):
            role = _role_of(label, words, found)
            if role:
                found[role] = position
        if len(found) > len(best.columns) and len(found) > 1:
            best = Guess(index, found)
    if best.columns:
        return best
    for index, row in enumerate(sheet.rows[:HEADER_ROWS]):
        for position, cell in enumerate(row):
            if _dated(cell):
                return Guess(index - 1, {"date": position})
    return best


def _role_labels() -> list[tuple[str, str]]:
    pairs = {(label, column.role) for layout in layouts() for column in layout.columns for label in column.labels}
    pairs |= {
        ("NGAY", "date"), ("DATE", "date"), ("SO TIEN", "signed_amount"), ("AMOUNT", "signed_amount"),
        ("NOI DUNG", "memo"), ("GHI CHU", "memo"), ("MA GIAO DICH", "reference"), ("REF", "reference"),
        ("NGUOI CHUYEN", "counter_name"), ("LOAI GIAO DICH", "side"), ("CO", "credit"), ("NO", "debit"),
        ("TIEN VAO", "credit"), ("VAO", "credit"), ("TIEN RA", "debit"), ("RA", "debit"), ("CON LAI", "balance"),
        ("MA GD", "reference"), ("NGUOI GUI", "counter_name"), ("TAI KHOAN GUI", "counter_account"),
    }  # fmt: skip
    usable = [(label, role) for label, role in pairs if role in ROLES]
    return sorted(usable, key=lambda pair: (-len(pair[0]), pair))


def _role_of(label: str, words: Sequence[tuple[str, str]], found: Mapping[str, int]) -> str:
    for known, role in words:
        if role not in found and (label == known or label.startswith(known + " ")):
            return role
    return ""


def _dated(cell: Cell) -> bool:
    try:
        return not isinstance(cell, int | float) and parse_moment(cell) is not None
    except MomentError:
        return False
