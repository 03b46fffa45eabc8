"""A file that goes on where another one of the same day stopped: equal bookings of the two are honest twins.

Banks cut a day in two when a file may hold so many rows only, or when it is taken at noon and the rest in the evening.
Without a number of the bank's nothing but the balance beside it tells the later twin from the earlier one. It counts
only where the two files prove to be two parts: one begins with the balance that the other ends with, and they share no
booking. A corrected file, whose balances have moved, begins elsewhere and stays what it is: the same bookings again.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Max

from truongso.banking.models import BankLine, StatementRow
from truongso.banking.statements.chains import Chain, chain
from truongso.banking.statements.keys import Recorded, content_of
from truongso.banking.statements.types import StatementLine
from truongso.banking.types import Direction
from truongso.kernel.among import among
from truongso.kernel.money import Dong
from truongso.organizations.public import BankAccount


class _Row(NamedTuple):
    """A row of an imported file with the line it became."""

    statement_id: int
    content: str
    occurrence: int
    signed: int
    balance: int | None


def told_by_balance(
    account: BankAccount, lines: Sequence[StatementLine], statement_id: int | None
) -> Mapping[str, Recorded]:
    """Contents of the file's first and last day that others brought and that the balances tell apart, by content.

    Empty unless another file proves to be the part before or after; at most 6 queries.
    """
    days = {x.booked_on for x in lines}
    found: dict[str, Recorded] = {}
    for day in {min(days), max(days)} if days else ():
        own = [x for x in lines if x.booked_on == day]
        ends = chain((x.signed.value, None if x.balance is None else x.balance.value) for x in own)
        if ends is not None:
            found |= _of_day(account, day, own, ends, statement_id)
    return found


def _of_day(
    account: BankAccount, day: dt.date, own: Sequence[StatementLine], ends: Chain, statement_id: int | None
) -> dict[str, Recorded]:
    rows = _rows(account, day)
    parts = [part for pk, part in _by_file(rows).items() if pk != statement_id]
    told = {(content_of(x, account.number), x.balance.value) for x in own if x.balance is not None} if parts else set()
    if not any(_goes_on(ends, told, part) for part in parts):
        return {}
    contents = {content for content, _balance in told}
    by_balance: dict[str, dict[int, int]] = defaultdict(dict)
    highest = _highest(account, contents)
    for row in rows:
        if row.content in contents and row.balance is not None:
            by_balance[row.content][row.balance] = row.occurrence
            highest[row.content] = max(highest.get(row.content, 0), row.occurrence)
    return {content: Recorded(by_balance[content], count) for content, count in highest.items()}


def _highest(account: BankAccount, contents: Collection[str]) -> dict[str, int]:
    """Content → the highest occurrence of a recorded line, whoever told of it."""
    lines = BankLine.objects.for_school(account.school_id).filter(
        among("content_key", contents), bank_account_id=account.pk
    )
    return dict(lines.order_by().values_list("content_key").annotate(n=Max("occurrence")))


def _goes_on(ends: Chain, told: set[tuple[str, int]], part: Sequence[_Row]) -> bool:
    """Whether the rows of another file are the part of the day before or after."""
    theirs = chain((x.signed, x.balance) for x in part)
    if theirs is None or not ends.meets(theirs):
        return False
    return told.isdisjoint((x.content, x.balance) for x in part)


def _by_file(rows: Iterable[_Row]) -> Mapping[int, list[_Row]]:
    found: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row.statement_id].append(row)
    return found


def _rows(account: BankAccount, day: dt.date) -> list[_Row]:
    """What imported files hold of a day; asked by its lines: joined, SQLite walks all rows of the school."""
    lines = BankLine.objects.for_school(account.school_id).filter(bank_account_id=account.pk, booked_on=day)
    of_day = {pk: rest for pk, *rest in lines.order_by().values_list("pk", "direction", "amount", "balance")}
    rows = StatementRow.objects.for_school(account.school_id).filter(among("line_id", of_day))
    found = []
    for statement_id, content, occurrence, line_id in (
        rows.order_by().values_list("statement_id", "content_key", "occurrence", "line_id") if of_day else ()
    ):
        direction, amount, balance = of_day[line_id]
        whole = None if balance is None else int(balance)
        found.append(_Row(statement_id, content, occurrence, _signed(direction, amount), whole))
    return found


def _signed(direction: str, amount: Dong) -> int:
    return int(amount) if direction == Direction.IN.value else -int(amount)
