"""Inserting many rows at a fraction of what the ORM's compiler costs: a long statement makes a dozen rows per line.

Same meaning as `bulk_create`: fields, defaults, checks of related objects, ids in order of the rows. PostgreSQL takes
one array per column in text form, SQLite one prepared statement. What is out of the ordinary goes through the ORM.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import repeat
from typing import Any, TypeVar, cast

from django.db import connection, models, transaction
from django.db.models.base import ModelState

from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey
from truongso.kernel.money import Dong
from truongso.kernel.sql_values import array_literal

M = TypeVar("M", bound=models.Model)
Values = Sequence[Any]
_BATCH = 5000
_TEXT: frozenset[Any] = frozenset({str, type(None)})
_NUMBERS: frozenset[Any] = frozenset({int, type(None)})
_BOOLEANS: frozenset[Any] = frozenset({bool, type(None)})


class _Unusual(Exception):  # noqa: N818 - says where to go on, not what is wrong
    """A value only the ORM can write: an expression, bytes."""


def insert_many(rows: Iterable[M], *, ignore_conflicts: bool = False) -> list[M]:
    """Insert new rows of one model and return them with their ids.

    With `ignore_conflicts` rows that meet a unique key are left out and no row learns its id, as with `bulk_create`.
    Raises what the database raises (IntegrityError, DataError) and TypeError for an amount that is no Dong.
    """
    made = list(rows)
    if not made:
        return made
    model = type(made[0])
    try:
        columns = _columns(model, made)
    except _Unusual:
        return cast("Any", model)._base_manager.bulk_create(made, ignore_conflicts=ignore_conflicts)  # type: ignore[no-any-return]
    key = model._meta.pk.attname
    insert = _on_postgres if connection.vendor == "postgresql" else _on_sqlite
    with transaction.atomic(savepoint=False):
        for start in range(0, len(made), _BATCH):
            part = slice(start, start + _BATCH)
            ids = insert(model, [values[part] for values in columns], ignore_conflicts)
            for row, pk in zip(made[part], ids, strict=False):
                row.__dict__[key], row._state.adding, row._state.db = pk, False, connection.alias
    return made


def new_row(model: type[M], **values: Any) -> M:
    """A new row for `insert_many`, made without the ORM's constructor, which takes as long as storing the row.

    Values go by column (`payment_id`, not `payment`); the others have their defaults. Raises TypeError for a name that
    is no column.
    """
    constants, makers, names = _blank(model)
    if not values.keys() <= names:
        raise TypeError(f"{model.__name__} has no column {', '.join(sorted(values.keys() - names))}")
    row = model.__new__(model)
    row._state = ModelState()
    content = row.__dict__
    content.update(constants)
    for name, make in makers:
        if name not in values:
            content[name] = make()
    content.update(values)
    return row


@cache
def _blank(model: type[models.Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]], frozenset[str]]:
    """What every new row of the model begins with: constants, values made for each, names of all columns."""
    constants: dict[str, Any] = {}
    makers: list[tuple[str, Callable[[], Any]]] = []
    for field in model._meta.concrete_fields:
        if callable(field.default) and field.has_default():
            makers.append((field.attname, field.get_default))
        else:
            constants[field.attname] = field.get_default()
    return constants, makers, frozenset(f.attname for f in model._meta.concrete_fields)


def _columns(model: type[models.Model], rows: Sequence[models.Model]) -> list[Values]:
    """The values of each stored field but the id, as the database takes them."""
    contents = [row.__dict__ for row in rows]
    key = model._meta.pk.attname
    if any(content[key] is not None for content in contents):
        raise _Unusual
    for row in rows:
        if row._state.__dict__.get("fields_cache"):
            row._prepare_related_fields_for_save(operation_name="bulk_create")  # type: ignore[attr-defined]
    return [_prepared(field, [content[field.attname] for content in contents]) for field in _fields(model)]


@cache
def _fields(model: type[models.Model]) -> tuple[Any, ...]:
    """Stored fields but the id. Raises _Unusual for a model whose rows the database completes or that has parents."""
    fields = tuple(f for f in model._meta.concrete_fields if not f.primary_key)
    is_plain = isinstance(model._meta.pk, models.AutoField | models.BigAutoField) and not model._meta.parents
    if not is_plain or any(f.generated or f.db_returning or getattr(f, "auto_now", False) for f in fields):
        raise _Unusual
    if any(getattr(f, "auto_now_add", False) or isinstance(f, models.FileField | models.BinaryField) for f in fields):
        raise _Unusual
    if any(isinstance(f, models.JSONField) and f.encoder is not None for f in fields):
        raise _Unusual
    return fields


def _prepared(field: Any, values: list[Any]) -> Values:
    kinds = set(map(type, values))
    if kinds <= _as_they_are(type(field)):
        return values
    quick = _QUICK.get(type(field))
    if quick is not None and kinds <= quick[0]:
        return quick[1](values)
    prepared = [field.get_db_prep_save(value, connection) for value in values]
    if any(hasattr(value, "as_sql") or isinstance(value, bytes | memoryview) for value in prepared):
        raise _Unusual
    if isinstance(field, models.JSONField):
        return _json(values)
    return [value if value is None or isinstance(value, str | int | float) else str(value) for value in prepared]


def _as_they_are(kind: type[Any]) -> frozenset[Any]:
    """Types of values that a field stores as they are; none for fields that may do something of their own."""
    if not kind.__module__.startswith("django.") and kind not in (PublicIdField, SchoolForeignKey):
        return frozenset()
    if issubclass(kind, models.CharField | models.TextField):
        return _TEXT
    if issubclass(kind, models.IntegerField | models.ForeignKey):
        return _NUMBERS
    return _BOOLEANS if issubclass(kind, models.BooleanField) else frozenset()


def _amounts(values: list[Any]) -> Values:
    return [None if value is None else value.value for value in values]


def _json(values: list[Any]) -> Values:
    return [None if value is None else json.dumps(value) for value in values]


def _moments(values: list[Any]) -> Values:
    """Aware moments; a bulk mostly says the same one over and over."""
    texts: dict[dt.datetime | None, str | None] = {None: None}
    for value in values:
        if value not in texts:
            texts[value] = _moment(value)
    return [texts[value] for value in values]


def _moment(value: dt.datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return str(connection.ops.adapt_datetimefield_value(value))


def _days(values: list[Any]) -> Values:
    return [None if value is None else value.isoformat() for value in values]


# Fields whose values need a form of their own, with the types of values that have one.
_QUICK: dict[type[Any], tuple[frozenset[type[Any]], Callable[[list[Any]], Values]]] = {
    DongField: (frozenset({Dong, type(None)}), _amounts),
    models.JSONField: (frozenset({dict, list, type(None)}), _json),
    models.DateTimeField: (frozenset({dt.datetime, type(None)}), _moments),
    models.DateField: (frozenset({dt.date, type(None)}), _days),
}


def _on_postgres(model: type[models.Model], columns: Sequence[Values], ignore_conflicts: bool) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_postgres_sql(model, ignore_conflicts), [array_literal(values) for values in columns])
        return [] if ignore_conflicts else [pk for (pk,) in cursor.fetchall()]


@cache
def _postgres_sql(model: type[models.Model], ignore_conflicts: bool) -> str:
    quote = connection.ops.quote_name
    fields = _fields(model)
    # Without the length: a cast to varchar(n) would cut what the column must refuse.
    arrays = ", ".join(f"%s::{str(field.db_type(connection)).partition('(')[0]}[]" for field in fields)
    end = "ON CONFLICT DO NOTHING" if ignore_conflicts else f"RETURNING {quote(str(model._meta.pk.column))}"
    names = ", ".join(quote(str(field.column)) for field in fields)
    return f"INSERT INTO {quote(model._meta.db_table)} ({names}) SELECT * FROM unnest({arrays}) {end}"  # noqa: S608 - names only


def _on_sqlite(model: type[models.Model], columns: Sequence[Values], ignore_conflicts: bool) -> Sequence[int]:
    quote = connection.ops.quote_name
    fields = _fields(model)
    table, names = quote(model._meta.db_table), ", ".join(quote(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        if ignore_conflicts:
            holders = ", ".join(repeat("%s", len(fields)))
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({holders}) ON CONFLICT DO NOTHING",  # noqa: S608 - names only
                list(zip(*columns, strict=True)),
            )
            return []
        # One writer at a time, and a number once given is never given again: the next ones are ours.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        (last,) = cursor.fetchone() or (0,)
        ids = range(last + 1, last + 1 + len(columns[0]))
        holders = ", ".join(repeat("%s", len(fields) + 1))
        cursor.executemany(
            f"INSERT INTO {table} ({quote(str(model._meta.pk.column))}, {names}) VALUES ({holders})",  # noqa: S608 - names only
            list(zip(ids, *columns, strict=True)),
        )
        return ids
