"""Does the file agree with itself: printed totals, balances, account, end."""

from __future__ import annotations

from collections.abc import Sequence

from truongso.banking.statements.figures import Account
from truongso.banking.statements.types import (
    PrintedFigures,
    RowKind,
    StatementLine,
    StatementProblem,
    StatementRow,
)
from truongso.banking.types import Direction
from truongso.kernel.money import Dong
from truongso.kernel.sheets import Sheet


def check_figures(
    rows: Sequence[StatementRow],
    printed: PrintedFigures,
    *,
    hidden: Sequence[int],
    known: Sequence[tuple[Direction, Dong]],
) -> list[StatementProblem]:
    """Printed totals against the sum of the rows, opening + in − out = closing, balances line by line, any lines.

    `hidden` are rows with an unreadable amount; they leave the sums open upwards: then only a sum that is already too
    large is wrong. `known` are the amounts of other refused rows. A file that contradicts itself is taken and flagged.
    """
    counted = {side: _sum(rows, known, side) for side in Direction}
    problems = []
    for code, side, figure in (
        ("total_in_differs", Direction.IN, printed.total_in),
        ("total_out_differs", Direction.OUT, printed.total_out),
    ):
        if figure is not None and (counted[side] > figure.value or (not hidden and counted[side] != figure.value)):
            problems.append(_flagging(code, printed=figure.value, counted=counted[side]))
    if hidden:
        problems.append(StatementProblem("totals_unchecked", {"rows": list(hidden)}, refuses=False))
        closing = _check_closing(printed, _value(printed.total_in), _value(printed.total_out))
    else:
        closing = _check_closing(printed, counted[Direction.IN], counted[Direction.OUT])
    proven = not (problems or closing) and printed.opening is not None and printed.closing is not None
    return problems + closing + _check_balances(rows, proven=proven) + _check_any_lines(rows)


def check_account(
    account: Account | None, expected: str | None, in_column: Sequence[Account] = ()
) -> list[StatementProblem]:
    """Whether the file is of the account that was asked for, and of no other; `in_column`: named row by row."""
    if account is None:
        return [StatementProblem("account_not_named", {}, refuses=False)]
    problems = []
    if len(in_column) > 1:
        problems.append(_refusing("several_accounts", accounts=[a.number for a in in_column]))
    if expected is not None and not account.is_same(expected):
        problems.append(_refusing("other_account", expected=expected, found=account.number))
    return problems


def account_number(account: Account | None, expected: str | None) -> str | None:
    """The number of the file's account, with the leading zeros that a spreadsheet has dropped."""
    if account is None:
        return None
    return expected if expected is not None and account.is_same(expected) else account.number


def check_cut(sheet: Sheet, rows: Sequence[StatementRow]) -> list[StatementProblem]:
    """A text file that ends in the middle of a booking is refused: what else is missing nobody knows."""
    if not sheet.cut or not rows or rows[-1].kind not in (RowKind.LINE, RowKind.REFUSED):
        return []
    return [_refusing("file_cut", row=rows[-1].number)]


def _sum(rows: Sequence[StatementRow], known: Sequence[tuple[Direction, Dong]], side: Direction) -> int:
    lines = sum(row.line.amount.value for row in rows if row.line is not None and row.line.direction is side)
    return lines + sum(amount.value for direction, amount in known if direction is side)


def _value(amount: Dong | None) -> int | None:
    return None if amount is None else amount.value


def _check_closing(printed: PrintedFigures, total_in: int | None, total_out: int | None) -> list[StatementProblem]:
    if printed.opening is None or printed.closing is None or total_in is None or total_out is None:
        return []
    opening, closing = printed.opening.value, printed.closing.value
    counted = opening + total_in - total_out
    if counted == closing:
        return []
    figures: dict[str, object] = {"opening": opening, "total_in": total_in, "total_out": total_out}
    return [_flagging("closing_differs", **figures, closing=closing, counted=counted)]


def _check_balances(rows: Sequence[StatementRow], *, proven: bool) -> list[StatementProblem]:
    """Each printed balance follows from its neighbour, oldest first or newest first.

    Banks print bookings of one moment in an order of their own: breaks only warn where the first and the last balance,
    or the totals (`proven`), show that nothing is missing.
    """
    lines = [row for row in rows if row.line is not None or row.kind is RowKind.REFUSED]
    rising, falling = _breaks(lines, newest_first=False), _breaks(lines, newest_first=True)
    newest_first = len(falling) < len(rising)
    breaks = falling if newest_first else rising
    if not breaks:
        return []
    number, figure, counted = breaks[0]
    params: dict[str, object] = {"row": number, "printed": figure, "counted": counted, "breaks": len(breaks)}
    flags = not proven and not _ends_agree(lines)
    return [StatementProblem("balance_breaks", params, refuses=False, flags=flags)]


def _breaks(rows: Sequence[StatementRow], *, newest_first: bool) -> list[tuple[int, int, int]]:
    breaks = []
    before: StatementLine | None = None
    for row in rows:
        line = row.line
        if line is None or line.balance is None:
            before = None
            continue
        if before is not None and before.balance is not None:
            counted = before.balance.value + (-before.signed.value if newest_first else line.signed.value)
            if counted != line.balance.value:
                breaks.append((row.number, line.balance.value, counted))
        before = line
    return breaks


def _ends_agree(rows: Sequence[StatementRow]) -> bool:
    """Whether first and last balance with all movements between them add up, in either order."""
    lines = [row.line for row in rows if row.line is not None]
    if len(lines) < len(rows) or lines[0].balance is None or lines[-1].balance is None:
        return False
    moved = sum(line.signed.value for line in lines)
    first, last = lines[0], lines[-1]
    opening, closing = lines[0].balance.value - first.signed.value, lines[-1].balance.value
    backwards = lines[-1].balance.value - last.signed.value + moved == lines[0].balance.value
    return opening + moved == closing or backwards


def _check_any_lines(rows: Sequence[StatementRow]) -> list[StatementProblem]:
    """A statement without a single booking is refused: most likely the wrong file."""
    if any(row.kind in (RowKind.LINE, RowKind.REFUSED) for row in rows):
        return []
    return [_refusing("no_lines")]


def _refusing(code: str, **params: object) -> StatementProblem:
    return StatementProblem(code, params, refuses=True)


def _flagging(code: str, **params: object) -> StatementProblem:
    return StatementProblem(code, params, refuses=False, flags=True)
