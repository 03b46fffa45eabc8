"""What a bank statement says once read. Pure: no Django, no user texts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from truongso.banking.types import Direction
from truongso.kernel.clock import school_date
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.sheets import Cell


class StatementError(ValueError):
    """A file in which no statement can be read at all.

    Codes: unknown_layout (sheets) · several_tables (sheets) · several_accounts (accounts) ·
    account_not_in_file (expected, accounts).
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
    dates only; `balance` is the account's balance after the booking, where printed.
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

    def __post_init__(self) -> None:
        if self.amount <= ZERO:
            raise ValueError("a statement line has a positive amount")
        if self.booked_at is not None and school_date(self.booked_at) != self.booked_on:
            raise ValueError("the moment of a line lies on its day")

    @property
    def signed(self) -> Dong:
        """The change of the balance."""
        return self.amount if self.direction is Direction.IN else -self.amount


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one row is not taken.

    Codes: date_missing · date_unreadable (text) · amount_missing · amount_unreadable (text) ·
    amount_not_whole (text) · amount_too_large (text) · amount_negative (text) · amount_both_sides (debit,
    credit).
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
    """Something wrong with the file as a whole. With `refuses` nothing of the file may be taken.

    Codes that refuse: other_account (expected, found) · several_accounts (accounts) · other_currency
    (found) · total_in_differs, total_out_differs (printed, counted) · closing_differs (opening, total_in,
    total_out, closing, counted) · no_lines. Codes that only warn: account_not_named · totals_unchecked
    (rows: refused rows that hide amounts) · balance_breaks (row, printed, counted, breaks) ·
    figure_unreadable (row, text). Amounts are whole đồng.
    """

    code: str
    params: dict[str, object]
    refuses: bool


@dataclass(frozen=True, slots=True)
class PrintedFigures:
    """What the bank prints about the whole period; None where it prints nothing."""

    opening: Dong | None = None
    closing: Dong | None = None
    total_in: Dong | None = None
    total_out: Dong | None = None


@dataclass(frozen=True, slots=True)
class ParsedStatement:
    """A statement read from a file, good or bad: look at `refused` before taking anything from it."""

    layout: str
    bank: str
    sheet: str
    header_row: int
    account: str | None
    printed: PrintedFigures
    banner: tuple[tuple[Cell, ...], ...]
    rows: tuple[StatementRow, ...]
    problems: tuple[StatementProblem, ...]

    @property
    def refused(self) -> bool:
        return any(problem.refuses for problem in self.problems)

    @property
    def lines(self) -> list[StatementLine]:
        """The readable bookings in file order."""
        return [row.line for row in self.rows if row.line is not None]
