"""Database constraints shared by all rooms."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models import CheckConstraint, Q
from django.db.models.constraints import BaseConstraint


class SchoolKey(BaseConstraint):
    """FOREIGN KEY (school, field) → (school, id) of the target, on both engines.

    Names the field of a `SchoolForeignKey`; the target table carries UNIQUE (school, id) from `SchoolScoped`.

    `kept`: the target's rows never go and never change school or id, and neither does the field once written (guards
    of both tables see to it, ADR 0012). Then only new rows can break the key, and PostgreSQL looks at all rows of a
    statement at once (`kernel.kept_keys`) instead of asking and locking row by row. SQLite has the foreign key.
    """

    def __init__(self, field: str, *, name: str, kept: bool = False) -> None:
        super().__init__(name=name)
        self.field, self.kept = field, kept

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, _args, kwargs = super().deconstruct()
        return path, (self.field,), {**kwargs, "kept": True} if self.kept else kwargs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SchoolKey) and (self.name, self.field, self.kept) == (
            other.name, other.field, other.kept,
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash((self.name, self.field, self.kept))

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: Any) -> Any:
        assert model is not None  # noqa: S101 - Django always passes the model; narrows the type
        if self._is_trigger(schema_editor):
            return None
        quote = schema_editor.quote_name
        field: Any = model._meta.get_field(self.field)
        target = field.related_model
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({quote('school_id')}, {quote(field.column)}) "
            f"REFERENCES {quote(target._meta.db_table)} ({quote('school_id')}, {quote('id')})"
        )

    def create_sql(self, model: type[models.Model] | None, schema_editor: Any) -> Any:
        assert model is not None  # noqa: S101
        if self._is_trigger(schema_editor):
            return None
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} ADD {self.constraint_sql(model, schema_editor)}"

    def remove_sql(self, model: type[models.Model] | None, schema_editor: Any) -> Any:
        assert model is not None  # noqa: S101
        if self._is_trigger(schema_editor):
            return None
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def _is_trigger(self, schema_editor: Any) -> bool:
        return self.kept and bool(schema_editor.connection.vendor == "postgresql")

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """The database refuses; nothing to check in Python."""


def one_of(field: str, values: type[StrEnum], *, name: str) -> CheckConstraint:
    """CHECK that the column holds one of the enum's values."""
    return CheckConstraint(condition=Q(**{f"{field}__in": [v.value for v in values]}), name=name)


def not_blank(field: str, *, name: str) -> CheckConstraint:
    """CHECK that a text column is not empty (the four mandatory fields, letter LC-2.2)."""
    return CheckConstraint(condition=~Q(**{field: ""}), name=name)
