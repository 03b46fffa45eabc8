"""The forms that a page offers, as a browser would send them; and what sending one writes."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.test import Client

from tests.tenancy import walk

_ASIDE = ("kernel_tally", "django_session")
"""Tables that every request may write: counts against limits, and the session's last sign of life."""
_WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass
class Form:
    """Where a form goes and what it sends when nothing is typed or ticked beyond what the page proposes."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """What became of a form: the answer, and the statements that wrote."""

    status: int
    location: str
    writes: tuple[tuple[str, str], ...]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._now: Form | None = None
        self._choice = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._now = Form(given.get("action", "").partition("?")[0], given.get("method", "get").lower())
            self.forms.append(self._now)
        elif self._now is not None and tag == "select":
            self._choice = given.get("name", "")
        elif self._now is not None and tag == "option" and self._choice:
            if "selected" in given or self._choice not in self._now.fields or not self._now.fields[self._choice]:
                self._now.fields[self._choice] = given.get("value", "")
        elif self._now is not None and tag in {"input", "textarea", "button"} and given.get("name"):
            kind = given.get("type", "text")
            if kind in {"checkbox", "radio"} and "checked" not in given:
                self._now.fields.setdefault(given["name"], given.get("value", "on"))
            elif kind != "file":
                self._now.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._now = None
        elif tag == "select":
            self._choice = ""


def forms_of(html: str) -> list[Form]:
    """Every form of the page that is sent by POST."""
    reader = _Reader()
    reader.feed(html)
    return [one for one in reader.forms if one.method == "post"]


def send(client: Client, address: str, data: dict[str, Any]) -> Sent:
    """Send the form with the same chance for every random id and the same next row numbers, note what it writes, and
    take all of it back."""
    writes: list[tuple[str, str]] = []
    with _same_numbers(), walk.undone(), _same_chance(), connection.execute_wrapper(noting(writes)):
        answer: Any = client.post(address, data)
    return Sent(answer.status_code, answer.headers.get("Location", ""), tuple(writes))


def noting(writes: list[tuple[str, str]]) -> Callable[..., Any]:
    """Keep every statement that writes, but those of every request."""

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(_WRITES) and not any(table in sql for table in _ASIDE):
            writes.append((sql, repr(params)))
        return execute(sql, params, many, context)

    return note


@contextmanager
def _same_numbers() -> Iterator[None]:
    """PostgreSQL does not take numbers drawn from a sequence back with the rows: here they are given back by hand, so
    that the next request draws the same ones. SQLite gives them back itself."""
    if connection.vendor != "postgresql":
        yield
        return
    drawn = "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences"
    with _as_superuser() as cursor:
        cursor.execute(drawn)
        before = dict(cursor.fetchall())
    yield
    with _as_superuser() as cursor:
        cursor.execute(drawn)
        moved = [name for name, last in cursor.fetchall() if last != before[name]]
        for name in moved:
            cursor.execute("SELECT setval(%s, %s, %s)", [name, before[name] or 1, before[name] is not None])


@contextmanager
def _as_superuser() -> Iterator[Any]:
    """A run as the product's role (`TRUONGSO_TEST_ROLE=app`) has no right to read or set a sequence."""
    with walk.undone(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        yield cursor


@contextmanager
def _same_chance() -> Iterator[None]:
    """Random bytes come in the same order every time, so that two requests differ in what was sent alone."""
    count = 0

    def drawn(length: int) -> bytes:
        nonlocal count
        count += 1
        found = b""
        while len(found) < length:
            found += sha256(f"{count} {len(found)}".encode()).digest()
        return found[:length]

    with patch.object(os, "urandom", drawn), patch.object(random, "_urandom", drawn):
        yield
