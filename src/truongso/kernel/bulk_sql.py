"""The statements of bulk inserts: PostgreSQL takes one array per column in text form, SQLite one prepared statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from typing import Any

from django.db import connection, models
from django.db.backends.utils import CursorWrapper

from truongso.kernel import sending
from truongso.kernel.sql_values import array_literal

Values = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Same:
    """A column with one value for all rows."""

    value: Any


Column = Values | Same
Told = Callable[[Iterable[int]], object]


def insert(
    model: type[models.Model], fields: Sequence[Any], columns: Sequence[Column], count: int, *,
    ignore_conflicts: bool, told: Told | None,
) -> None:  # fmt: skip
    """Insert `count` rows; `columns` are the stored values of `fields`, all but the id. `told` gets the ids in order
    of the rows, at the end of `sending_ahead` where they were not drawn; with `ignore_conflicts` at once, and only
    when every row was new."""
    engine = _on_postgres if connection.vendor == "postgresql" else _on_sqlite
    engine(_Bulk(model, fields, columns, count), ignore_conflicts, told)


@dataclass(frozen=True, slots=True)
class _Bulk:
    model: type[models.Model]
    fields: Sequence[Any]
    columns: Sequence[Column]
    count: int


def _on_postgres(bulk: _Bulk, ignore_conflicts: bool, told: Told | None) -> None:
    model, fields, columns = bulk.model, bulk.fields, bulk.columns
    ahead = None if ignore_conflicts else sending.present()
    ids = ahead.take(model, bulk.count) if ahead is not None else []
    if ids:
        fields, columns = [model._meta.pk, *fields], [ids, *columns]
    shape = tuple((field, isinstance(column, Same)) for field, column in zip(fields, columns, strict=True))
    end = " ".join(["ON CONFLICT DO NOTHING"] * ignore_conflicts + ["RETURNING id"] * (told is not None and not ids))
    single = [c.value for c in columns if isinstance(c, Same)]
    values = [*single, *(array_literal(c) for c in columns if not isinstance(c, Same))]
    statement = f"{_postgres_sql(model, shape)} {end}"
    cursor = connection.cursor()
    cursor.execute(statement, values)

    def answered() -> None:
        with cursor:
            made = [pk for (pk,) in cursor.fetchall()]
            if told is not None and len(made) == bulk.count:
                told(made)

    if told is None:
        cursor.close()
    elif ids:
        cursor.close()
        told(ids)
    elif ahead is not None:
        ahead.later.append(answered)
    else:
        answered()


@cache
def _postgres_sql(model: type[models.Model], shape: tuple[tuple[Any, bool], ...]) -> str:
    """INSERT … SELECT: values of all rows as they are, the others from one array each."""
    quote = connection.ops.quote_name
    # Without the length: a cast to varchar(n) would cut what the column must refuse.
    kinds = [str(field.db_type(connection)).partition("(")[0] for field, _is_same in shape]
    names = ", ".join(quote(str(field.column)) for field, _is_same in shape)
    picked = ", ".join(
        f"%s::{kind}" if is_same else f"u.c{number}"
        for number, (kind, (_field, is_same)) in enumerate(zip(kinds, shape, strict=True))
    )
    arrays = ", ".join(f"%s::{kind}[]" for kind, (_field, is_same) in zip(kinds, shape, strict=True) if not is_same)
    given = ", ".join(f"c{number}" for number, (_field, is_same) in enumerate(shape) if not is_same)
    table = quote(model._meta.db_table)
    return f"INSERT INTO {table} ({names}) SELECT {picked} FROM unnest({arrays}) AS u({given})"  # noqa: S608 - names only


def _on_sqlite(bulk: _Bulk, ignore_conflicts: bool, told: Told | None) -> None:
    model, fields, columns, count = bulk.model, bulk.fields, bulk.columns, bulk.count
    quote = connection.ops.quote_name
    table, names = quote(model._meta.db_table), ", ".join(quote(str(field.column)) for field in fields)
    whole = [repeat(c.value, count) if isinstance(c, Same) else c for c in columns]
    with connection.cursor() as cursor:
        if ignore_conflicts:
            holders = ", ".join(repeat("%s", len(fields)))
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({holders}) ON CONFLICT DO NOTHING",  # noqa: S608 - names only
                list(zip(*whole, strict=True)),
            )
            if told is not None and cursor.rowcount == count:
                last = _last_number(cursor, model)
                told(range(last - count + 1, last + 1))
            return
        # One writer at a time, and a number once given is never given again: the next ones are ours.
        last = _last_number(cursor, model)
        ids = range(last + 1, last + 1 + count)
        holders = ", ".join(repeat("%s", len(fields) + 1))
        cursor.executemany(
            f"INSERT INTO {table} ({quote(str(model._meta.pk.column))}, {names}) VALUES ({holders})",  # noqa: S608 - names only
            list(zip(ids, *whole, strict=True)),
        )
    if told is not None:
        told(ids)


def _last_number(cursor: CursorWrapper, model: type[models.Model]) -> int:
    cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
    (last,) = cursor.fetchone() or (0,)
    return int(last)
