"""Filters by many values that travel as one parameter.

`IN` with thousands of placeholders costs the client more than the database: the driver looks for each placeholder in
the text, and SQLite has a limit of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func
from django.db.models.sql.compiler import SQLCompiler

from truongso.kernel.sql_values import array_literal, json_text


class _Among(Func):
    """column = ANY(array) on PostgreSQL, column IN (SELECT value FROM json_each(array)) on SQLite."""

    conditional = True
    output_field = BooleanField()

    def __init__(self, column: str, values: list[int] | list[str], kind: str) -> None:
        super().__init__(F(column))
        self.values = values
        self.kind = kind

    def as_sql(  # type: ignore[override]  # the stubs know no lists as parameters
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """The condition for the engine at hand. No values have no type, so nothing is compared with them."""
        if not self.values:
            return "1 = 0", ()
        column, params = compiler.compile(self.source_expressions[0])
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s::{self.kind}[])", (*params, array_literal(self.values))
        return f"{column} IN (SELECT value FROM json_each(%s))", (*params, json_text(self.values))  # noqa: S608


def among(column: str, values: Iterable[int] | Iterable[str]) -> Any:
    """A condition for `filter()`: the column is one of the values, all numbers or all texts.

    Use it where the list may be long; a handful of values reads better as `column__in`.
    """
    wanted = sorted(set(values))  # type: ignore[type-var]  # one kind or the other, never mixed
    kind = "text" if any(isinstance(v, str) for v in wanted) else "bigint"
    return _Among(column, wanted, kind)  # type: ignore[arg-type]
