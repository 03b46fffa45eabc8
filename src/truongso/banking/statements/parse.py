"""A bank statement from the sheets of an uploaded file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from truongso.banking.statements.amounts import AmountError, parse_amount
from truongso.banking.statements.checks import check_any_lines, check_balances, check_totals
from truongso.banking.statements.figures import (
    Account,
    counts_bookings,
    find_account,
    find_currency,
    find_figures,
    has_figure,
)
from truongso.banking.statements.layouts import Found, find_header
from truongso.banking.statements.rows import RowReader, is_dated
from truongso.banking.statements.types import (
    ParsedStatement,
    PrintedFigures,
    RowKind,
    StatementError,
    StatementProblem,
    StatementRow,
)
from truongso.kernel.money import Dong
from truongso.kernel.sheets import Cell, Sheet


def parse_statement(sheets: Sequence[Sheet], *, expected_account: str | None) -> ParsedStatement:
    """The statement in a file, with every used row below the header and everything wrong with it.

    A file of another account, with totals that do not add up or in another currency comes back with `refused`
    set and its problems; single bad rows come back refused one by one. Raises StatementError when the file
    holds no known table or more than one.
    """
    sheet, found = _the_table(sheets)
    sheet, section_account = _one_account(sheet, found, expected_account)
    above, below = sheet.rows[: found.row], sheet.rows[found.row + 1 :]
    account = section_account or next((a for a in map(find_account, above) if a is not None), None)
    reader = RowReader(found, _last_dated(sheet, found))
    rows = [row for i, cells in enumerate(below, found.row + 1) if (row := reader.read(i, cells)) is not None]
    column_accounts = _column_accounts(rows, reader)
    account = account or next(iter(column_accounts), None)
    printed, unreadable = _printed(above, rows, reader, found)
    problems = _check_account(account, expected_account, column_accounts) + _check_currency(above)
    problems += [*unreadable, *_balance_warnings(reader)]
    problems += check_totals(rows, reader, printed) + check_balances(rows) + check_any_lines(rows)
    return ParsedStatement(
        layout=found.layout.name,
        bank=found.layout.bank,
        sheet=sheet.name,
        header_row=found.row + 1,
        account=_number(account, expected_account),
        printed=printed,
        banner=tuple(tuple(row) for row in above if any(cell is not None for cell in row)),
        rows=tuple(rows),
        problems=tuple(problems),
    )


def _the_table(sheets: Sequence[Sheet]) -> tuple[Sheet, Found]:
    tables = [(sheet, found) for sheet in sheets if (found := find_header(sheet)) is not None]
    if not tables:
        raise StatementError("unknown_layout", sheets=[sheet.name for sheet in sheets])
    if len(tables) > 1:
        raise StatementError("several_tables", sheets=[sheet.name for sheet, _ in tables])
    return tables[0]


def _one_account(sheet: Sheet, found: Found, expected: str | None) -> tuple[Sheet, Account | None]:
    """A sheet with several accounts below each other, reduced to the expected one; row numbers stay."""
    owners: list[Account | None] = []
    for row in sheet.rows if found.layout.sections else []:
        owners.append(find_account(row) or (owners[-1] if owners else None))
    accounts = {owner.number: owner for owner in owners if owner is not None}
    if len(accounts) < 2:
        return sheet, None
    if expected is None:
        raise StatementError("several_accounts", accounts=list(accounts))
    wanted = next((owner for owner in accounts.values() if owner.is_same(expected)), None)
    if wanted is None:
        raise StatementError("account_not_in_file", expected=expected, accounts=list(accounts))
    rows = [
        row if index == found.row or owner is None or owner.number == wanted.number else []
        for index, (row, owner) in enumerate(zip(sheet.rows, owners, strict=True))
    ]
    return Sheet(sheet.name, rows), wanted


def _last_dated(sheet: Sheet, found: Found) -> int:
    columns = [found.columns[role] for role in ("date", "posting_date") if role in found.columns]
    for index in range(len(sheet.rows) - 1, found.row, -1):
        row = sheet.rows[index]
        if any(column < len(row) and is_dated(row[column]) for column in columns):
            return index
    return found.row


def _column_accounts(rows: Sequence[StatementRow], reader: RowReader) -> list[Account]:
    """The accounts that a column of the table names for its bookings."""
    accounts: dict[str, Account] = {}
    for row in rows:
        value = reader.cell(row.cells, "account")
        if row.line is not None and value is not None:
            text = str(value).strip().upper()
            accounts[text] = Account(text, zeros_lost=isinstance(value, int))
    return list(accounts.values())


def _printed(
    above: Sequence[Sequence[Cell]], rows: Sequence[StatementRow], reader: RowReader, found: Found
) -> tuple[PrintedFigures, list[StatementProblem]]:
    """The bank's own figures from the banner and the footers, the last of each; of openings the first."""
    figures: dict[str, Dong] = {}
    problems: list[StatementProblem] = []
    footers = [row for row in rows if row.kind is RowKind.FOOTER]
    numbered: list[tuple[int, Sequence[Cell], bool]] = [(i + 1, row, False) for i, row in enumerate(above)]
    numbered += [(row.number, row.cells, True) for row in footers]
    for number, cells, is_footer in numbered:
        try:
            named = list(find_figures(cells))
            if is_footer and not has_figure(cells) and not counts_bookings(cells):
                named = list(_column_totals(cells, reader, found))
        except AmountError as error:
            params: dict[str, object] = {"row": number, "text": error.text}
            problems.append(StatementProblem("figure_unreadable", params, refuses=False))
            continue
        for name, amount in named:
            if name != "opening" or name not in figures:
                figures[name] = amount
    return PrintedFigures(**figures), problems


def _column_totals(cells: Sequence[Cell], reader: RowReader, found: Found) -> Iterable[tuple[str, Dong]]:
    roles = {"total_out": "debit", "total_in": "credit"}
    if found.layout.undated_footer:
        roles["closing"] = "balance"
    for name, role in roles.items():
        cell = reader.cell(cells, role)
        amount = parse_amount(cell)
        if amount is not None:
            yield name, Dong(amount)


def _check_account(
    account: Account | None, expected: str | None, in_column: Sequence[Account]
) -> list[StatementProblem]:
    if account is None:
        return [StatementProblem("account_not_named", {}, refuses=False)]
    problems = []
    if len(in_column) > 1:
        several: dict[str, object] = {"accounts": [a.number for a in in_column]}
        problems.append(StatementProblem("several_accounts", several, refuses=True))
    if expected is not None and not account.is_same(expected):
        other: dict[str, object] = {"expected": expected, "found": account.number}
        problems.append(StatementProblem("other_account", other, refuses=True))
    return problems


def _number(account: Account | None, expected: str | None) -> str | None:
    if account is None:
        return None
    return expected if expected is not None and account.is_same(expected) else account.number


def _check_currency(above: Sequence[Sequence[Cell]]) -> list[StatementProblem]:
    found = next((c for c in map(find_currency, above) if c is not None), None)
    return [] if found is None else [StatementProblem("other_currency", {"found": found}, refuses=True)]


def _balance_warnings(reader: RowReader) -> list[StatementProblem]:
    return [
        StatementProblem("figure_unreadable", {"row": number, "text": text}, refuses=False)
        for number, text in reader.unreadable_balances
    ]
