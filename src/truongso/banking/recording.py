"""The rows of a statement become lines of the account, on PostgreSQL one part ahead of their booking.

Recording holds the account and writes lines, rows and bank postings; booking holds invoices, receipt book and audit
head. They share nothing, so the next part is recorded by a second connection while this one is booked.
"""

from __future__ import annotations

import contextvars
import functools
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

from truongso.banking.lines import Reported, known, lock_account, record
from truongso.banking.models import BankLine, MatchDecision, StatementImport, StatementRow
from truongso.banking.statements.types import StatementRow as ParsedRow
from truongso.banking.types import Direction, LineState, RowState
from truongso.kernel.actor import Actor
from truongso.kernel.among import among
from truongso.kernel.bulk import new_row
from truongso.kernel.db import is_postgres, retrying, transaction, transaction_required
from truongso.kernel.sheets import Cell

_OPEN = {Direction.IN.value: LineState.WAITING.value, Direction.OUT.value: LineState.OUTGOING.value}
"""States of lines that nobody has decided, by direction."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One booking row of the file with what is known of it."""

    row: ParsedRow
    reported: Reported
    line_id: int | None


@contextmanager
def recorded_ahead(
    statement: StatementImport, chunks: Sequence[Sequence[Seen]], *, actor: Actor, newer_than: int
) -> Iterator[Iterator[list[BankLine]]]:
    """Lines to decide, part after part, each recorded in a transaction of its own before it is handed out.

    A run that is killed leaves lines that are recorded and not decided; the next run hands them out again.
    `newer_than`: the account's latest line when the file was looked at.
    """

    def one(chunk: Sequence[Seen]) -> list[BankLine]:
        return retrying(functools.partial(_in_transaction, statement, chunk, actor, newer_than))

    # SQLite has one writer at a time; inside somebody's transaction a second connection would see nothing of it.
    if len(chunks) > 1 and is_postgres() and not connection.in_atomic_block:
        with closing(_ahead(one, chunks)) as lines:
            yield lines
    else:
        yield map(one, chunks)


def _ahead(
    one: Callable[[Sequence[Seen]], list[BankLine]], chunks: Sequence[Sequence[Seen]]
) -> Generator[list[BankLine]]:
    context = contextvars.copy_context()  # a held clock holds there too
    with ThreadPoolExecutor(1, "recording") as pool:
        try:
            coming = pool.submit(context.run, one, chunks[0])
            for chunk in chunks[1:]:
                lines = coming.result()
                coming = pool.submit(context.run, one, chunk)
                yield lines
            yield coming.result()
        finally:
            pool.submit(_close_own_connection)


def _close_own_connection() -> None:
    connection.close()


def _in_transaction(statement: StatementImport, chunk: Sequence[Seen], actor: Actor, newer_than: int) -> list[BankLine]:
    with transaction():
        return _record(statement, chunk, actor, newer_than)


def _record(statement: StatementImport, chunk: Sequence[Seen], actor: Actor, newer_than: int) -> list[BankLine]:
    account = statement.bank_account
    lock_account(account)
    # Another file or the feed may have brought rows since the file was looked at: ask for these alone.
    found = {s.reported.key: s.line_id for s in chunk if s.line_id is not None}
    unknown = [s.reported for s in chunk if s.line_id is None]
    found |= known(account, unknown, statement_id=statement.pk, newer_than=newer_than)
    fresh = [s for s in chunk if s.reported.key not in found]
    lines = record(account, [s.reported for s in fresh], actor_id=actor.user_id)
    ids = {**found, **{s.reported.key: line.pk for s, line in zip(fresh, lines, strict=True)}}
    new = {s.reported.key for s in fresh}
    StatementRow.objects.bulk_create(
        (
            new_row(
                StatementRow, school_id=account.school_id, statement_id=statement.pk, row_number=s.row.number,
                cells=plain_cells(s.row.cells), bank_account_id=account.pk, content_key=s.reported.key.content,
                occurrence=s.reported.key.occurrence, line_id=ids[s.reported.key],
                state=(RowState.NEW if s.reported.key in new else RowState.KNOWN).value,
            )
            for s in chunk
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    return lines + _left_undecided(account.school_id, [pk for pk in found.values() if pk is not None])


def _left_undecided(school_id: int, known_ids: Sequence[int]) -> list[BankLine]:
    """Known lines that a run which was broken off recorded and did not come to decide, of this file or another."""
    rows = BankLine.objects.for_school(school_id).filter(among("pk", known_ids), state__in=_OPEN.values())
    found = list(rows.order_by("pk")) if known_ids else []
    decided = _decided(school_id, [x.pk for x in found])
    return [x for x in found if x.pk not in decided]


@transaction_required
def still_open(school_id: int, lines: Sequence[BankLine]) -> list[BankLine]:
    """Those of the recorded lines that nobody has taken up meanwhile, held for this transaction."""
    ids = [x.pk for x in lines]
    rows = BankLine.objects.for_school(school_id).filter(among("pk", ids), state__in=_OPEN.values())
    held = set(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    held -= _decided(school_id, ids)  # asked after the waiting, so that another's decision is seen
    kept = [x for x in lines if x.pk in held]
    for line in kept:
        line.state = _OPEN[line.direction]  # a try that was rolled back may have said otherwise
    return kept


def _decided(school_id: int, ids: Sequence[int]) -> set[int]:
    if not ids:
        return set()
    return set(
        MatchDecision.objects.for_school(school_id).filter(among("line_id", ids)).values_list("line_id", flat=True)
    )


def plain_cells(cells: Sequence[Cell]) -> list[Any]:
    """The cells of a row as they are kept."""
    return [c if c is None or isinstance(c, (str, int, float, bool)) else str(c) for c in cells]
