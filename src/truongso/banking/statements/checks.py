"""Does the file agree with itself: printed totals, balances, account."""

from __future__ import annotations

from collections.abc import Sequence

from truongso.banking.statements.rows import RowReader
from truongso.banking.statements.types import (
    PrintedFigures,
    RowKind,
    StatementLine,
    StatementProblem,
    StatementRow,
)
from truongso.banking.types import Direction
from truongso.kernel.money import Dong, total


def check_totals(rows: Sequence[StatementRow], reader: RowReader, printed: PrintedFigures) -> list[StatementProblem]:
    """Printed totals against the sum of the rows, and opening + in − out = closing.

    Rows with an unreadable amount leave the sums open upwards: then only a sum that is already too large is
    wrong.
    """
    counted = {side: _sum(rows, reader, side) for side in Direction}
    problems = []
    for code, side, figure in (
        ("total_in_differs", Direction.IN, printed.total_in),
        ("total_out_differs", Direction.OUT, printed.total_out),
    ):
        if figure is not None and (counted[side] > figure or (not reader.hidden and counted[side] != figure)):
            problems.append(_refusing(code, printed=figure.value, counted=counted[side].value))
    if reader.hidden:
        problems.append(StatementProblem("totals_unchecked", {"rows": list(reader.hidden)}, refuses=False))
        total_in, total_out = printed.total_in, printed.total_out
    else:
        total_in, total_out = counted[Direction.IN], counted[Direction.OUT]
    return problems + _check_closing(printed, total_in, total_out)


def _sum(rows: Sequence[StatementRow], reader: RowReader, side: Direction) -> Dong:
    lines = [row.line.amount for row in rows if row.line is not None and row.line.direction is side]
    return total(lines) + total(amount for direction, amount in reader.known if direction is side)


def _check_closing(printed: PrintedFigures, total_in: Dong | None, total_out: Dong | None) -> list[StatementProblem]:
    if printed.opening is None or printed.closing is None or total_in is None or total_out is None:
        return []
    counted = printed.opening + total_in - total_out
    if counted == printed.closing:
        return []
    return [
        _refusing(
            "closing_differs",
            opening=printed.opening.value,
            total_in=total_in.value,
            total_out=total_out.value,
            closing=printed.closing.value,
            counted=counted.value,
        )
    ]


def check_balances(rows: Sequence[StatementRow]) -> list[StatementProblem]:
    """Each printed balance follows from its neighbour, oldest first or newest first. Breaks only warn:
    banks print bookings of one moment in an order of their own."""
    rising = _breaks(rows, newest_first=False)
    falling = _breaks(rows, newest_first=True)
    breaks = rising if len(rising) <= len(falling) else falling
    if not breaks:
        return []
    number, figure, counted = breaks[0]
    params: dict[str, object] = {
        "row": number,
        "printed": figure.value,
        "counted": counted.value,
        "breaks": len(breaks),
    }
    return [StatementProblem("balance_breaks", params, refuses=False)]


def _breaks(rows: Sequence[StatementRow], *, newest_first: bool) -> list[tuple[int, Dong, Dong]]:
    breaks = []
    before: StatementLine | None = None
    for row in rows:
        if row.kind is RowKind.REFUSED:
            before = None
        if row.line is None:
            continue
        if before is not None and before.balance is not None and row.line.balance is not None:
            counted = before.balance + (-before.signed if newest_first else row.line.signed)
            if counted != row.line.balance:
                breaks.append((row.number, row.line.balance, counted))
        before = row.line
    return breaks


def check_any_lines(rows: Sequence[StatementRow]) -> list[StatementProblem]:
    """A statement without a single booking is refused: most likely the wrong file."""
    if any(row.kind in (RowKind.LINE, RowKind.REFUSED) for row in rows):
        return []
    return [_refusing("no_lines")]


def _refusing(code: str, **params: object) -> StatementProblem:
    return StatementProblem(code, params, refuses=True)
