"""Rows of values for hand-written SQL."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection


def rows_as(name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """A common table expression holding the rows (at least one), and its parameters.

    `columns` are names with their PostgreSQL type (bigint, date or text). PostgreSQL takes one array per column, which
    costs the client a tenth of a placeholder per value; SQLite takes a VALUES list.
    """
    head = f"{name}({', '.join(columns)})"
    if connection.vendor == "postgresql":
        arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        literals = [array_literal(column) for column in zip(*rows, strict=True)]
        return f"{head} AS (SELECT * FROM unnest({arrays}))", literals  # noqa: S608 - placeholders only
    row = "(" + ", ".join(["%s"] * len(columns)) + ")"
    return f"{head} AS (VALUES {', '.join([row] * len(rows))})", [value for values in rows for value in values]


def array_literal(values: Sequence[str | float | bool | None]) -> str:
    """PostgreSQL's text form of a one-dimensional array: what the driver makes of a list, at a tenth of the time.

    JSON writes texts, numbers, booleans and null as an array literal does, but for the signs it names by letter.
    """
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    if "\\" in text:
        text = "," + ",".join([_element(value) for value in values]) + ","
    return "{" + text[1:-1] + "}"


def _element(value: str | float | bool | None) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
