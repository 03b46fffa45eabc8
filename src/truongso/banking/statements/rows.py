"""Rows below the header: bookings, refusals, totals and noise."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from truongso.banking.statements.amounts import AmountError, parse_amount
from truongso.banking.statements.figures import has_figure, is_footer
from truongso.banking.statements.labels import row_labels
from truongso.banking.statements.layouts import Found
from truongso.banking.statements.moments import Moment, MomentError, parse_moment
from truongso.banking.statements.types import Refusal, RowKind, StatementLine, StatementRow
from truongso.banking.types import Direction
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.kernel.sheets import Cell

_MONEY_ROLES = ("debit", "credit", "signed_amount")
_ORDINAL = re.compile(r"[0-9]{1,6}")


class _RefusedError(Exception):
    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.refusal = Refusal(code, params)


@dataclass
class RowReader:
    """Reads rows in order; it remembers the date to fill down and where repeated headers put the columns.

    `last_dated` is the last row (index) with a date: an undated total can only stand below it. `hidden` are
    the refused rows whose amounts are unknown, `known` the amounts of refused rows that could be read.
    """

    found: Found
    last_dated: int
    hidden: list[int] = field(default_factory=list)
    known: list[tuple[Direction, Dong]] = field(default_factory=list)
    unreadable_balances: list[tuple[int, str]] = field(default_factory=list)
    _date: dt.date | None = None

    def __post_init__(self) -> None:
        self.columns = dict(self.found.columns)

    def cell(self, row: Sequence[Cell], role: str) -> Cell:
        index = self.columns.get(role)
        return row[index] if index is not None and index < len(row) else None

    def text(self, row: Sequence[Cell], role: str) -> str:
        value = self.cell(row, role)
        return "" if value is None else str(value)

    def read(self, index: int, row: Sequence[Cell]) -> StatementRow | None:
        """What the row with this index (from 0) is; None for an empty row."""
        if all(cell is None or cell == "" for cell in row):
            return None
        number, cells = index + 1, tuple(row)
        kind = self._kind(index, row)
        if kind is not RowKind.LINE:
            return StatementRow(number, cells, kind)
        try:
            return StatementRow(number, cells, RowKind.LINE, line=self._line(number, row))
        except _RefusedError as refused:
            return StatementRow(number, cells, RowKind.REFUSED, refusal=refused.refusal)

    def _kind(self, index: int, row: Sequence[Cell]) -> RowKind:
        money = any(_is_money(self.cell(row, role)) for role in _MONEY_ROLES)
        dated = is_dated(self._date_cell(row))
        if dated:
            if not money and has_figure(row):
                return RowKind.FOOTER
            lonely = sum(cell is not None and cell != "" for cell in row) == 1
            return RowKind.NOISE if lonely else RowKind.LINE
        repeated = self.found.layout.find_columns(row_labels(row))
        if repeated:
            self.columns = repeated
            return RowKind.NOISE
        if is_footer(row):
            return RowKind.FOOTER
        if not money:
            return RowKind.NOISE
        empty_date = self._date_cell(row) is None
        undated_total = empty_date and index > self.last_dated and not self.text(row, "memo")
        return RowKind.FOOTER if self.found.layout.undated_footer and undated_total else RowKind.LINE

    def _date_cell(self, row: Sequence[Cell]) -> Cell:
        value = self.cell(row, "date")
        return self.cell(row, "posting_date") if value is None else value

    def _line(self, number: int, row: Sequence[Cell]) -> StatementLine:
        try:
            direction, amount = self._amount(row)
        except _RefusedError:
            self.hidden.append(number)
            raise
        try:
            booked_on, booked_at = self._moment(row)
        except _RefusedError:
            self.known.append((direction, amount))
            raise
        return StatementLine(
            booked_on=booked_on,
            booked_at=booked_at,
            direction=direction,
            amount=amount,
            memo=self.text(row, "memo"),
            reference=self._reference(row),
            counter_account=self.text(row, "counter_account"),
            counter_name=self.text(row, "counter_name"),
            balance=self._balance(number, row),
        )

    def _amount(self, row: Sequence[Cell]) -> tuple[Direction, Dong]:
        if "signed_amount" in self.columns:
            signed = _parsed(self.cell(row, "signed_amount"))
            if not signed:
                raise _RefusedError("amount_missing")
            return (Direction.IN if signed > 0 else Direction.OUT), Dong(abs(signed))
        debit_cell, credit_cell = self.cell(row, "debit"), self.cell(row, "credit")
        debit, credit = _parsed(debit_cell), _parsed(credit_cell)
        if debit and credit:
            raise _RefusedError("amount_both_sides", debit=debit, credit=credit)
        if not debit and not credit:
            raise _RefusedError("amount_missing")
        amount = debit or credit or 0
        if amount < 0:
            raise _RefusedError("amount_negative", text=str(debit_cell if debit else credit_cell))
        return (Direction.OUT if debit else Direction.IN), Dong(amount)

    def _moment(self, row: Sequence[Cell]) -> tuple[dt.date, dt.datetime | None]:
        cell = self._date_cell(row)
        try:
            moment: Moment | None = parse_moment(cell)
        except MomentError as error:
            raise _RefusedError("date_unreadable", text=error.text) from error
        if moment is None:
            if not self.found.layout.fill_down_date or self._date is None:
                raise _RefusedError("date_missing")
            return self._date, None
        self._date, time = moment
        booked_at = None if time is None else dt.datetime.combine(self._date, time, SCHOOL_TIME)
        return self._date, booked_at

    def _reference(self, row: Sequence[Cell]) -> str:
        text = self.text(row, "reference")
        return "" if self.found.layout.ordinal_reference and _ORDINAL.fullmatch(text.strip()) else text

    def _balance(self, number: int, row: Sequence[Cell]) -> Dong | None:
        cell = self.cell(row, "balance")
        try:
            balance = parse_amount(cell)
        except AmountError as error:
            self.unreadable_balances.append((number, error.text))
            return None
        return None if balance is None else Dong(balance)


def is_dated(cell: Cell) -> bool:
    """Whether a cell holds a date that exists."""
    try:
        return parse_moment(cell) is not None
    except MomentError:
        return False


def _is_money(cell: Cell) -> bool:
    if isinstance(cell, str):
        return any(c.isdigit() for c in cell)
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _parsed(cell: Cell) -> int | None:
    try:
        return parse_amount(cell)
    except AmountError as error:
        raise _RefusedError(error.code, text=error.text) from error
