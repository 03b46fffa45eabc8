"""Reads of sealed facts by the program itself, and of who looked at whose."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from django.db.models import Count, QuerySet

from truongso.kernel.school_keys import Keyring, ShreddedError, keyring, place_of
from truongso.people.sensitive.models import AccessEntry, SensitiveFact
from truongso.people.sensitive.numbers import normal_number
from truongso.people.sensitive.types import FactKind

Facts = Mapping[FactKind, str]


def kinds_of(school_id: int, student_id: int) -> list[FactKind]:
    """Which facts are kept of a pupil, without reading any; one query."""
    rows = SensitiveFact.objects.for_school(school_id).filter(student_id=student_id)
    kept = set(rows.values_list("kind", flat=True))
    return [kind for kind in FactKind if kind.value in kept]


def facts_of(school_id: int, student_ids: Collection[int] | None = None) -> dict[int, dict[FactKind, str]]:
    """Facts by pupil (None: of the whole school), opened for the program's own comparison; two queries.

    Nobody may be shown them without `services.open_facts`. What was shredded is left out.
    """
    rows = SensitiveFact.objects.for_school(school_id)
    if student_ids is not None:
        rows = rows.filter(student_id__in=student_ids)
    kept = list(rows)
    ring = keyring(school_id) if kept else None
    found: dict[int, dict[FactKind, str]] = defaultdict(dict)
    for row in kept:
        text = _opened(ring, row) if ring else None
        if text is not None:
            found[row.student_id][FactKind(row.kind)] = text
    return dict(found)


def student_with_number(school_id: int, text: str) -> int | None:
    """The pupil with exactly this personal number, found by its keyed digest; None also for what is no number."""
    number = normal_number(text)
    ring = keyring(school_id)
    if number is None or ring.blinding is None:
        return None
    rows = SensitiveFact.objects.for_school(school_id).filter(blind=ring.blind(number))
    return next((row.student_id for row in rows if _opened(ring, row) == number), None)


def accesses(school_id: int, student_id: int) -> QuerySet[AccessEntry]:
    """Who looked at a pupil's sensitive data, the latest first."""
    rows: QuerySet[AccessEntry] = AccessEntry.objects.for_school(school_id).filter(student_id=student_id)
    return rows.order_by("-at", "-id")


@dataclass(frozen=True, slots=True)
class Looked:
    """One opening, as the family reads it."""

    student_name: str
    user_name: str
    role: str
    seen: tuple[str, ...]
    reason: str
    at: dt.datetime


def accesses_of_family(school_id: int, family_id: int, limit: int, *, student_id: int | None = None) -> list[Looked]:
    """Who looked at the sensitive data of a family's children, or of one of them, the latest first; one query."""
    rows = AccessEntry.objects.for_school(school_id).filter(student__family_id=family_id)
    if student_id is not None:
        rows = rows.filter(student=student_id)
    latest = rows.select_related("student").order_by("-at", "-id")[:limit]
    return [
        Looked(one.student.full_name, one.user_name, one.role, tuple(one.seen), one.reason, one.at) for one in latest
    ]


def pupils_seen(school_id: int, user_id: int, since: dt.datetime) -> int:
    """How many pupils' data an account looked at since then; one query."""
    rows = AccessEntry.objects.for_school(school_id).filter(user_id=user_id, at__gte=since)
    return int(rows.aggregate(pupils=Count("student_id", distinct=True))["pupils"])


def lost_numbers() -> list[str]:
    """Facts whose digest is not that of the number sealed beside it: a search would pass them by."""
    rows = SensitiveFact.objects.across_schools("every digest is checked").exclude(blind="").order_by("school_id", "pk")
    ring: Keyring | None = None
    lost = []
    for row in rows.iterator(chunk_size=500):
        if ring is None or ring.school_id != row.school_id:
            ring = keyring(row.school_id)
        try:
            number = ring.unseal_text(row.value, place=place_of(row, "value"))
            is_found = ring.blind(number) == row.blind
        except (ShreddedError, InvalidTag, ValueError):
            continue  # told by the other check, or destroyed on purpose
        if not is_found:
            lost.append(f"{row.school_id} people_sensitivefact {row.pk}")
    return lost


def _opened(ring: Keyring, row: SensitiveFact) -> str | None:
    try:
        return ring.unseal_text(row.value, place=place_of(row, "value"))
    except ShreddedError:
        return None
