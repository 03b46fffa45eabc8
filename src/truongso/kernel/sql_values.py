"""Rows of values for hand-written SQL."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.db import connection

_BY_LETTER = re.compile(r'\\[^"\\]')  # a sign that JSON writes as a letter or number after the stroke


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


def json_text(value: Any) -> str:
    """JSON as short as can be, in UTF-8. What orjson refuses is written, or refused, as the standard library does:
    numbers beyond 64 bits, keys that are no texts. JSON has no NaN and no infinity: they become null."""
    try:
        return orjson.dumps(value, option=_STRICT).decode()
    except TypeError:
        return json.dumps(value)


_STRICT = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def array_literal(values: Sequence[str | float | bool | None]) -> str:
    """PostgreSQL's text form of a one-dimensional array: what the driver makes of a list, at a tenth of the time.

    JSON writes texts, numbers, booleans and null as an array literal does, but for the signs it names by letter.
    """
    text = json_text(values)
    if "\\" in text and _BY_LETTER.search(text):
        text = "," + ",".join([_element(value) for value in values]) + ","
    return "{" + text[1:-1] + "}"


def _element(value: str | float | bool | None) -> str:
    if not isinstance(value, str):
        return json_text(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
