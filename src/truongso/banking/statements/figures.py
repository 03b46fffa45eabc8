"""What stands around the table: account number, currency, balances and totals."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from truongso.banking.statements.amounts import AmountError, parse_amount
from truongso.banking.statements.labels import carries, cell_labels, fold
from truongso.banking.statements.layouts import vocabulary
from truongso.banking.statements.moments import MomentError, parse_moment
from truongso.kernel.money import Dong
from truongso.kernel.sheets import Cell

_ACCOUNT = re.compile(r"(?<![0-9A-Z])(?=[0-9A-Z]*[0-9]{4})[0-9A-Z]{6,19}(?![0-9A-Z])")
_GROUPED = re.compile(r"(?<=[0-9])[ .](?=[0-9])")
_DAY = re.compile(r"(?<![0-9])[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}(?![0-9])")
_PERIOD_WORDS = ("TU NGAY", "FROM DATE", "PERIOD")
_DONG = {"VND", "VN D", "DONG", "DONG VIET NAM", "VIET NAM DONG", "704"}


@dataclass(frozen=True, slots=True)
class Account:
    """An account number as the file names it; a number cell has lost its leading zeros."""

    number: str
    zeros_lost: bool

    def is_same(self, expected: str) -> bool:
        if self.zeros_lost:
            return expected.lstrip("0") == self.number
        return expected.upper() == self.number


def find_account(row: Sequence[Cell]) -> Account | None:
    """The account number named by a row, old numbers (CŨ/OLD) aside."""
    words = vocabulary()
    for index, cell in enumerate(row):
        if not isinstance(cell, str) or not _labelled(cell, words.account):
            continue
        if words.old_account & set(fold(_before_value(cell)).split()):
            continue
        for value in row[index:]:
            if isinstance(value, int) and not isinstance(value, bool):
                return Account(str(value), zeros_lost=True)
            if isinstance(value, str) and (match := _ACCOUNT.search(_GROUPED.sub("", value.upper()))):
                return Account(match[0], zeros_lost=False)
    return None


def find_currency(row: Sequence[Cell]) -> str | None:
    """A stated currency other than đồng, None when none or đồng is stated."""
    for index, cell in enumerate(row):
        if isinstance(cell, str) and _labelled(cell, vocabulary().currency):
            after = cell.partition(":")[2].strip()
            value = after or next((v for v in row[index + 1 :] if isinstance(v, str) and v.strip()), "")
            return value if value and fold(value) not in _DONG else None
    return None


def find_period(row: Sequence[Cell]) -> tuple[dt.date, dt.date] | None:
    """The days that a row says the file covers: a label of a period with two dates."""
    texts = [cell for cell in row if isinstance(cell, str)]
    if not any(_labelled(text, vocabulary().period) or word in fold(text) for text in texts for word in _PERIOD_WORDS):
        return None
    days = [day for cell in row for day in _days(cell)]
    return (days[0], days[1]) if len(days) == 2 and days[0] <= days[1] else None


def _days(cell: Cell) -> Iterator[dt.date]:
    if isinstance(cell, dt.datetime):
        yield cell.date()
    elif isinstance(cell, dt.date):
        yield cell
    elif isinstance(cell, str):
        for text in _DAY.findall(cell):
            try:
                moment = parse_moment(text)
            except MomentError:
                continue
            if moment is not None:
                yield moment[0]


def find_figures(row: Sequence[Cell]) -> Iterator[tuple[str, Dong]]:
    """(opening | closing | total_in | total_out, amount) for each labelled figure of a row. Raises
    AmountError."""
    for index, cell in enumerate(row):
        name = _figure_name(cell)
        if name is None:
            continue
        amount = _inline_amount(str(cell))
        if amount is None:
            amount = _next_amount(row[index + 1 :])
        if amount is not None:
            yield name, Dong(amount)


def is_footer(row: Sequence[Cell]) -> bool:
    """Whether the first text of a row is the label of a total or a balance."""
    first = next((cell for cell in row if isinstance(cell, str) and cell.strip()), None)
    return first is not None and _labelled(first, vocabulary().footer)


def has_figure(row: Sequence[Cell]) -> bool:
    """Whether a row names a balance or a total."""
    return any(_figure_name(cell) is not None for cell in row)


def counts_bookings(row: Sequence[Cell]) -> bool:
    """Whether a footer counts bookings, so that its numbers are no money."""
    texts = [fold(cell) for cell in row if isinstance(cell, str)]
    return any(word in text for word in vocabulary().counts for text in texts)


def _labelled(cell: str, labels: Collection[str]) -> bool:
    return carries(cell_labels(cell), labels)


def _before_value(cell: str) -> str:
    return cell.partition(":")[0]


def _figure_name(cell: Cell) -> str | None:
    if not isinstance(cell, str):
        return None
    for name, labels in vocabulary().figures.items():
        if _labelled(cell, labels):
            return name
    return None


def _inline_amount(cell: str) -> int | None:
    text = cell.partition(":")[2].strip()
    return parse_amount(text) if any(c.isdigit() for c in text) else None


def _next_amount(cells: Sequence[Cell]) -> int | None:
    """The first amount to the right, up to the next label."""
    for cell in cells:
        if _figure_name(cell) is not None:
            return None
        try:
            amount = parse_amount(cell)
        except AmountError:
            if isinstance(cell, str) and not any(c.isdigit() for c in cell):
                continue
            raise
        if amount is not None:
            return amount
    return None
