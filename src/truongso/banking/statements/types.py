"""What a bank statement says once read. Pure: no Django, no user texts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from truongso.banking.types import Direction
from truongso.kernel.clock import SCHOOL_TIME, school_date
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.sheets import Cell


class StatementError(ValueError):
    """A file in which no statement can be read at all.

    Codes: unknown_layout (sheets) · several_tables (sheets) · several_accounts (accounts) ·
    account_not_in_file (expected, accounts) · damaged (format) · too_many_rows (count, limit).
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params


class RowKind(StrEnum):
    """line: a booking · refused: a booking that cannot be read · footer: totals and balances ·
    noise: repeated headers, signatures, page numbers."""

    LINE = "line"
    REFUSED = "refused"
    FOOTER = "footer"
    NOISE = "noise"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One booking. `amount` is always positive; `memo` and `reference` stand as the bank printed them.

    `reference` is not unique: banks reuse short counters. `booked_at` is aware, None when the bank prints
    dates only; `balance` is the account's balance after the booking, where printed. `undoes`: the bank marks the
    booking as taking an earlier one of the other direction back (a negative credit is money out that undoes a credit).
    Raises ValueError for an amount that is not positive or a moment on another school day.
    """

    booked_on: dt.date
    direction: Direction
    amount: Dong
    memo: str = ""
    reference: str = ""
    booked_at: dt.datetime | None = None
    counter_account: str = ""
    counter_name: str = ""
    balance: Dong | None = None
    undoes: bool = False
    virtual_account: str = ""
    counter_bank: str = ""

    def __post_init__(self) -> None:
        if self.amount <= ZERO:
            raise ValueError("a statement line has a positive amount")
        at = self.booked_at
        if at is not None and (at.date() if at.tzinfo is SCHOOL_TIME else school_date(at)) != self.booked_on:
            raise ValueError("the moment of a line lies on its day")

    @property
    def signed(self) -> Dong:
        """The change of the balance."""
        return self.amount if self.direction is Direction.IN else -self.amount


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one row is not taken.

    Codes: date_missing · date_unreadable (text) · date_order_unclear (text) · amount_missing · amount_unreadable
    (text) · amount_ambiguous (text) · amount_not_whole (text) · amount_too_large (text) · amount_both_sides (debit,
    credit) · side_unreadable (text) · other_currency (text) · split_differs (amount, counted).
    """

    code: str
    params: dict[str, object]


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One used row below the header: its number in the file (from 1) and its cells verbatim."""

    number: int
    cells: tuple[Cell, ...]
    kind: RowKind
    line: StatementLine | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class StatementProblem:
    """Something wrong with the file as a whole. With `refuses` nothing of the file may be taken; with `flags` it is
    taken but its figures contradict each other, so that the days it covers cannot be closed.

    Codes that refuse: other_account (expected, found) · several_accounts (accounts) · other_currency (found) ·
    file_cut (row) · no_lines. Codes that flag: total_in_differs, total_out_differs (printed, counted) ·
    closing_differs (opening, total_in, total_out, closing, counted) · balance_breaks (row, printed, counted, breaks;
    only a warning where totals prove that nothing is missing). Codes that only warn: account_not_named ·
    totals_unchecked (rows: refused rows that hide amounts) · figure_unreadable (row, text) · dates_mixed ·
    dates_spoilt · amounts_ambiguous. Amounts are whole đồng.
    """

    code: str
    params: dict[str, object]
    refuses: bool
    flags: bool = False


@dataclass(frozen=True, slots=True)
class PrintedFigures:
    """What the bank prints about the whole period; None where it prints nothing."""

    opening: Dong | None = None
    closing: Dong | None = None
    total_in: Dong | None = None
    total_out: Dong | None = None


@dataclass(frozen=True, slots=True)
class ParsedStatement:
    """A statement read from a file, good or bad: look at `refused` before taking anything from it.

    `header` are the cells of the header as printed; `period` the days that the bank says it covers.
    """

    layout: str
    bank: str
    sheet: str
    header_row: int
    account: str | None
    printed: PrintedFigures
    banner: tuple[tuple[Cell, ...], ...]
    rows: tuple[StatementRow, ...]
    problems: tuple[StatementProblem, ...]
    header: tuple[Cell, ...] = ()
    period: tuple[dt.date, dt.date] | None = None

    @property
    def refused(self) -> bool:
        return any(problem.refuses for problem in self.problems)

    @property
    def flagged(self) -> bool:
        return any(problem.flags for problem in self.problems)

    @property
    def covered(self) -> tuple[dt.date, dt.date] | None:
        """The days covered: as printed, else from the first to the last booking."""
        days = [line.booked_on for line in self.lines]
        return self.period or ((min(days), max(days)) if days else None)

    @property
    def lines(self) -> list[StatementLine]:
        """The readable bookings in file order."""
        return [row.line for row in self.rows if row.line is not None]
