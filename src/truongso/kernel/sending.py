"""Statements sent ahead of their answers: while PostgreSQL works on one bulk insert, the program prepares the next.

Inside `sending_ahead` the connection is in libpq's pipeline mode. Statements run in the order they were sent, in the
same transaction; only the waiting for each answer falls away. Whoever reads a result waits for all before it. What the
database refuses is raised at the next waiting, at the latest when the block ends, and takes the transaction with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, models
from django.db.backends.utils import CursorWrapper

from truongso.kernel.db import transaction_required

FEW_ROWS = 50  # below them drawing ids ahead costs more than the waiting


class Ahead:
    """What is on its way to the server: ids drawn for rows to come, and what to do once all is answered."""

    def __init__(self) -> None:
        self.drawn: dict[type[models.Model], deque[int]] = {}
        self.later: list[Callable[[], object]] = []
        self._asked: dict[Hashable, CursorWrapper] = {}

    def ask(self, key: Hashable, query: str, params: Sequence[int | str]) -> None:
        """Send a query of one row now; `answer` has the row without waiting for what is sent after it."""
        self._asked[key] = cursor = connection.cursor()
        cursor.execute(query, params)
        connection.connection.pgconn.send_flush_request()

    def answer(self, key: Hashable) -> tuple[Any, ...] | None:
        """The row that was asked for under this key, once; None when nothing was."""
        cursor = self._asked.pop(key, None)
        if cursor is None:
            return None
        with cursor:
            row: tuple[Any, ...] | None = cursor.fetchone()
            return row

    def take(self, model: type[models.Model], count: int) -> list[int]:
        """Drawn ids for so many rows, in rising order; none when they do not suffice."""
        ids = self.drawn.get(model, deque())
        return [ids.popleft() for _ in range(count)] if len(ids) >= count else []

    def settle(self) -> None:
        """All is sent: wait for it, and do what was left for then."""
        while self.later:
            self.later.pop(0)()


_present: ContextVar[Ahead | None] = ContextVar("truongso_sending_ahead", default=None)


def present() -> Ahead | None:
    """What is being sent ahead here, None outside of `sending_ahead`."""
    return _present.get()


@contextmanager
def sending_ahead(rows: int) -> Iterator[None]:
    """Send without waiting, for work that inserts at least `rows` rows a table, inside a transaction.

    Nothing changes on SQLite and for few rows. Savepoints do not belong inside: what fails, fails as a whole.
    """
    if connection.vendor != "postgresql" or rows < FEW_ROWS or present() is not None:
        yield
        return
    ahead = Ahead()
    with connection.wrap_database_errors, connection.connection.pipeline():
        token = _present.set(ahead)
        try:
            yield
            ahead.settle()
        finally:
            _present.reset(token)


@transaction_required
def draw_ids(counts: Mapping[type[models.Model], int]) -> None:
    """See that the ids of so many rows to come are drawn, so that rows pointing to them can follow at once.

    Nothing where none is sent ahead, or where they are drawn already. Ids that stay unused are gaps, as those of a
    transaction that was rolled back.
    """
    ahead = present()
    if ahead is None:
        return
    for model, count in counts.items():
        ids = ahead.drawn.setdefault(model, deque())
        if count > len(ids):
            with connection.cursor() as cursor:
                cursor.execute(
                    # OFFSET 0: the sequence is looked up once; folded into the whole it would be for every id.
                    "SELECT array_agg(nextval(s.name)) FROM "
                    "(SELECT pg_get_serial_sequence(%s, %s)::regclass AS name OFFSET 0) s, generate_series(1, %s)",
                    [connection.ops.quote_name(model._meta.db_table), model._meta.pk.column, count - len(ids)],
                )
                (drawn,) = cursor.fetchone()  # one row: two thousand take longer to send than to draw
                ids.extend(sorted(drawn))


def when_answered(function: Callable[[], object]) -> None:
    """Run now; where statements are sent ahead, at the end of the block: for reads that would wait for all of them."""
    ahead = present()
    if ahead is None:
        function()
    else:
        ahead.later.append(function)
