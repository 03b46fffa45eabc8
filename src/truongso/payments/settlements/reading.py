"""A settlement file as items: columns found by their labels, sums held against each other. Pure: no Django.

The file is taken whole or not at all: a row that cannot be read, a row that comes twice, or a total that is not the
sum of its rows is a problem with its figures.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from truongso.kernel.money import ZERO, Dong, total
from truongso.kernel.sheets import Cell, Sheet
from truongso.payments.settlements import cells
from truongso.payments.settlements.cells import CellError
from truongso.payments.settlements.types import Figures, FileProblem, ItemRow, SourceKind

_HEADER_WITHIN = 60
_MOST_PROBLEMS = 50
_CARD_ONLY = ("rrn", "approval_code")
_FIGURES = ("gross", "fee", "net")


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What was read. With problems nothing is taken over. `columns`: field → heading as it stands in the file."""

    columns: Mapping[str, str]
    items: tuple[ItemRow, ...]
    problems: tuple[FileProblem, ...]

    @property
    def figures(self) -> Figures:
        """Sums of all items."""
        return sums(self.items)


def sums(items: Iterable[ItemRow]) -> Figures:
    """Gross, fee and net of items in sum."""
    rows = list(items)
    return Figures(total(i.gross for i in rows), total(i.fee for i in rows), total(i.net for i in rows))


def read(sheets: Sequence[Sheet], kind: SourceKind) -> ReadFile:
    """The items of the first table that has the columns needed."""
    for sheet in sheets:
        found = _header(sheet.rows, kind)
        if found is not None:
            return _Reader(sheet.rows, kind, *found).run()
    return ReadFile({}, (), (FileProblem("no_columns"),))


def masked(sheets: Sequence[Sheet]) -> list[list[list[str]]]:
    """All cells as text with card numbers masked: what may be stored of a file."""
    return [[[cells.as_text(c) for c in row] for row in sheet.rows] for sheet in sheets]


@functools.cache
def _words() -> Mapping[str, Any]:
    text = resources.files(__package__).joinpath("data/labels.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def _header(rows: Sequence[Sequence[Cell]], kind: SourceKind) -> tuple[int, dict[str, int]] | None:
    for number, row in enumerate(rows[:_HEADER_WITHIN]):
        columns = _columns(row)
        has_key = any(f in columns for f in (_CARD_ONLY if kind is SourceKind.POS else ("transaction_id",)))
        has_key = has_key or (kind is SourceKind.GATEWAY and "order_reference" in columns)
        if "gross" in columns and has_key:
            return number, columns
    return None


def _columns(row: Sequence[Cell]) -> dict[str, int]:
    """Field → place. An exact heading goes before one that carries more words, a longer label before a shorter."""
    labels = [cells.label(c) for c in row]
    claims = [
        (text != name, -len(name), place, field_name)
        for field_name, names in _words()["fields"].items()
        for name in names
        for place, text in enumerate(labels)
        if text == name or text.startswith(f"{name} ")
    ]
    columns: dict[str, int] = {}
    taken: set[int] = set()
    for _more, _length, place, field_name in sorted(claims):
        if field_name not in columns and place not in taken:
            columns[field_name] = place
            taken.add(place)
    return columns


@dataclass
class _Reader:
    rows: Sequence[Sequence[Cell]]
    kind: SourceKind
    header: int
    columns: dict[str, int]
    items: list[ItemRow] = field(default_factory=list)
    problems: list[FileProblem] = field(default_factory=list)
    since_total: list[ItemRow] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def run(self) -> ReadFile:
        for number, row in enumerate(self.rows[self.header + 1 :], start=self.header + 2):
            if any(c is not None for c in row) and len(self.problems) < _MOST_PROBLEMS:
                self._row(number, row)
        if not self.items and not self.problems:
            self.problems.append(FileProblem("no_items"))
        named = {name: cells.as_text(self.rows[self.header][place]) for name, place in self.columns.items()}
        return ReadFile(named, tuple(self.items), tuple(self.problems))

    def _row(self, number: int, row: Sequence[Cell]) -> None:
        if self._is_total(row):
            self._check_total(number, row)
            return
        try:
            item = self._item(number, row)
        except CellError as error:
            self._problem(error.code, number, text=error.text)
            return
        if item is None:
            return
        if item.key in self.seen:
            self._problem("row_twice", number, first=self.seen[item.key])
            return
        self.seen[item.key] = number
        self.items.append(item)
        self.since_total.append(item)

    def _item(self, number: int, row: Sequence[Cell]) -> ItemRow | None:
        get = self._getter(row)
        rrn, approval = cells.code(get("rrn"), 12), cells.code(get("approval_code"), 6)
        transaction_id, order = cells.as_text(get("transaction_id")), cells.as_text(get("order_reference"))
        has_key = rrn or approval if self.kind is SourceKind.POS else transaction_id or order
        gross = cells.amount(get("gross"))
        if gross is None and not has_key:
            return None  # a note under the table
        if not has_key or not gross:
            self._problem("row_incomplete", number)
            return None
        figures = self._figures(number, gross, row)
        if figures is None:
            return None
        moment, settled = cells.moment(get("transacted")), cells.moment(get("settled"))
        terminal = cells.code(get("terminal_code"), 8)
        day = moment[0] if moment else None
        key = f"{terminal}/{rrn}/{approval}" if rrn else f"{terminal}//{approval}/{day or ''}"
        key = key if self.kind is SourceKind.POS else (transaction_id or f"don:{order}")
        return ItemRow(
            row_number=number, key=f"{key}{'/hoan' if figures.gross < ZERO else ''}"[:80], terminal_code=terminal[:16],
            merchant_code=cells.code(get("merchant_code"))[:20], batch_no=cells.code(get("batch_no"), 6)[:12],
            trace=cells.code(get("trace"), 6)[:12], rrn=rrn[:20], approval_code=approval[:12],
            transaction_id=transaction_id[:80], order_reference=order[:40], card_tail=cells.tail(get("card")),
            card_brand=_brand(get("card_brand")), transacted_on=day, transacted_time=moment[1] if moment else None,
            settled_on=settled[0] if settled else None, batch_reference=cells.as_text(get("batch_reference"))[:40],
            gross=figures.gross, fee=figures.fee, net=figures.net,
        )  # fmt: skip

    def _figures(self, number: int, gross: int, row: Sequence[Cell]) -> Figures | None:
        """Gross, fee (with its tax) and net, signed; what the file leaves out follows from the others."""
        get = self._getter(row)
        fee, tax, net = (cells.amount(get(name)) for name in ("fee", "fee_tax", "net"))
        is_refund = gross < 0 or _carries(cells.label(get("kind")), _words()["refunds"])
        gross = -abs(gross) if is_refund else gross
        net = -abs(net) if is_refund and net is not None else net
        cost = None if fee is None else abs(fee) + abs(tax or 0)
        if cost is not None and is_refund and net is not None and gross + cost == net:
            cost = -cost  # the fee is given back as well
        if net is None:
            net = gross - (cost or 0)
        if cost is None:
            cost = gross - net
        if gross != cost + net:
            self._problem("row_not_net", number, gross=gross, fee=cost, net=net)
            return None
        return Figures(Dong(gross), Dong(cost), Dong(net))

    def _is_total(self, row: Sequence[Cell]) -> bool:
        texts = [label for c in row if isinstance(c, str) and (label := cells.label(c))]
        return bool(texts) and _carries(texts[0], _words()["totals"])

    def _check_total(self, number: int, row: Sequence[Cell]) -> None:
        """A total stands for the rows since the last one, or for all rows so far."""
        get = self._getter(row)
        try:
            given = {name: v for name in _FIGURES if (v := cells.amount(get(name))) is not None}
            tax = cells.amount(get("fee_tax"))
        except CellError as error:
            self._problem(error.code, number, text=error.text)
            return
        if "fee" in given:
            given["fee"] = abs(given["fee"]) + abs(tax or 0)
        part, whole = sums(self.since_total), sums(self.items)
        if given and not _agrees(given, part) and not _agrees(given, whole):
            self._problem(
                "total_differs", number, gross=int(part.gross), fee=int(part.fee), net=int(part.net),
                **{f"said_{name}": value for name, value in given.items()},
            )  # fmt: skip
        self.since_total = []

    def _getter(self, row: Sequence[Cell]) -> Any:
        def get(name: str) -> Cell:
            place = self.columns.get(name)
            return row[place] if place is not None and place < len(row) else None

        return get

    def _problem(self, code: str, row: int, **params: str | int) -> None:
        self.problems.append(FileProblem(code, row, tuple(sorted(params.items()))))


def _agrees(given: Mapping[str, int], figures: Figures) -> bool:
    return all(value == int(getattr(figures, name)) for name, value in given.items())


def _carries(text: str, words: Iterable[str]) -> bool:
    return any(text == word or text.startswith(f"{word} ") for word in words)


def _brand(cell: Cell) -> str:
    text = cells.label(cell)
    names: Mapping[str, Sequence[str]] = _words()["brands"]
    found = next((brand for brand, words in names.items() if any(w in text.split() or w == text for w in words)), "")
    return found or ("other" if text else "")
