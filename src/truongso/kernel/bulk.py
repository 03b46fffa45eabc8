"""Inserting many rows at a fraction of what the ORM's compiler costs: a long statement makes a dozen rows per line.

Same meaning as `bulk_create`: fields, defaults, checks of related objects, ids in order of the rows. What is out of
the ordinary goes through the ORM. Where nobody needs the rows as objects, `insert_columns` takes their values alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any, TypeVar, cast

from django.db import connection, models, transaction
from django.db.models.base import ModelState

from truongso.kernel.bulk_sql import Column, Same, Values, insert
from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey
from truongso.kernel.money import Dong
from truongso.kernel.sql_values import json_text

M = TypeVar("M", bound=models.Model)
_BATCH = 5000
_TEXT: frozenset[Any] = frozenset({str, type(None)})
_NUMBERS: frozenset[Any] = frozenset({int, type(None)})
_BOOLEANS: frozenset[Any] = frozenset({bool, type(None)})


class _Unusual(Exception):  # noqa: N818 - says where to go on, not what is wrong
    """A value only the ORM can write: an expression, bytes."""


def insert_many(rows: Iterable[M], *, ignore_conflicts: bool = False) -> list[M]:
    """Insert new rows of one model and return them with their ids.

    With `ignore_conflicts` rows that meet a unique key are left out and no row learns its id, as with `bulk_create`.
    Inside `kernel.sending.sending_ahead` rows learn their ids at once when they were drawn, else at the end of it.
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
    with transaction.atomic(savepoint=False):
        for start in range(0, len(made), _BATCH):
            part = slice(start, start + _BATCH)
            rows = made[part]
            insert(
                model, _fields(model), [values[part] for values in columns], len(rows),
                ignore_conflicts=ignore_conflicts, told=None if ignore_conflicts else partial(_number, rows),
            )  # fmt: skip
    return made


def insert_columns(
    model: type[models.Model], *, each: Mapping[str, Sequence[Any]], same: Mapping[str, Any],
    ignore_conflicts: bool = False,
) -> list[int]:  # fmt: skip
    """Insert rows given by column (`payment_id`, not `payment`): `each` has a value for every row, `same` one for all.

    Other columns have their defaults. Returns the ids in order of the rows where they are known at once: not inside
    `sending_ahead` unless they were drawn. With `ignore_conflicts` rows that meet a unique key are left out; the ids
    are waited for and returned when every row was new, none otherwise. Raises what the database raises, and
    TypeError for a name that is no column, an amount that is no Dong, or what only the ORM can write.
    """
    constants, makers, names = _blank(model)
    if not (each.keys() | same.keys()) <= names:
        raise TypeError(f"{model.__name__} has no column {', '.join(sorted((each.keys() | same.keys()) - names))}")
    count = len(next(iter(each.values())))
    if any(len(values) != count for values in each.values()):
        raise ValueError("columns of different length")
    if not count:
        return []
    made = {name: [make() for _ in range(count)] for name, make in makers if name not in each and name not in same}
    varying, single = {**made, **each}, {**constants, **same}
    ids: list[int] = []
    try:
        fields = _fields(model)
        columns: list[Column] = [
            _prepared(field, list(varying[field.attname])) if field.attname in varying
            else Same(_prepared(field, [single[field.attname]])[0])
            for field in fields
        ]  # fmt: skip
    except _Unusual:
        raise TypeError(f"{model.__name__}: only the ORM can write this") from None
    with transaction.atomic(savepoint=False):
        for start in range(0, count, _BATCH):
            part = slice(start, start + _BATCH)
            insert(
                model, fields, [c if isinstance(c, Same) else c[part] for c in columns], min(_BATCH, count - start),
                ignore_conflicts=ignore_conflicts, told=ids.extend,
            )  # fmt: skip
    return ids if len(ids) == count or not ignore_conflicts else []


def _number(rows: Sequence[models.Model], ids: Iterable[int]) -> None:
    """Rows learn their ids and count as stored."""
    key, alias = rows[0]._meta.pk.attname, connection.alias
    for row, pk in zip(rows, ids, strict=True):
        row.__dict__[key], row._state.adding, row._state.db = pk, False, alias


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
    return [None if value is None else json_text(value) for value in values]


def _moments(values: list[Any]) -> Values:
    """Aware moments; a bulk mostly says the same one over and over."""
    texts: dict[dt.datetime | None, str | None] = {None: None}
    adapted = connection.ops.adapt_datetimefield_value
    for value in values:
        if value not in texts:
            if value.tzinfo is None:
                raise ValueError("a moment needs its time zone")
            texts[value] = str(adapted(value))
    return [texts[value] for value in values]


def _days(values: list[Any]) -> Values:
    return [None if value is None else value.isoformat() for value in values]


# Fields whose values need a form of their own, with the types of values that have one.
_QUICK: dict[type[Any], tuple[frozenset[type[Any]], Callable[[list[Any]], Values]]] = {
    DongField: (frozenset({Dong, type(None)}), _amounts),
    models.JSONField: (frozenset({dict, list, type(None)}), _json),
    models.DateTimeField: (frozenset({dt.datetime, type(None)}), _moments),
    models.DateField: (frozenset({dt.date, type(None)}), _days),
}
