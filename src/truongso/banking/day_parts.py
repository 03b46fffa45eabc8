"""A file that goes on where another one of the same day stopped: equal bookings of the two are honest twins.

Banks cut a day in two when a file may hold so many rows only, or when it is taken at noon and the rest in the evening.
Without a number of the bank's nothing but the balance beside it tells the later twin from the earlier one. It counts
only where the two files prove to be two parts: one begins with the balance that the other ends with, and they share no
booking. A corrected file, whose balances have moved, stays what it is: the same bookings again. So what only such files
told that are no part beside this one (an earlier state of this very part) is this file's before anything counts as new.
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
    files = _by_file(rows)
    others = {pk: part for pk, part in files.items() if pk != statement_id}
    told = {(content_of(x, account.number), x.balance.value) for x in own if x.balance is not None} if others else set()
    beside = _other_parts(ends, told, others)
    if not beside:
        return {}
    sure = {(x.content, x.occurrence) for pk in {*beside, statement_id} for x in files.get(pk or 0, ())}
    contents = {content for content, _balance in told}
    by_balance: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    doubtful: dict[str, list[int]] = defaultdict(list)
    highest = _highest(account, contents)
    for row in sorted({x for x in rows if x.content in contents}, key=lambda x: x.occurrence):
        known = by_balance[row.content][row.balance] if row.balance is not None else []
        if row.occurrence not in known:
            known.append(row.occurrence)
        if (row.content, row.occurrence) not in sure and row.occurrence not in doubtful[row.content]:
            doubtful[row.content].append(row.occurrence)
        highest[row.content] = max(highest.get(row.content, 0), row.occurrence)
    return {content: Recorded(by_balance[content], doubtful[content], count) for content, count in highest.items()}


def _highest(account: BankAccount, contents: Collection[str]) -> dict[str, int]:
    """Content → the highest occurrence of a recorded line, whoever told of it."""
    lines = BankLine.objects.for_school(account.school_id).filter(
        among("content_key", contents), bank_account_id=account.pk
    )
    return dict(lines.order_by().values_list("content_key").annotate(n=Max("occurrence")))


def _other_parts(ends: Chain, told: set[tuple[str, int]], files: Mapping[int, Sequence[_Row]]) -> set[int]:
    """The files that make one run with this one: the part before or after, the part before that, and so on.

    Not one that begins or ends where this file does: that may be this very part before the bank corrected it.
    """
    loose = {
        pk: theirs
        for pk, part in files.items()
        if (theirs := chain((x.signed, x.balance) for x in part)) is not None
        and theirs.start != ends.start and theirs.end != ends.end
        and told.isdisjoint((x.content, x.balance) for x in part)
    }  # fmt: skip
    found: set[int] = set()
    starts, stops = {ends.start}, {ends.end}
    while True:
        before = {pk for pk, one in loose.items() if pk not in found and one.end in starts}
        after = {pk for pk, one in loose.items() if pk not in found and one.start in stops}
        if not before and not after:
            return found
        found |= before | after
        starts |= {loose[pk].start for pk in before}
        stops |= {loose[pk].end for pk in after}


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
