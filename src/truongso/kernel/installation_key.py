"""Changing the installation's key: everything sealed with it is sealed anew, then the key before is dropped.

Rooms list what they seal in `sealed.py` as `SEALED`. Work goes in parts, each in a transaction of its own, and passes
over what is under the newest key: cut off, it goes on where it stopped when it is started again. The key before opens
what it sealed until `drop_old`, which refuses while anything needs it.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.db.models import Model

from truongso.kernel import audit, sealing
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.models import DataKey
from truongso.kernel.school_keys import place_of_key

_PART = 200


class StillNeededError(Exception):
    """The key before cannot be dropped: `count` values are sealed with it."""

    def __init__(self, count: int) -> None:
        super().__init__(str(count))
        self.count = count


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column with values sealed by `kernel.sealing`: one, a list of them, or an object with some under `names`.

    `stays`: the database lets no such value be exchanged; the key before is kept until the last of them is gone.
    """

    model: type[Model]
    column: str
    place: Callable[[Any], str]
    names: tuple[str, ...] = ()
    stays: bool = False


@dataclass(slots=True)
class Outcome:
    """Values sealed anew, and those that no key opens."""

    sealed: int = 0
    lost: int = 0


@cache
def sealed_columns() -> tuple[Sealed, ...]:
    """Every column the installation's key seals, of all rooms."""
    found = [
        Sealed(DataKey, "wrapped", lambda row: place_of_key(row.school_id, row.use, row.number)),
    ]
    for config in apps.get_app_configs():
        name = f"{config.name}.sealed"
        if config.name.startswith("truongso.") and importlib.util.find_spec(name):
            found.extend(importlib.import_module(name).SEALED)
    return tuple(found)


def renew(actor: Actor, *, at: Callable[[int], None] = lambda _looked: None) -> Outcome:
    """Make a new key, unless a renewal is under way, and seal everything under it; `at` is told the rows looked at."""
    is_new = sealing.add_key()
    if is_new:
        with transaction():
            audit.record(actor, "kernel:keys:rotate", school_id=None, subject=("installation", "key"))
    outcome, looked = Outcome(), 0
    for one in sealed_columns():
        if one.stays:
            continue
        last: Any = 0
        while True:
            with transaction():
                rows = list(_rows(one).filter(pk__gt=last).order_by("pk").select_for_update()[:_PART])
                for row in rows:
                    _seal_anew(one, row, outcome)
            if not rows:
                break
            last, looked = rows[-1].pk, looked + len(rows)
            at(looked)
    return outcome


def drop_old(actor: Actor) -> bool:
    """Drop the key before; False when there is none. Raises StillNeededError; then nothing is changed."""
    if sealing.key_count() == 1:
        return False
    if needed := still_needed():
        raise StillNeededError(needed)
    with transaction():
        audit.record(actor, "kernel:keys:rotated", school_id=None, subject=("installation", "key"))
    sealing.keep_newest()
    return True


def still_needed() -> int:
    """How many values only the key before opens."""
    return sum(
        not sealing.is_under_newest(value, place=one.place(row)) and _opened(value, one.place(row)) is not None
        for one in sealed_columns()
        for row in _rows(one).order_by("pk").iterator(chunk_size=_PART)
        for value in _values(one, getattr(row, one.column))
    )


def _rows(one: Sealed) -> Any:
    return one.model._base_manager.all()  # noqa: SLF001 - of every school, and of the sign-in library


def _seal_anew(one: Sealed, row: Model, outcome: Outcome) -> None:
    place, before = one.place(row), getattr(row, one.column)

    def anew(value: str) -> str:
        if sealing.is_under_newest(value, place=place):
            return value
        said = _opened(value, place)
        if said is None:
            outcome.lost += 1
            return value
        outcome.sealed += 1
        return sealing.seal(said, place=place)

    after = _changed(one, before, anew)
    if after != before:
        _rows(one).filter(pk=row.pk).update(**{one.column: after})


def _values(one: Sealed, value: Any) -> list[str]:
    found: list[str] = []

    def keep(text: str) -> str:
        found.append(text)
        return text

    _changed(one, value, keep)
    return found


def _changed(one: Sealed, value: Any, change: Callable[[str], str]) -> Any:
    """The column's value with each sealed text in it changed."""
    if isinstance(value, str):
        return change(value) if value else value
    if isinstance(value, list):
        return [_changed(one, inner, change) for inner in value]
    if isinstance(value, dict):
        return {key: _changed(one, inner, change) if key in one.names else inner for key, inner in value.items()}
    return value


def _opened(value: str, place: str) -> str | None:
    try:
        return sealing.unseal(value, place=place)
    except (InvalidTag, ValueError):
        return None
