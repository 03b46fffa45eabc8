"""Rows below the header: bookings, refusals, totals and noise."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from truongso.banking.statements.amounts import USUAL, AmountError, NumberForm, parse_amount
from truongso.banking.statements.figures import has_figure, is_footer
from truongso.banking.statements.labels import fold, row_labels
from truongso.banking.statements.layouts import Found
from truongso.banking.statements.moments import DateOrder, Moment, MomentError, parse_moment
from truongso.banking.statements.types import Refusal, RowKind, StatementLine, StatementRow
from truongso.banking.types import Direction
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.kernel.sheets import Cell

MONEY_ROLES = ("debit", "credit", "signed_amount")
DATE_ROLES = ("date", "posting_date")
_ORDINAL = re.compile(r"[0-9]{1,6}")
_DIGIT = re.compile(r"[0-9]")
_IN = {"C", "CR", "CREDIT", "CO", "GHI CO", "TIEN VAO", "VAO", "IN", "THU"}
_OUT = {"D", "DR", "DEBIT", "NO", "GHI NO", "TIEN RA", "RA", "OUT", "CHI"}


class _RefusedError(Exception):
    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.refusal = Refusal(code, params)


@dataclass
class RowReader:
    """Reads rows in order; it remembers the date to fill down and where repeated headers put the columns.

    `last_dated` is the last row (index) with a date: an undated total can only stand below it. `debits_negative`: the
    file writes every outgoing amount with a minus, so the minus says nothing. `hidden` are the refused rows whose
    amounts are unknown, `known` the amounts of refused rows that could be read.
    """

    found: Found
    last_dated: int
    numbers: NumberForm = USUAL
    dates: DateOrder = DateOrder.DAY_FIRST
    debits_negative: bool = False
    hidden: list[int] = field(default_factory=list)
    known: list[tuple[Direction, Dong]] = field(default_factory=list)
    unreadable_balances: list[tuple[int, str]] = field(default_factory=list)
    _date: dt.date | None = None

    def __post_init__(self) -> None:
        self._place(self.found.columns)

    def _place(self, columns: dict[str, int]) -> None:
        self.columns = dict(columns)
        self._dates = [columns[role] for role in DATE_ROLES if role in columns]
        self._money = [columns[role] for role in MONEY_ROLES if role in columns]

    def cell(self, row: Sequence[Cell], role: str) -> Cell:
        index = self.columns.get(role)
        return row[index] if index is not None and index < len(row) else None

    def text(self, row: Sequence[Cell], role: str) -> str:
        value = self.cell(row, role)
        return value if isinstance(value, str) else "" if value is None else str(value)

    def read(self, index: int, row: Sequence[Cell]) -> StatementRow | None:
        """What the row with this index (from 0) is; None for an empty row."""
        used = len(row) - row.count(None) - row.count("")
        if not used:
            return None
        number, cells = index + 1, tuple(row)
        moment: Moment | MomentError | None
        try:
            moment = parse_moment(self._date_cell(row), self.dates)
        except MomentError as error:
            moment = error
        kind = self._kind(index, row, moment, used)
        if kind is not RowKind.LINE:
            return StatementRow(number, cells, kind)
        try:
            return StatementRow(number, cells, RowKind.LINE, line=self._line(number, row, moment))
        except _RefusedError as refused:
            return StatementRow(number, cells, RowKind.REFUSED, refusal=refused.refusal)

    def _kind(self, index: int, row: Sequence[Cell], moment: Moment | MomentError | None, used: int) -> RowKind:
        money = any(_is_money(row[i]) for i in self._money if i < len(row))
        if isinstance(moment, tuple):
            return self._dated_kind(row, used, money=money)
        if not money and (repeated := self.found.layout.find_columns(row_labels(row))):
            self._place(repeated)
            return RowKind.NOISE
        if is_footer(row):
            return RowKind.FOOTER
        undated_total = moment is None and index > self.last_dated and not self.text(row, "memo")
        if money and self.found.layout.undated_footer and undated_total:
            return RowKind.FOOTER
        return RowKind.LINE if money else RowKind.NOISE

    def _dated_kind(self, row: Sequence[Cell], used: int, *, money: bool) -> RowKind:
        if not money and has_figure(row):
            return RowKind.FOOTER
        return RowKind.LINE if money or used > 1 else RowKind.NOISE

    def _date_cell(self, row: Sequence[Cell]) -> Cell:
        for index in self._dates:
            if index < len(row) and row[index] is not None:
                return row[index]
        return None

    def _line(self, number: int, row: Sequence[Cell], moment: Moment | MomentError | None) -> StatementLine:
        try:
            direction, amount, undoes = self._amount(row)
        except _RefusedError:
            self.hidden.append(number)
            raise
        try:
            booked_on, booked_at = self._moment(moment)
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
            counter_bank=self.text(row, "counter_bank"),
            balance=self._balance(number, row),
            undoes=undoes,
        )

    def _amount(self, row: Sequence[Cell]) -> tuple[Direction, Dong, bool]:
        """(direction, amount, whether it takes an earlier booking back)."""
        if "signed_amount" in self.columns:
            return *self._signed(row), False
        debit, credit = self._parsed(self.cell(row, "debit")), self._parsed(self.cell(row, "credit"))
        if debit and credit:
            raise _RefusedError("amount_both_sides", debit=debit, credit=credit)
        if credit:
            # A negative credit takes an earlier credit back.
            return (Direction.IN if credit > 0 else Direction.OUT), Dong(abs(credit)), credit < 0
        if not debit:
            raise _RefusedError("amount_missing")
        undoes = debit < 0 and not self.debits_negative
        return (Direction.IN if undoes else Direction.OUT), Dong(abs(debit)), undoes

    def _signed(self, row: Sequence[Cell]) -> tuple[Direction, Dong]:
        signed = self._parsed(self.cell(row, "signed_amount"))
        if not signed:
            raise _RefusedError("amount_missing")
        if "side" not in self.columns:
            return (Direction.IN if signed > 0 else Direction.OUT), Dong(abs(signed))
        text = self.text(row, "side").strip()
        side = fold(text) or text
        if side in _IN or side == "+":
            return Direction.IN, Dong(abs(signed))
        if side in _OUT or side in {"-", "\u2212"}:
            return Direction.OUT, Dong(abs(signed))
        raise _RefusedError("side_unreadable", text=text)

    def _parsed(self, cell: Cell) -> int | None:
        if cell is None:
            return None
        try:
            return parse_amount(cell, self.numbers)
        except AmountError as error:
            raise _RefusedError(error.code, text=error.text) from error

    def _moment(self, moment: Moment | MomentError | None) -> tuple[dt.date, dt.datetime | None]:
        if isinstance(moment, MomentError):
            raise _RefusedError(moment.code, text=moment.text)
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
        try:
            balance = parse_amount(self.cell(row, "balance"), self.numbers)
        except AmountError as error:
            self.unreadable_balances.append((number, error.text))
            return None
        return None if balance is None else Dong(balance)


def is_dated(cell: Cell) -> bool:
    """Whether a cell holds a date that exists."""
    try:
        return parse_moment(cell, DateOrder.MIXED) is not None
    except MomentError as error:
        return error.code == "date_order_unclear"


def _is_money(cell: Cell) -> bool:
    if isinstance(cell, str):
        return _DIGIT.search(cell) is not None
    return isinstance(cell, int | float) and not isinstance(cell, bool)
