"""How long things are kept, and what takes them away when their term is over.

Rooms list rules in `retention.py` as `RULES`. The terms are data (`data/retention.json`): usual days, where they come
from, and whether that was verified; a school may set others. A rule without `purge` tells what is kept and why.
"""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from django.apps import apps
from django.utils.functional import Promise

from truongso.kernel import clock

Text = str | Promise
Count = Callable[[int, dt.datetime], int]


@dataclass(frozen=True, slots=True)
class Rule:
    """What happens to one kind of rows of a school when its term is over.

    `due(school, before)` counts rows from before a moment; `purge(school, before)` takes a part of them away, in the
    caller's transaction, and returns how many: called until it returns 0.
    """

    code: str
    title: Text
    what: Text
    due: Count | None = None
    purge: Count | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """Usual days, the fewest and the most a school may set, where they come from."""

    days: int
    least: int
    most: int
    source: str
    verified: bool


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of all rooms, lower rooms first."""
    found: list[Rule] = []
    for config in apps.get_app_configs():
        name = f"{config.name}.retention"
        if config.name.startswith("truongso.") and name != __name__ and importlib.util.find_spec(name):
            found.extend(importlib.import_module(name).RULES)
    return tuple(found)


@cache
def terms() -> dict[str, Term]:
    """The usual terms by code of the rule."""
    text = resources.files("truongso.kernel").joinpath("data/retention.json").read_text(encoding="utf-8")
    return {code: Term(**said) for code, said in json.loads(text).items()}


def limit(days: int) -> dt.datetime:
    """The moment before which things are older than so many days: midnight at school."""
    day = clock.today() - dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(), tzinfo=clock.SCHOOL_TIME)
