"""A bank statement from the sheets of an uploaded file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from truongso.banking.statements.amounts import (
    COMMAS,
    DOTS,
    AmountError,
    NumberForm,
    decide_form,
    parse_amount,
)
from truongso.banking.statements.checks import account_number, check_account, check_cut, check_figures
from truongso.banking.statements.evidence import settle_by_balances
from truongso.banking.statements.figures import (
    Account,
    counts_bookings,
    find_account,
    find_currency,
    find_figures,
    find_period,
    has_figure,
)
from truongso.banking.statements.layouts import Found, Layout, find_header
from truongso.banking.statements.moments import DateOrder, decide_order
from truongso.banking.statements.rows import DATE_ROLES, MONEY_ROLES, RowReader, is_dated
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


def parse_statement(
    sheets: Sequence[Sheet], *, expected_account: str | None, saved: Sequence[Layout] = ()
) -> ParsedStatement:
    """The statement in a file, with every used row below the header and everything wrong with it.

    `saved` are the layouts that people have shown for the account; they come before the known ones. A file of another
    account or currency, or one that breaks off, comes back with `refused` set and its problems; one whose totals do
    not add up comes back `flagged`; single bad rows come back refused one by one. Raises StatementError when the file
    holds no known table or more than one.
    """
    sheet, found = _the_table(sheets, saved)
    sheet, section_account = _one_account(sheet, found, expected_account)
    above, below = sheet.rows[: max(found.row, 0)], sheet.rows[found.row + 1 :]
    account = section_account or next((a for a in map(find_account, above) if a is not None), None)
    reader = _reader(sheet, found, below)
    rows = [row for i, cells in enumerate(below, found.row + 1) if (row := reader.read(i, cells)) is not None]
    column_accounts = _column_accounts(rows, reader)
    account = account or next(iter(column_accounts), None)
    printed, unreadable = _printed(above, rows, reader, found)
    problems = check_account(account, expected_account, column_accounts) + _check_currency(above)
    problems += [*check_cut(sheet, rows), *unreadable, *_balance_warnings(reader), *_unclear(reader, rows)]
    problems += check_figures(rows, printed, hidden=reader.hidden, known=reader.known)
    return ParsedStatement(
        layout=found.layout.name,
        bank=found.layout.bank,
        sheet=sheet.name,
        header_row=found.row + 1,
        account=account_number(account, expected_account),
        printed=printed,
        banner=tuple(tuple(row) for row in above if any(cell is not None for cell in row)),
        rows=tuple(rows),
        problems=tuple(problems),
        header=tuple(sheet.rows[found.row]) if found.row >= 0 else (),
        period=next((p for p in map(find_period, above) if p is not None), None),
    )


def _reader(sheet: Sheet, found: Found, below: Sequence[Sequence[Cell]]) -> RowReader:
    """A reader that knows what numbers and dates mean in this file."""
    layout, columns = found.layout, found.columns
    return RowReader(
        found,
        _last_dated(sheet, found),
        numbers=_numbers(layout, columns, below),
        dates=_dates(layout, columns, below),
        debits_negative=_debits_negative(columns, below),
    )


def _numbers(layout: Layout, columns: dict[str, int], below: Sequence[Sequence[Cell]]) -> NumberForm:
    if layout.numbers != "auto":
        return {"dots": DOTS, "commas": COMMAS}[layout.numbers]
    money = [columns[role] for role in (*MONEY_ROLES, "balance") if role in columns]
    form = decide_form((row[i] for i in money for row in below if i < len(row)), asks=layout.header is not None)
    return settle_by_balances(form, columns, below)


def _dates(layout: Layout, columns: dict[str, int], below: Sequence[Sequence[Cell]]) -> DateOrder:
    if layout.dates != "auto":
        return DateOrder(layout.dates)
    column = next((columns[role] for role in DATE_ROLES if role in columns), 0)
    return decide_order(row[column] for row in below if column < len(row))


def _debits_negative(columns: dict[str, int], below: Sequence[Sequence[Cell]]) -> bool:
    """Whether every outgoing amount carries a minus: then it is how the bank writes, not a booking taken back."""
    column = columns.get("debit")
    if column is None:
        return False
    written = [row[column] for row in below if column < len(row) and row[column] is not None]
    signs = {minus for cell in written if (minus := _minus(cell)) is not None}
    return signs == {True}


def _minus(cell: Cell) -> bool | None:
    """Whether a money cell is negative, None when it holds no amount."""
    if isinstance(cell, str):
        text = cell.strip()
        return text[:1] in "-\u2212(" if any(c in "123456789" for c in text) else None
    return cell < 0 if isinstance(cell, int | float) and cell else None


def _unclear(reader: RowReader, rows: Sequence[StatementRow]) -> list[StatementProblem]:
    """What a person has to say about the file: the order of its dates, the meaning of its points and commas."""
    problems = []
    if reader.dates in (DateOrder.MIXED, DateOrder.SPOILT):
        problems.append(StatementProblem(f"dates_{reader.dates.value}", {}, refuses=False))
    if any(row.refusal is not None and row.refusal.code == "amount_ambiguous" for row in rows):
        problems.append(StatementProblem("amounts_ambiguous", {}, refuses=False))
    return problems


def _the_table(sheets: Sequence[Sheet], saved: Sequence[Layout]) -> tuple[Sheet, Found]:
    tables = [(sheet, found) for sheet in sheets if (found := find_header(sheet, saved)) is not None]
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
    return Sheet(sheet.name, rows, sheet.cut), wanted


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
    for row in rows if "account" in reader.columns else ():
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
        amount = parse_amount(cell, reader.numbers)
        if amount is not None:
            yield name, Dong(amount)


def _check_currency(above: Sequence[Sequence[Cell]]) -> list[StatementProblem]:
    found = next((c for c in map(find_currency, above) if c is not None), None)
    return [] if found is None else [StatementProblem("other_currency", {"found": found}, refuses=True)]


def _balance_warnings(reader: RowReader) -> list[StatementProblem]:
    return [
        StatementProblem("figure_unreadable", {"row": number, "text": text}, refuses=False)
        for number, text in reader.unreadable_balances
    ]
