"""Changing and destroying the keys of a school's sealed columns.

Changing goes in parts, each in a transaction of its own: what is already under the new key is passed over, so that
work that was cut off goes on where it stopped. The old key is destroyed once nothing is sealed with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.db.models import Model

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction, transaction_required
from truongso.kernel.fields import SealedField
from truongso.kernel.models import DataKey
from truongso.kernel.school_keys import (
    Keyring,
    ShreddedError,
    add_key,
    keyring,
    keyring_for_writing,
    number_of,
    place_of,
)
from truongso.kernel.types import KeyUse

BATCH = 500


def sealed_columns() -> Iterator[tuple[type[Model], str]]:
    """Every sealed column of the installed rooms; their tables are all school-owned."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, SealedField):
                yield model, field.name


def rotate(actor: Actor, school_id: int, *, at: Callable[[int], None] = lambda _done: None) -> int:
    """Seal everything of the school anew under a new key and destroy the old ones; returns how many values it sealed.

    A rotation that was cut off is finished under the key it had made. `at` is told how many values were looked at.
    """
    with transaction():
        _begin(actor, school_id)
    looked = sealed = 0
    for model, column in sealed_columns():
        last = 0
        while True:
            with transaction():
                rows = _next(model, school_id, last)
                sealed += _reseal(keyring_for_writing(school_id), model, column, rows)
            if not rows:
                break
            last, looked = rows[-1].pk, looked + len(rows)
            at(looked)
    with transaction():
        _end(actor, school_id)
    return sealed


@transaction_required
def destroy(actor: Actor, school_id: int, *, reason: str) -> int:
    """Destroy every key of the school: its sealed words can never be read again. Returns how many keys there were."""
    live = DataKey.objects.filter(school_id=school_id, destroyed_at__isnull=True)
    numbers = sorted(live.select_for_update().values_list("use", "number"))
    live.update(wrapped="", destroyed_at=clock.now())
    audit.record(
        actor, "kernel:keys:destroy", school_id=school_id, subject=("school", school_id),
        params={"keys": [f"{use} {number}" for use, number in numbers]}, reason=reason,
    )  # fmt: skip
    return len(numbers)


def misplaced() -> list[str]:
    """Sealed values that do not open in their place: changed, moved there by hand, or of another installation's key.

    What was sealed with a destroyed key is none of them: nobody is to open it.
    """
    found: list[str] = []
    for model, column in sealed_columns():
        manager: Any = model._default_manager
        rows = manager.across_schools("every sealed value is checked").exclude(**{column: b""})
        ring: Keyring | None = None
        for row in rows.order_by("school_id", "pk").iterator(chunk_size=BATCH):
            if ring is None or ring.school_id != row.school_id:
                ring = keyring(row.school_id)
            if not _opens(ring, row, column):
                found.append(f"{row.school_id} {model._meta.db_table} {row.pk}")
    return found


def _opens(ring: Keyring, row: Model, column: str) -> bool:
    try:
        ring.unseal(getattr(row, column), place=place_of(row, column))
    except ShreddedError:
        return True
    except (InvalidTag, ValueError):
        return False
    return True


def _begin(actor: Actor, school_id: int) -> None:
    seals = keyring_for_writing(school_id).seals
    if len(seals) == 1:
        add_key(school_id, KeyUse.SEAL)
        audit.record(
            actor, "kernel:keys:rotate", school_id=school_id, subject=("school", school_id),
            params={"from": max(seals), "to": max(seals) + 1},
        )  # fmt: skip


def _next(model: type[Model], school_id: int, last: int) -> list[Any]:
    manager: Any = model._default_manager
    return list(manager.for_school(school_id).filter(pk__gt=last).order_by("pk").select_for_update()[:BATCH])


def _reseal(ring: Keyring, model: type[Model], column: str, rows: list[Any]) -> int:
    old = [row for row in rows if (value := getattr(row, column)) and number_of(bytes(value)) != ring.number]
    for row in old:
        place = place_of(row, column)
        value = ring.seal(ring.unseal(getattr(row, column), place=place), place=place)
        model._base_manager.filter(pk=row.pk).update(**{column: value})
    return len(old)


def _end(actor: Actor, school_id: int) -> None:
    """Destroy the keys nothing is sealed with any more. What was sealed meanwhile under an old key keeps it."""
    ring = keyring_for_writing(school_id)  # holds the rows: nobody seals until this has ended
    used = {ring.number}
    for model, column in sealed_columns():
        manager: Any = model._default_manager
        values = manager.for_school(school_id).exclude(**{column: b""}).values_list(column, flat=True)
        used |= {number_of(bytes(value)) for value in values.iterator()}
    gone = DataKey.objects.filter(school_id=school_id, use=KeyUse.SEAL.value, destroyed_at__isnull=True)
    done = gone.exclude(number__in=used).update(wrapped="", destroyed_at=clock.now())
    audit.record(
        actor, "kernel:keys:rotated", school_id=school_id, subject=("school", school_id),
        params={"number": ring.number, "destroyed": done},
    )  # fmt: skip
