"""Rows of values for hand-written SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection


def rows_as(name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """A common table expression holding the rows (at least one), and its parameters.

    `columns` are names with their PostgreSQL type (bigint or text). PostgreSQL takes one array per column, which costs
    the client a tenth of a placeholder per value; SQLite takes a VALUES list.
    """
    head = f"{name}({', '.join(columns)})"
    if connection.vendor == "postgresql":
        arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        columns_of_rows = [list(column) for column in zip(*rows, strict=True)]
        return f"{head} AS (SELECT * FROM unnest({arrays}))", columns_of_rows  # noqa: S608 - placeholders only
    row = "(" + ", ".join(["%s"] * len(columns)) + ")"
    return f"{head} AS (VALUES {', '.join([row] * len(rows))})", [value for values in rows for value in values]
