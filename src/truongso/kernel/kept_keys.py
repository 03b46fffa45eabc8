"""Keys to rows that never go, on PostgreSQL: one look at all new rows of a statement (ADR 0012).

A foreign key asks for each row and locks what it points to, some 7 µs a key; a transfer of a statement writes thirteen
rows with two dozen keys. Where target and field can never change, only an insert can break the key.
"""

from __future__ import annotations

from django.apps import apps
from django.db import models

from truongso.kernel.constraints import SchoolKey
from truongso.kernel.triggers import PREFIX, Trigger


def kept_keys(model: type[models.Model]) -> list[SchoolKey]:
    """Those keys of the table whose targets are kept."""
    return [c for c in model._meta.constraints if isinstance(c, SchoolKey) and c.kept]


def triggers() -> list[Trigger]:
    """One for each table with such keys."""
    tables = (m for c in apps.get_app_configs() if c.name.startswith("truongso.") for m in c.get_models())
    return [_guard(model, keys) for model in tables if (keys := kept_keys(model))]


def _guard(model: type[models.Model], keys: list[SchoolKey]) -> Trigger:
    table = model._meta.db_table
    missing = " OR ".join(_missing(model, key) for key in keys)
    return Trigger(
        name=f"{PREFIX}{table}_kept_keys",
        table=table,
        postgres_when="AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
        postgres=(
            f"IF EXISTS (SELECT 1 FROM fresh n WHERE {missing}) THEN RAISE EXCEPTION "
            f"'{table} points to what is not there' USING ERRCODE = 'foreign_key_violation'; END IF; RETURN NULL;"
        ),
        sqlite_when="",
        sqlite="",
        row_by_row=True,
    )


def _missing(model: type[models.Model], key: SchoolKey) -> str:
    """Whether the row points to nothing of its school."""
    field = model._meta.get_field(key.field)
    assert isinstance(field, models.ForeignKey)  # noqa: S101 - a SchoolKey names a SchoolForeignKey
    target, column = field.related_model._meta.db_table, f"n.{field.column}"
    found = f"(SELECT t.id FROM {target} t WHERE t.school_id = n.school_id AND t.id = {column})"
    return f"({column} IS NOT NULL AND {found} IS NULL)" if field.null else f"{found} IS NULL"
