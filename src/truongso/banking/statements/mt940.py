"""MT940 customer statements (SWIFT category 9): tags in lines, amounts with a decimal comma, memos of 65 characters.

Only :20: :25: :28C: :60a: :61: :86: and :62a: say something; other tags are kept as noise. A statement without its
closing balance breaks off in the middle and is refused.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from truongso.banking.statements.amounts import AmountError, parse_amount
from truongso.banking.statements.checks import account_number, check_account, check_figures
from truongso.banking.statements.figures import Account
from truongso.banking.statements.types import (
    ParsedStatement,
    PrintedFigures,
    Refusal,
    RowKind,
    StatementError,
    StatementLine,
    StatementProblem,
    StatementRow,
)
from truongso.banking.types import Direction
from truongso.kernel.money import Dong

NAME = "mt940"
_TAG = re.compile(r":([0-9]{2}[A-Z]?):")
_START = re.compile(r"\A\s*(?:\{1:|:20:)")
_BALANCE = re.compile(r"([CD])([0-9]{6})([A-Z]{3})([0-9]{1,15},[0-9]{0,2})")
_LINE = re.compile(
    r"(?P<value>[0-9]{6})(?P<entry>[0-9]{4})?(?P<mark>R?[CD])(?P<funds>[A-Z])?(?P<amount>[0-9]{1,15},[0-9]{0,2})"
    r"(?P<type>[FNS][A-Z0-9]{3})(?P<own>[^\n/]{0,16}(?:/[^\n/]+)*)(?://(?P<bank>[^\n]{0,34}))?(?:\n(?P<more>[^\n]*))?"
)
_FIELD = re.compile(r"\?([0-9]{2})")
_ACCOUNT = re.compile(r"[0-9A-Z]{6,34}")
_MEMO_FIELDS = {f"{n:02}" for n in (*range(20, 30), *range(60, 64))}


def is_mt940(text: str) -> bool:
    """Whether a text begins as an MT940 message does."""
    return _START.match(text) is not None and ":60" in text


@dataclass
class _Message:
    """One account's statement, all its pages; `refusals` of rows are kept like in tables."""

    account: str
    opening: Dong | None = None
    closing: Dong | None = None
    opened: dt.date | None = None
    closed: dt.date | None = None
    currency: str = ""
    rows: list[StatementRow] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    is_open: bool = True


def parse_mt940(text: str, *, expected_account: str | None, max_rows: int) -> ParsedStatement:
    """The statement of the expected account (or the only one) in a file of one or more messages.

    Raises StatementError: damaged, several_accounts, account_not_in_file, too_many_rows.
    """
    messages = _messages(text.replace("\r\n", "\n").replace("\r", "\n"), max_rows)
    if not messages:
        raise StatementError("damaged", format="MT940")
    message = _wanted(messages, expected_account)
    account = Account(message.account.upper(), zeros_lost=False) if message.account else None
    printed = PrintedFigures(opening=message.opening, closing=message.closing)
    problems = check_account(account, expected_account)
    if message.currency not in ("", "VND"):
        problems.append(StatementProblem("other_currency", {"found": message.currency}, refuses=True))
    if message.is_open:
        last = message.rows[-1].number if message.rows else 1
        problems.append(StatementProblem("file_cut", {"row": last}, refuses=True))
    problems += check_figures(message.rows, printed, hidden=message.hidden, known=())
    period = (message.opened, message.closed) if message.opened and message.closed else None
    return ParsedStatement(
        layout=NAME, bank="", sheet="", header_row=0, account=account_number(account, expected_account),
        printed=printed, banner=(), rows=tuple(message.rows), problems=tuple(problems),
        period=period if period and period[0] <= period[1] else None,
    )  # fmt: skip


def _messages(text: str, max_rows: int) -> dict[str, _Message]:
    found: dict[str, _Message] = {}
    current: _Message | None = None
    pending: tuple[int, str] | None = None
    rows = 0
    for number, tag, value in _fields(text):
        if pending is not None and current is not None and tag != "86":
            current.rows.append(_row(current, *pending, ""))
            pending = None
        if tag == "25":
            account = _account(value)
            current = found.setdefault(account, _Message(account))
            current.is_open = True
        elif current is None:
            continue
        elif tag in ("60F", "60M"):
            _open(current, value)
        elif tag in ("62F", "62M"):
            _close(current, value)
        elif tag == "61":
            rows += 1
            if rows > max_rows:
                raise StatementError("too_many_rows", count=rows, limit=max_rows)
            pending = (number, value)
        elif tag == "86" and pending is not None:
            current.rows.append(_row(current, *pending, value))
            pending = None
    if pending is not None and current is not None:
        current.rows.append(_row(current, *pending, ""))
    return found


def _fields(text: str) -> Iterator[tuple[int, str, str]]:
    """(line number, tag, value) of each field; the value keeps its line breaks."""
    tag, start, lines = "", 0, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        match = _TAG.match(line)
        ends = line.startswith(("-}", "{")) or line.strip() == "-"
        if match or ends:
            if tag:
                yield start, tag, "\n".join(lines)
            tag, start, lines = (match[1], number, [line[match.end() :]]) if match else ("", 0, [])
        elif tag:
            lines.append(line)
    if tag:
        yield start, tag, "\n".join(lines).rstrip("\n")


def _account(value: str) -> str:
    """The account of :25:, which may stand after the bank's code and before the currency."""
    parts = _ACCOUNT.findall(value.upper().split("\n")[0])
    return max((p.removesuffix("VND") for p in parts), key=len, default="")


def _wanted(messages: dict[str, _Message], expected: str | None) -> _Message:
    if len(messages) == 1:
        return next(iter(messages.values()))
    if expected is None:
        raise StatementError("several_accounts", accounts=list(messages))
    for number, message in messages.items():
        if Account(number, zeros_lost=False).is_same(expected):
            return message
    raise StatementError("account_not_in_file", expected=expected, accounts=list(messages))


def _open(message: _Message, value: str) -> None:
    match = _BALANCE.fullmatch(value.strip())
    if match and message.opening is None:
        message.opening, message.currency = _balance(match), match[3]
        message.opened = _date(match[2])


def _close(message: _Message, value: str) -> None:
    message.is_open = False
    match = _BALANCE.fullmatch(value.strip())
    if match:
        message.closing, message.closed = _balance(match), _date(match[2])


def _balance(match: re.Match[str]) -> Dong | None:
    try:
        amount = parse_amount(_plain(match[4]))
    except AmountError:
        return None
    return None if amount is None else Dong(amount if match[1] == "C" else -amount)


def _plain(amount: str) -> str:
    """The decimal comma without decimals is dropped: "450000," is 450000."""
    return amount.removesuffix(",")


def _date(text: str) -> dt.date | None:
    try:
        return dt.date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        return None


def _row(message: _Message, number: int, line: str, details: str) -> StatementRow:
    cells = (f":61:{line}", *((f":86:{details}",) if details else ()))
    match = _LINE.fullmatch(line.rstrip())
    if match is None:
        message.hidden.append(number)
        return StatementRow(number, cells, RowKind.REFUSED, refusal=Refusal("amount_unreadable", {"text": line[:40]}))
    try:
        amount = parse_amount(_plain(match["amount"]))
    except AmountError as error:
        message.hidden.append(number)
        return StatementRow(number, cells, RowKind.REFUSED, refusal=Refusal(error.code, {"text": error.text}))
    day = _booked_on(match["value"], match["entry"])
    if not amount or day is None:
        message.hidden.append(number)
        refusal = Refusal("date_unreadable", {"text": match["value"]}) if amount else Refusal("amount_missing", {})
        return StatementRow(number, cells, RowKind.REFUSED, refusal=refusal)
    return StatementRow(number, cells, RowKind.LINE, line=_booking(match, day, Dong(amount), details))


def _booking(match: re.Match[str], day: dt.date, amount: Dong, details: str) -> StatementLine:
    undoes = match["mark"].startswith("R")
    # C and RD bring money, D and RC take it.
    incoming = (match["mark"][-1] == "C") != undoes
    memo, name, account = _details(details)
    own = match["own"].strip()
    return StatementLine(
        booked_on=day, direction=Direction.IN if incoming else Direction.OUT, amount=amount,
        memo=memo or (match["more"] or "").strip(), counter_name=name, counter_account=account, undoes=undoes,
        reference=(match["bank"] or "").strip() or ("" if own == "NONREF" else own),
    )  # fmt: skip


def _booked_on(value: str, entry: str | None) -> dt.date | None:
    """The entry date, whose year is that of the value date or the one beside it at the turn of the year."""
    day = _date(value)
    if day is None or entry is None:
        return day
    for year in (day.year, day.year + 1, day.year - 1):
        try:
            booked = dt.date(year, int(entry[:2]), int(entry[2:]))
        except ValueError:
            continue
        if abs((booked - day).days) < 183:
            return booked
    return None


def _details(text: str) -> tuple[str, str, str]:
    """(memo, other side's name, its account) of :86:, with or without ?xx fields."""
    first = _FIELD.search(text)
    if first is None or first.start() > 4:
        return text.strip(), "", ""
    parts = _FIELD.split(text.replace("\n", ""))[1:]
    fields: dict[str, str] = {}
    for code, value in zip(parts[::2], parts[1::2], strict=False):
        fields[code] = fields.get(code, "") + value
    memo = "".join(value for code, value in fields.items() if code in _MEMO_FIELDS)
    return memo.strip(), (fields.get("32", "") + fields.get("33", "")).strip(), fields.get("31", "").strip()
