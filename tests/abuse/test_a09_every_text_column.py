"""A09: a mark in every text column of the database comes out of every page, workbook and message as text, never as
markup, whoever opens it.

The marks go past services and guards, as if every check of every form had been missed. What a program made (random ids,
digests, states: class "technical" of the register) or seals is left as it is; what the database itself refuses (a word
of a closed list) needs no mark.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import pytest
from django.apps import apps
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models
from django.test import Client

from tests.abuse.lists import using
from tests.depth import IS_DEEP
from tests.tenancy import walk
from tests.tenancy.world import NOW, place
from truongso.accounts.types import UNIT_ROLES
from truongso.kernel import clock, data_classes, jobs, triggers
from truongso.kernel.data_classes import DataClass
from truongso.kernel.db import savepoint
from truongso.kernel.models import Job
from truongso.messaging.models import Delivery
from truongso.organizations.models import School

LEFT = {DataClass.TECHNICAL, DataClass.LINK, DataClass.SENSITIVE, DataClass.CREDENTIAL, DataClass.ACTOR}
SHORTEST = 10
"""A column shorter than this holds no tag."""
KEPT = {
    "accounts.LeakRow.fault": "a code with a text of its own",
    "accounts.ReviewItem.roles": "roles as words of the program",
    "banking.FeedConnection.provider": "which program reads the feed",
    "banking.StatementImport.layout": "which layout read the file",
    "banking.StatementLayout.definition": "columns and their roles, read strictly",
    "fees.Exemption.rule_code": "the code of a rule of the law",
    "fees.ReductionRule.code": "the same",
    "organizations.School.slug": "part of an address",
}
"""Columns that a program reads as its own word, with the reason."""
_MARK = re.compile(r"<i x=\d+>")
_ESCAPED = re.compile(r"&lt;i x=(\d+)&gt;")


@dataclass
class Marks:
    """Which column bears which number, and what became of each column."""

    numbers: dict[int, str] = field(default_factory=dict)
    outcome: Counter[str] = field(default_factory=Counter)
    empty: list[str] = field(default_factory=list)


def text_columns() -> Iterator[tuple[type[models.Model], Any]]:
    """Columns of ours that hold words somebody wrote."""
    for model in apps.get_models():
        if model.__module__.startswith("truongso.") and model._meta.managed:
            for column in model._meta.concrete_fields:
                if isinstance(column, models.CharField | models.TextField | models.JSONField):
                    name = f"{model._meta.label}.{column.name}"
                    if data_classes.of(model, column.name) not in LEFT and name not in KEPT:
                        yield model, column


def fill_empty(school: School) -> None:
    """A row in every table of ours that has none, as far as the columns themselves tell what may stand in them."""
    for model in apps.get_models():
        is_ours = model.__module__.startswith("truongso.") and not _is_sealed(model)
        if is_ours and not model._base_manager.exists():
            given = {column.name: _value(model, column, school) for column in model._meta.concrete_fields}
            try:
                with savepoint():
                    model._base_manager.create(**{name: value for name, value in given.items() if value is not None})
            except (DatabaseError, ValueError, TypeError, ValidationError):
                continue


def _is_sealed(model: type[models.Model]) -> bool:
    return any(isinstance(column, models.BinaryField) for column in model._meta.concrete_fields)


def _value(model: type[models.Model], column: Any, school: School) -> Any:
    if column.primary_key or column.has_default():
        return None
    if isinstance(column, models.ForeignKey):
        if column.related_model is School:
            return school
        return None if column.null else column.related_model._base_manager.order_by("pk").first()
    listed = [
        value
        for rule in model._meta.constraints
        if isinstance(rule, models.CheckConstraint)
        for name, value in (child for child in getattr(rule.condition, "children", ()) if isinstance(child, tuple))
        if name == f"{column.name}__in"
    ]
    if listed:
        return next(iter(listed[0]))
    kinds: dict[type[Any], Any] = {
        models.JSONField: ["Chữ của người"], models.BooleanField: False, models.DateTimeField: NOW,
        models.DateField: NOW.date(), models.IntegerField: 1, models.BinaryField: b"x", models.CharField: "Chữ",
        models.TextField: "Chữ",
    }  # fmt: skip
    return None if column.null else next((v for kind, v in kinds.items() if isinstance(column, kind)), None)


def mark_all() -> Marks:
    """Write a mark of its own into every row of every such column."""
    marks = Marks()
    for number, (model, column) in enumerate(text_columns()):
        name = f"{model._meta.label}.{column.name}"
        if isinstance(column, models.JSONField):
            done = _mark_json(model, column, f"<i x={number}>")
        elif column.max_length is not None and column.max_length < SHORTEST:
            done = "short"
        else:
            done = _mark_text(model, column, f"<i x={number}>")
        marks.outcome[done] += 1
        if done == "marked":
            marks.numbers[number] = name
        elif done == "empty":
            marks.empty.append(name)
    return marks


def _mark_text(model: type[models.Model], column: Any, mark: str) -> str:
    table, key = connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name(str(model._meta.pk.column))
    name = connection.ops.quote_name(column.column)
    room = (column.max_length or 200) - len(mark)
    # Every row has its own value, so that nothing unique stands in the way.
    sql = f"UPDATE {table} SET {name} = %s || SUBSTR(CAST({key} AS varchar(20)), 1, {min(room, 12)})"
    try:
        with savepoint(), connection.cursor() as cursor:
            cursor.execute(sql, [mark])
            return "marked" if cursor.rowcount else "empty"
    except DatabaseError:
        return "closed"


def _mark_json(model: type[models.Model], column: Any, mark: str) -> str:
    rows = list(model._base_manager.all())
    done = "wordless" if rows else "empty"
    for row in rows:
        changed = _with_marks(row.__dict__[column.name], mark)
        if changed != row.__dict__[column.name]:
            model._base_manager.filter(pk=row.pk).update(**{column.name: changed})
            done = "marked"
    return done


def _with_marks(value: Any, mark: str) -> Any:
    """Words of people bear a mark at their end; codes, numbers and dates stay."""
    if isinstance(value, dict):
        return {name: _with_marks(one, mark) for name, one in value.items()}
    if isinstance(value, list):
        return [_with_marks(one, mark) for one in value]
    return f"{value} {mark}" if isinstance(value, str) and (" " in value or not value.isascii()) else value


def texts_of(answer: Any) -> Iterator[str]:
    """What a reader's program would take for markup: a page, or the parts of a workbook, also inside a package."""
    kind = answer.headers.get("Content-Type", "")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if kind.startswith(("text/html", "image/svg", "application/xhtml")):
        yield content.decode()
    elif zipfile.is_zipfile(io.BytesIO(content)):
        yield from _unpacked(content)


def _unpacked(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            part = package.read(name)
            if name.endswith((".xml", ".html", ".svg", ".rels")):
                yield part.decode()
            elif zipfile.is_zipfile(io.BytesIO(part)):
                yield from _unpacked(part)


def faces(at: walk.Walkers) -> Iterator[tuple[walk.Route, Client]]:
    """Every address with who opens it: every role in a deep run, else one of the school and one of a unit above it,
    since a template shows these two and what a permission opens beyond it."""
    for route in at.routes:
        allowed = at.allowed(route)
        sides = [[role for role in allowed if (role in UNIT_ROLES) == is_unit] for is_unit in (False, True)]
        chosen = allowed if IS_DEEP else [side[crc32(route.name.encode()) % len(side)] for side in sides if side]
        yield from ((route, at.clients[role]) for role in chosen)
        if not chosen:
            yield route, walk._client()


@pytest.mark.once
@pytest.mark.django_db
def test_no_mark_comes_out_as_markup() -> None:
    with clock.frozen(NOW), walk.quietly():
        here = place("79-THU", "Trường Tiểu học Lê Văn Tám", "TS")
        at = walk.walkers(here, here, list(walk.table().values()))
        triggers.remove()
        fill_empty(here.school)
        marks = mark_all()
        seen: set[int] = set()
        faults, markup, kinds = [], [], Counter[str]()
        for route, client in faces(at):
            answer = client.get(route.address(at.own))
            kinds[answer.headers.get("Content-Type", "").split(";")[0]] += answer.status_code == 200
            if answer.status_code >= 500:
                faults.append(route.name)
            for text in texts_of(answer):
                markup += [f"{route.name}: {marks.numbers[int(n)]}" for n in set(re.findall(r"<i x=(\d+)>", text))]
                seen |= {int(number) for number in _ESCAPED.findall(text)}
        told = _messages(here.school)
    assert markup == []
    assert faults == []
    assert len(seen) > 120
    assert kinds["text/html"] > 150
    assert kinds["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"] > 40
    whole = marks.outcome["marked"] + marks.outcome["empty"]
    assert marks.outcome["marked"] * 100 >= 95 * whole, marks.empty
    assert told > 0


def _messages(school: School) -> int:
    """Let everything that waits be made and sent; how many letters and messages there are, every one plain text.

    A mark stands in them as it was typed: no program of a reader takes a part of type text/plain for markup.
    """
    for tick in jobs.ticks().values():
        tick()
    for job in Job.objects.filter(state="waiting").order_by("pk")[:200]:
        jobs.run(job.pk)
    for letter in mail.outbox:
        assert {part.get_content_type() for part in letter.message().walk()} == {"text/plain"}
        assert not any("\n" in str(value) or "<i x=" in name for name, value in letter.message().items())
    return len(mail.outbox) + Delivery.objects.for_school(school).exclude(body="").count()


def test_messages_are_plain_text() -> None:
    """Nothing of a message is read as markup: e-mails have no other part than text."""
    assert using(r"EmailMultiAlternatives|attach_alternative|content_subtype") == set()
    assert _MARK.search("a <i x=1>")
