"""What is kept of one child, wherever it is kept: read whole for the family, and forgotten as far as the law allows.

Every room lists its tables in `personal_data.py`: `HOLDINGS` for tables whose rows belong to a pupil or a family, and
`ELSEWHERE` for those that are told of by another table or by nobody, with the reason. Which fields of a holding must
be shown follows from their data classes; a field about people that is neither named nor left out with a reason fails
the build, as does a table about pupils or families that no room lists.
Source: Law 91/2025/QH15 art. 4 (to view, to have corrected, to have deleted) and 24 (children).
"""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.utils.functional import Promise

from truongso.kernel import data_classes
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.data_classes import ABOUT_PEOPLE
from truongso.kernel.money import Dong

Text = str | Promise
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Child:
    """Whose data it is. `guardian_id` is the guardian who asks: contact data of others is not hers (None: nobody's)."""

    school_id: int
    student_id: int
    family_id: int
    public_id: str
    full_name: str
    guardian_id: int | None = None


Show = Callable[[Any, Row, Child], Any]


class Fate(StrEnum):
    """What becomes of rows when a child's data is erased."""

    ERASED = "erased"
    REPLACED = "replaced"
    """The row stays for what hangs on it; whatever names the person is replaced."""
    KEPT = "kept"
    """Another law asks for it as it is."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A table with rows of a child.

    `path` leads from a row to the pupil (`of_family`: to the family); `find` does it where no key leads there, `read`
    where the values must be opened first. `names` are the fields shown, in order, with their labels; a field may lead
    on ("round__name"). `left_out` are fields about people that are not shown, with the reason; `words` tells codes in
    words; `shown` turns a value into what this child's reader may see.
    `erase` does what `fate` says, and returns how many rows it changed.
    """

    label: str
    title: Text
    path: str
    names: Mapping[str, Text]
    fate: Fate
    because: Text
    of_family: bool = False
    left_out: Mapping[str, Text] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)
    shown: Mapping[str, Show] = field(default_factory=dict)
    erase: Callable[[Child], int] | None = None
    find: Callable[[Child], QuerySet[Any]] | None = None
    read: Callable[[Child], list[Row]] | None = None

    @property
    def model(self) -> Any:
        return data_classes.tables()[self.label].model

    def rows(self, child: Child) -> QuerySet[Any]:
        """The child's rows, each once, in the order they were made."""
        if self.find is not None:
            return self.find(child).order_by("pk").distinct()
        owner = child.family_id if self.of_family else child.student_id
        found: QuerySet[Any] = self.model.objects.for_school(child.school_id).filter(**{self.path: owner})
        return found.order_by("pk").distinct()

    def unsaid(self) -> set[str]:
        """Fields about people that are neither shown nor left out with a reason."""
        register = data_classes.table_of(self.model).classes
        return {name for name, one in register.items() if one in ABOUT_PEOPLE} - {*self.names, *self.left_out}


@dataclass(frozen=True, slots=True)
class Section:
    """What one table holds of the child: rows as plain values by field name, labels of the fields, codes in words."""

    label: str
    title: str
    names: dict[str, str]
    rows: list[Row]
    left_out: dict[str, str]
    words: dict[str, dict[str, str]]

    def said(self, name: str, value: Any) -> Any:
        """A value in words where the field holds a code."""
        return self.words.get(name, {}).get(str(value), value)


@cache
def holdings() -> tuple[Holding, ...]:
    """The holdings of all rooms, lower rooms first."""
    return tuple(one for module in _modules() for one in module.HOLDINGS)


@cache
def elsewhere() -> dict[str, Text]:
    """Tables about pupils or families that are no holding, with the reason."""
    return {label: why for module in _modules() for label, why in module.ELSEWHERE.items()}


def obstacles(child: Child) -> list[str]:
    """Why the child's data cannot be erased now, in words; rooms list such questions as `OBSTACLES`."""
    found = (ask(child) for module in _modules() for ask in getattr(module, "OBSTACLES", ()))
    return [why for why in found if why]


def sections(child: Child) -> Iterator[Section]:
    """Everything about the child, table by table, empty ones too; one query each (two where rows are looked at)."""
    for one in holdings():
        rows = one.read(child) if one.read else one.rows(child).values("pk", *one.names)
        found = [_row(one, child, row) for row in rows]
        yield Section(
            one.label, str(one.title), {name: str(label) for name, label in one.names.items()}, found,
            {name: str(why) for name, why in one.left_out.items()},
            {name: {code: str(word) for code, word in words.items()} for name, words in one.words.items()},
        )  # fmt: skip


def plain(value: Any) -> Any:
    """A value as JSON holds it: whole đồng as numbers, days and moments at school in ISO form."""
    if isinstance(value, Dong):
        return int(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(SCHOOL_TIME).isoformat(timespec="seconds")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value if value is None or isinstance(value, str | int | bool | float) else str(value)


def _row(one: Holding, child: Child, row: Row) -> Row:
    """The fields shown, each as this reader may see it."""
    shown = {name: one.shown[name](row[name], row, child) if name in one.shown else row[name] for name in one.names}
    return {name: plain(value) for name, value in shown.items()}


def _modules() -> Iterator[Any]:
    for config in apps.get_app_configs():
        name = f"{config.name}.personal_data"
        if config.name.startswith("truongso.") and name != __name__ and importlib.util.find_spec(name):
            yield importlib.import_module(name)
