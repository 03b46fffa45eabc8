"""The rows of a statement become lines of the account, on PostgreSQL one part ahead of their booking.

Recording holds the account and writes lines, rows and bank postings; booking holds invoices, receipt book and audit
head. They share nothing, so the next part is recorded by a second connection while this one is booked.
"""

from __future__ import annotations

import contextvars
import functools
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

from truongso.banking.lines import Reported, known, latest_line, lock_account, record
from truongso.banking.models import BankLine, MatchDecision, StatementImport, StatementRow
from truongso.banking.statements.types import StatementRow as ParsedRow
from truongso.banking.types import Direction, LineState, RowState
from truongso.kernel.actor import Actor
from truongso.kernel.among import among
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


class _Recorder:
    """Records the parts of one file, one after the other.

    `others` are the ids that others brought in between: the feed, or another file of the account. Every part asks for
    these alone. The rest was looked at with the file, or is the file's own.
    """

    def __init__(self, statement: StatementImport, *, actor: Actor, looked_at: int) -> None:
        self.statement, self.actor = statement, actor
        self.latest, self.others = looked_at, list[range]()

    def record(self, chunk: Sequence[Seen]) -> list[BankLine]:
        """One part in a transaction of its own."""
        with transaction():
            lock_account(self.statement.bank_account)
            latest = latest_line(self.statement.bank_account)
            others = [*self.others, range(self.latest + 1, latest + 1)] if latest > self.latest else self.others
            new, left = _record(self.statement, chunk, self.actor, others)
        self.latest, self.others = max([latest, *(line.pk for line in new)]), others  # once it has happened
        return new + left


Recording = Callable[[Sequence[Seen]], list[BankLine]]


class Parts:
    """Lines to decide, part after part, each recorded in a transaction of its own before it is handed out."""

    def __init__(self, one: Recording, chunks: Sequence[Sequence[Seen]]) -> None:
        self._one, self._chunks = one, chunks

    def __iter__(self) -> Iterator[list[BankLine]]:
        return map(self._one, self._chunks)

    def coming(self) -> list[BankLine]:
        """The lines of the part after the one handed out last, if they are recorded already."""
        return []

    def close(self) -> None:
        """No more parts are asked for."""


class _Ahead(Parts):
    """Each part is recorded by a second connection while the one before it is decided."""

    def __init__(self, one: Recording, chunks: Sequence[Sequence[Seen]]) -> None:
        super().__init__(one, chunks)
        self._coming: Future[list[BankLine]] | None = None
        self._lines = self._ahead()

    def __iter__(self) -> Iterator[list[BankLine]]:
        return self._lines

    def coming(self) -> list[BankLine]:
        known = self._coming
        return known.result() if known is not None and known.done() and known.exception() is None else []

    def close(self) -> None:
        self._lines.close()

    def _ahead(self) -> Generator[list[BankLine]]:
        context = contextvars.copy_context()  # a held clock holds there too
        with ThreadPoolExecutor(1, "recording") as pool:
            try:
                coming = pool.submit(context.run, self._one, self._chunks[0])
                for chunk in self._chunks[1:]:
                    lines = coming.result()
                    self._coming = coming = pool.submit(context.run, self._one, chunk)
                    yield lines
                self._coming = None
                yield coming.result()
            finally:
                pool.submit(_close_own_connection)


@contextmanager
def recorded_ahead(
    statement: StatementImport, chunks: Sequence[Sequence[Seen]], *, actor: Actor, looked_at: int
) -> Iterator[Parts]:
    """Lines to decide, part after part, each recorded in a transaction of its own before it is handed out.

    A run that is killed leaves lines that are recorded and not decided; the next run hands them out again.
    `looked_at`: the account's latest line when the file was looked at.
    """
    recorder = _Recorder(statement, actor=actor, looked_at=looked_at)

    def one(chunk: Sequence[Seen]) -> list[BankLine]:
        return retrying(functools.partial(recorder.record, chunk))

    # SQLite has one writer at a time; inside somebody's transaction a second connection would see nothing of it.
    is_ahead = len(chunks) > 1 and is_postgres() and not connection.in_atomic_block
    with closing(_Ahead(one, chunks) if is_ahead else Parts(one, chunks)) as made:
        yield made


def _close_own_connection() -> None:
    connection.close()


def _record(
    statement: StatementImport, chunk: Sequence[Seen], actor: Actor, others: Sequence[range]
) -> tuple[list[BankLine], list[BankLine]]:
    """Lines of the part that are new, and those that an earlier run left undecided."""
    account = statement.bank_account
    # Another file or the feed may have brought rows since the file was looked at: ask for these alone.
    found = {s.reported.key: s.line_id for s in chunk if s.line_id is not None}
    unknown = [s.reported for s in chunk if s.line_id is None]
    found |= known(account, unknown, statement_id=statement.pk, recorded_in=others)
    fresh = [s for s in chunk if s.reported.key not in found]
    lines = record(account, [s.reported for s in fresh], actor_id=actor.user_id)
    ids = {**found, **{s.reported.key: line.id for s, line in zip(fresh, lines, strict=True)}}
    new = {s.reported.key for s in fresh}
    StatementRow.objects.insert_columns(
        account.school_id,
        each={
            "row_number": [s.row.number for s in chunk],
            "cells": [plain_cells(s.row.cells) for s in chunk],
            "content_key": [s.reported.key.content for s in chunk],
            "occurrence": [s.reported.key.occurrence for s in chunk],
            "line_id": [ids[s.reported.key] for s in chunk],
            "state": [(RowState.NEW if s.reported.key in new else RowState.KNOWN).value for s in chunk],
        },
        same={"statement_id": statement.pk, "bank_account_id": account.pk},
        ignore_conflicts=True,
    )
    return lines, _left_undecided(account.school_id, [pk for pk in found.values() if pk is not None])


def _left_undecided(school_id: int, known_ids: Sequence[int]) -> list[BankLine]:
    """Known lines that a run which was broken off recorded and did not come to decide, of this file or another."""
    rows = BankLine.objects.for_school(school_id).filter(among("pk", known_ids), state__in=_OPEN.values())
    found = list(rows.order_by("pk")) if known_ids else []
    decided = _decided(school_id, [x.pk for x in found])
    return [x for x in found if x.pk not in decided]


@transaction_required
def still_open(school_id: int, lines: Sequence[BankLine]) -> list[BankLine]:
    """Those of the recorded lines that nobody has taken up meanwhile, held for this transaction."""
    ids = [x.id for x in lines]
    rows = BankLine.objects.for_school(school_id).filter(among("pk", ids), state__in=_OPEN.values())
    held = set(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    held -= _decided(school_id, ids)  # asked after the waiting, so that another's decision is seen
    kept = [x for x in lines if x.id in held]
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
