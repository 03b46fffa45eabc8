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
from django.db.models import Exists, OuterRef

from truongso.banking.lines import Reported, known, lock_account, record
from truongso.banking.models import BankLine, MatchDecision, StatementImport, StatementRow
from truongso.banking.statements.types import StatementRow as ParsedRow
from truongso.banking.types import Direction, LineState, RowState
from truongso.kernel.actor import Actor
from truongso.kernel.among import among
from truongso.kernel.bulk import new_row
from truongso.kernel.db import is_postgres, retrying, transaction, transaction_required
from truongso.kernel.sheets import Cell


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
    return lines + _left_undecided(statement, [pk for pk in found.values() if pk is not None])


def _left_undecided(statement: StatementImport, known_ids: Sequence[int]) -> list[BankLine]:
    """Lines that an earlier run over this very file recorded and did not come to decide."""
    if not known_ids:
        return []
    school_id = statement.school_id
    own = StatementRow.objects.for_school(school_id).filter(
        line_id=OuterRef("pk"), statement=statement, state=RowState.NEW.value
    )
    decided = MatchDecision.objects.for_school(school_id).filter(line_id=OuterRef("pk"))
    rows = BankLine.objects.for_school(school_id).filter(
        among("pk", known_ids), state__in=(LineState.WAITING.value, LineState.OUTGOING.value)
    )
    return list(rows.filter(Exists(own)).exclude(Exists(decided)).order_by("pk"))


@transaction_required
def still_open(school_id: int, lines: Sequence[BankLine]) -> list[BankLine]:
    """Those of the recorded lines that nobody has taken up meanwhile, held for this transaction."""
    open_states = {Direction.IN.value: LineState.WAITING.value, Direction.OUT.value: LineState.OUTGOING.value}
    decided = MatchDecision.objects.for_school(school_id).filter(line_id=OuterRef("pk"))
    rows = (
        BankLine.objects.for_school(school_id)
        .filter(among("pk", [x.pk for x in lines]), state__in=open_states.values())
        .exclude(Exists(decided))
        .select_for_update(no_key=True)
        .order_by("pk")
    )
    held = set(rows.values_list("pk", flat=True))
    kept = [x for x in lines if x.pk in held]
    for line in kept:
        line.state = open_states[line.direction]  # a try that was rolled back may have said otherwise
    return kept


def plain_cells(cells: Sequence[Cell]) -> list[Any]:
    """The cells of a row as they are kept."""
    return [c if c is None or isinstance(c, (str, int, float, bool)) else str(c) for c in cells]
