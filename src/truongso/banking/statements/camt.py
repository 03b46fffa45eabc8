"""ISO 20022 account messages: camt.052 (report of the day), camt.053 (statement), camt.054 (notice of bookings).

Read entry by entry, so that memory follows the entry and not the file. Document types and entities are refused before
anything is resolved. Only booked entries count; a batch entry is divided when its parts add up to it.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from truongso.banking.statements.amounts import AmountError, parse_amount
from truongso.banking.statements.checks import account_number, check_account, check_figures
from truongso.banking.statements.figures import Account
from truongso.banking.statements.moments import is_of_our_time
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
from truongso.kernel.clock import SCHOOL_TIME, school_date
from truongso.kernel.money import Dong
from truongso.kernel.sheet_cells import clean_text
from truongso.kernel.sheets import SheetError

_ROOTS = ("BkToCstmrAcctRpt", "BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn")
_NAMES = {"Rpt": "camt.052", "Stmt": "camt.053", "Ntfctn": "camt.054"}
_DECIMALS = re.compile(r"([0-9]{1,18})(?:\.([0-9]{0,5}))?")
_OPENING = ("OPBD", "PRCD")
_CLOSING = ("CLBD",)
_LONGEST_ROW = 20_000
_DEEPEST = 40


def is_camt(data: bytes) -> bool:
    """Whether the beginning of a file names one of the three messages."""
    start = data[:4096]
    return b"<" in start[:200] and any(root.encode() in start for root in _ROOTS)


@dataclass
class _Report:
    kind: str = ""
    account: str = ""
    currency: str = ""
    opening: Dong | None = None
    closing: Dong | None = None
    total_in: Dong | None = None
    total_out: Dong | None = None
    period: tuple[dt.date, dt.date] | None = None
    rows: list[StatementRow] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    known: list[tuple[Direction, Dong]] = field(default_factory=list)


class _RefusedError(Exception):
    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.refusal = Refusal(code, params)


def parse_camt(data: bytes, *, expected_account: str | None, max_rows: int) -> ParsedStatement:
    """The statement of the expected account (or the only one) in a message.

    Raises SheetError unsafe_xml for a document type or entities, StatementError damaged (also when the file breaks
    off), several_accounts, account_not_in_file, too_many_rows.
    """
    try:
        reports = _reports(data, max_rows)
    except DefusedXmlException as error:
        raise SheetError("unsafe_xml", part="camt") from error
    except (ParseError, ValueError, LookupError) as error:
        if isinstance(error, StatementError):
            raise
        raise StatementError("damaged", format="camt") from error
    report = _wanted(reports, expected_account)
    account = Account(report.account.upper(), zeros_lost=False) if report.account else None
    printed = PrintedFigures(report.opening, report.closing, report.total_in, report.total_out)
    problems = check_account(account, expected_account)
    if report.currency not in ("", "VND"):
        problems.append(StatementProblem("other_currency", {"found": report.currency}, refuses=True))
    problems += check_figures(report.rows, printed, hidden=report.hidden, known=report.known)
    return ParsedStatement(
        layout=_NAMES.get(report.kind, "camt.053"), bank="", sheet="", header_row=0,
        account=account_number(account, expected_account), printed=printed, banner=(), rows=tuple(report.rows),
        problems=tuple(problems), period=report.period,
    )  # fmt: skip


def _reports(data: bytes, max_rows: int) -> list[_Report]:
    reports: list[_Report] = []
    path: list[str] = []
    number = 0
    for event, element in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
        name = _local(element)
        if event == "start":
            path.append(name)
            if len(path) > _DEEPEST:
                raise StatementError("damaged", format="camt")
            if name in _NAMES and len(path) == 3:
                reports.append(_Report(kind=name))
            continue
        path.pop()
        if len(path) != 3 or not reports:
            continue
        if name == "Ntry":
            for entry in _entry_rows(element, reports[-1], number):
                number = entry.number
                reports[-1].rows.append(entry)
            if number > max_rows:
                raise StatementError("too_many_rows", count=number, limit=max_rows)
        else:
            _head(name, element, reports[-1])
        element.clear()
    return reports


def _wanted(reports: list[_Report], expected: str | None) -> _Report:
    if not reports:
        raise StatementError("damaged", format="camt")
    accounts = list(dict.fromkeys(r.account for r in reports))
    if len(accounts) > 1:
        if expected is None:
            raise StatementError("several_accounts", accounts=accounts)
        reports = [r for r in reports if Account(r.account.upper(), zeros_lost=False).is_same(expected)]
        if not reports:
            raise StatementError("account_not_in_file", expected=expected, accounts=accounts)
    first = reports[0]
    for other in reports[1:]:  # pages of one account
        first.rows += other.rows
        first.hidden += other.hidden
        first.known += other.known
        first.closing = other.closing
        first.total_in = first.total_out = None
        first.period = (first.period[0], other.period[1]) if first.period and other.period else None
    return first


def _head(name: str, element: Element, report: _Report) -> None:
    """What stands before the entries: account, balances, period, totals."""
    if name == "Acct":
        report.account = _text(element, "Id", "IBAN") or _text(element, "Id", "Othr", "Id")
        report.currency = _text(element, "Ccy")
    elif name == "Bal":
        code = _text(element, "Tp", "CdOrPrtry", "Cd")
        amount = _signed(element)
        if code in _OPENING and report.opening is None:
            report.opening = amount
        elif code in _CLOSING:
            report.closing = amount
    elif name == "FrToDt":
        days = [_day(_text(element, tag)) for tag in ("FrDtTm", "ToDtTm")]
        if days[0] and days[1] and days[0] <= days[1]:
            report.period = (days[0], days[1])
    elif name == "TxsSummry":
        report.total_in = _total(element, "TtlCdtNtries")
        report.total_out = _total(element, "TtlDbtNtries")


def _signed(element: Element) -> Dong | None:
    try:
        amount = _amount(_child(element, "Amt"))
    except _RefusedError:
        return None
    return Dong(amount if _text(element, "CdtDbtInd") != "DBIT" else -amount)


def _total(element: Element, tag: str) -> Dong | None:
    part = _child(element, tag)
    try:
        return None if part is None else Dong(_whole(_text(part, "Sum")))
    except _RefusedError:
        return None


def _entry_rows(element: Element, report: _Report, number: int) -> Iterator[StatementRow]:
    """The rows of one entry, numbered on from `number`; nothing for an entry that is only announced."""
    status = _text(element, "Sts", "Cd") or _text(element, "Sts")
    if status not in ("", "BOOK"):
        yield StatementRow(number + 1, (_source(element),), RowKind.NOISE)
        return
    parts = [part for details in _children(element, "NtryDtls") for part in _children(details, "TxDtls")]
    try:
        lines = _lines(element, parts)
    except _RefusedError as refused:
        report.hidden.append(number + 1)
        yield StatementRow(number + 1, (_source(element),), RowKind.REFUSED, refusal=refused.refusal)
        return
    for offset, (line, source) in enumerate(lines, 1):
        yield StatementRow(number + offset, (_source(source),), RowKind.LINE, line=line)


def _lines(element: Element, parts: list[Element]) -> list[tuple[StatementLine, Element]]:
    amount = _amount(_child(element, "Amt"))
    if len(parts) > 1:
        amounts = [_part_amount(part) for part in parts]
        given = [a for a in amounts if a is not None]
        if len(given) == len(parts):
            if sum(given) != amount:
                raise _RefusedError("split_differs", amount=amount, counted=sum(given))
            return [(_line(element, part, a), part) for part, a in zip(parts, given, strict=True)]
    return [(_line(element, parts[0] if len(parts) == 1 else None, amount), element)]


def _part_amount(part: Element) -> int | None:
    for path in (("Amt",), ("AmtDtls", "TxAmt", "Amt")):
        found = _child(part, *path)
        if found is not None:
            return _amount(found)
    return None


def _line(entry: Element, part: Element | None, amount: int) -> StatementLine:
    if not amount:
        raise _RefusedError("amount_missing")
    day, at = _booked(entry)
    undoes = _text(entry, "RvslInd").lower() in ("true", "1")
    side = _text(entry, "CdtDbtInd")
    if side not in ("CRDT", "DBIT"):
        raise _RefusedError("side_unreadable", text=side)
    incoming = side == "CRDT"
    party, owner = ("Dbtr", "DbtrAcct") if incoming else ("Cdtr", "CdtrAcct")
    source = entry if part is None else part
    name = _text(source, "RltdPties", party, "Nm") or _text(source, "RltdPties", party, "Pty", "Nm")
    number = _text(source, "RltdPties", owner, "Id", "IBAN") or _text(source, "RltdPties", owner, "Id", "Othr", "Id")
    return StatementLine(
        booked_on=day, booked_at=at, direction=Direction.IN if incoming else Direction.OUT, amount=Dong(amount),
        memo=_memo(entry, part), reference=_reference(entry, part), counter_name=name, counter_account=number,
        undoes=undoes,
    )  # fmt: skip


def _memo(entry: Element, part: Element | None) -> str:
    texts: list[str] = []
    if part is not None:
        for info in _children(part, "RmtInf"):
            texts += [_words(x) for x in _children(info, "Ustrd")]
            texts += [_text(x, "CdtrRefInf", "Ref") for x in _children(info, "Strd")]
        texts = [t for t in texts if t] or [_text(part, "AddtlTxInf")]
    texts = [t for t in texts if t] or [_text(entry, "AddtlNtryInf")]
    return " ".join(t for t in texts if t)


def _reference(entry: Element, part: Element | None) -> str:
    for tag in ("AcctSvcrRef", "TxId", "InstrId", "EndToEndId"):
        found = "" if part is None else _text(part, "Refs", tag)
        if found and found != "NOTPROVIDED":
            return found
    return _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef")


def _booked(entry: Element) -> tuple[dt.date, dt.datetime | None]:
    for tag in ("BookgDt", "ValDt"):
        at = _moment(_text(entry, tag, "DtTm"))
        if at is not None:
            return school_date(at), at
        day = _day(_text(entry, tag, "Dt"))
        if day is not None:
            return day, None
    text = _text(entry, "BookgDt", "Dt") or _text(entry, "BookgDt", "DtTm")
    raise _RefusedError("date_unreadable", text=text) if text else _RefusedError("date_missing")


def _moment(text: str) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(text)
        at = (at if at.tzinfo is not None else at.replace(tzinfo=SCHOOL_TIME)).astimezone(SCHOOL_TIME)
    except (ValueError, OverflowError):
        return None
    return at if is_of_our_time(at.date()) else None


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if is_of_our_time(day) else None


def _amount(element: Element | None) -> int:
    if element is None:
        raise _RefusedError("amount_missing")
    currency = element.get("Ccy", "VND")
    if currency != "VND":
        raise _RefusedError("other_currency", text=currency[:10])
    return _whole(_words(element))


def _whole(text: str) -> int:
    match = _DECIMALS.fullmatch(text)
    if match is None:
        raise _RefusedError("amount_unreadable", text=text[:40])
    if (match[2] or "").strip("0"):
        raise _RefusedError("amount_not_whole", text=text[:40])
    try:
        return parse_amount(int(match[1])) or 0
    except AmountError as error:
        raise _RefusedError(error.code, text=error.text[:40]) from error


def _source(element: Element) -> str:
    """The entry as received, its namespaces left out."""
    text = tostring(element, encoding="unicode")
    return clean_text(re.sub(r"</?ns[0-9]+:|\sxmlns:ns[0-9]+=\"[^\"]*\"", _unnamed, text))[:_LONGEST_ROW]


def _unnamed(match: re.Match[str]) -> str:
    return "" if match[0].startswith(" ") else match[0][: 2 if match[0].startswith("</") else 1]


def _local(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _children(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if _local(child) == name)


def _child(element: Element, *path: str) -> Element | None:
    current: Element | None = element
    for name in path:
        current = None if current is None else next(_children(current, name), None)
    return current


def _text(element: Element, *path: str) -> str:
    found = _child(element, *path)
    return "" if found is None else _words(found)


def _words(element: Element) -> str:
    return clean_text((element.text or "").strip())
