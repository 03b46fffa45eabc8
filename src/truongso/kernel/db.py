"""Transactions. Entry points (views, tasks, commands) open them; services only demand one."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db import transaction as django_transaction
from django.db.models import Model
from django.db.utils import OperationalError

P = ParamSpec("P")
R = TypeVar("R")

_RETRY_STATES = {"40001", "40P01"}  # serialization_failure, deadlock_detected
_TIMEOUT_STATE = "57014"  # query_canceled, by statement_timeout
_TRIES = 5
MANY_ROWS = 500  # from so many new rows on, bulk work refreshes the planner's statistics
FIRST_PART = 100  # rows of the first part of bulk work, after which the planner knows what the tables look like


class TransactionRequiredError(RuntimeError):
    """A writing function was called outside a transaction."""


def transaction() -> django_transaction.Atomic:
    """The one transaction of an entry point; cannot be nested, commits when the block ends."""
    return django_transaction.atomic(durable=True)


def savepoint() -> django_transaction.Atomic:
    """A part of a running transaction that may fail on its own."""
    return django_transaction.atomic()


def transaction_required(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a write that must run inside the caller's transaction."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if not connection.in_atomic_block:
            raise TransactionRequiredError(f"{function.__qualname__} must be called inside kernel.db.transaction()")
        return function(*args, **kwargs)

    return wrapper


def retrying(function: Callable[[], R]) -> R:
    """Run a whole transaction, again when PostgreSQL reports a deadlock or serialization failure (≤ 5 tries)."""
    for attempt in range(1, _TRIES + 1):
        try:
            return function()
        except OperationalError as error:
            state = getattr(error.__cause__, "sqlstate", None)
            if state not in _RETRY_STATES or attempt == _TRIES:
                raise
            time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - jitter, not a secret
    raise AssertionError("unreachable")


def is_timeout(error: OperationalError) -> bool:
    """Whether the database gave a question up because it took too long."""
    return getattr(error.__cause__, "sqlstate", None) == _TIMEOUT_STATE


def is_postgres() -> bool:
    """True on PostgreSQL, false on SQLite."""
    return connection.vendor == "postgresql"


def after_commit(function: Callable[[], object]) -> None:
    """Run once the surrounding transaction has committed; refuses to run outside one."""
    if not connection.in_atomic_block:
        raise TransactionRequiredError("after_commit needs a transaction")
    django_transaction.on_commit(function, using=DEFAULT_DB_ALIAS)


def parts(count: int, size: int) -> Iterator[tuple[int, int]]:
    """(start, end) of the parts in which bulk work goes through `count` rows: of many rows a small first part, for
    `refresh_statistics` after it, then parts of `size`."""
    start = 0
    while start < count:
        end = min(count, start + (FIRST_PART if start == 0 and count >= MANY_ROWS else size))
        yield start, end
        start = end


def refresh_statistics(*rows: type[Model]) -> None:
    """Tell PostgreSQL's planner about tables it knows as all but empty (ANALYZE); nothing on SQLite.

    For bulk work on tables that were empty a moment ago: foreign keys are checked with plans made for empty tables
    until then, which grows with the square of the rows. Autovacuum comes by only once a minute. Call it between
    transactions, after a small first part: ANALYZE keeps a second one of the same table waiting.
    """
    if not is_postgres():
        return
    tables = [r._meta.db_table for r in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE oid = ANY(%s::regclass[]) AND reltuples < %s", [tables, MANY_ROWS]
        )
        unknown = [connection.ops.quote_name(name) for (name,) in cursor.fetchall()]
        if unknown:
            cursor.execute(f"ANALYZE {', '.join(unknown)}")
