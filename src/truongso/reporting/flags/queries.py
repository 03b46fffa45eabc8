"""Reads of findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from truongso.payments.public import Payment
from truongso.reporting.flags.models import Flag, FlagCheck, FlagLine, FlagNote


def flags(school_ids: Iterable[int], *, with_gone: bool = False) -> QuerySet[Any]:
    """Findings of schools, the latest quarter first, with `payments` behind each and whether the school has explained
    (`is_explained`)."""
    notes = FlagNote.objects.of_outer_school().filter(flag_id=OuterRef("pk"), of_school=True)
    rows: QuerySet[Any] = Flag.objects.for_schools(list(school_ids))
    if not with_gone:
        rows = rows.filter(gone_at__isnull=True)
    rows = rows.annotate(payments=Count("lines", distinct=True), is_explained=Exists(notes)).select_related("school")
    return rows.order_by("-period", "school__name", "pattern", "subject")


def waiting_for_word(school_id: int) -> int:
    """Findings the school has not explained and the department not reviewed; one query."""
    return flags([school_id]).filter(is_explained=False, reviewed_at__isnull=True).count()


def payments_of(flag: Flag) -> QuerySet[Payment]:
    """The payments behind a finding, by day."""
    lines = FlagLine.objects.for_school(flag.school_id).filter(flag=flag)
    rows = Payment.objects.for_school(flag.school_id).filter(pk__in=lines.values("payment_id"))
    return rows.select_related("evidence").prefetch_related("receipts").order_by("received_on", "pk")


def notes_of(flag: Flag) -> list[FlagNote]:
    """What was written about it, oldest first."""
    return list(FlagNote.objects.for_school(flag.school_id).filter(flag=flag).order_by("pk"))


def notes_of_all(found: Iterable[Flag]) -> dict[int, list[FlagNote]]:
    """Flag id → what was written about it, oldest first; one query."""
    known = list(found)
    rows = FlagNote.objects.for_schools({f.school_id for f in known}).filter(flag_id__in=[f.pk for f in known])
    notes: dict[int, list[FlagNote]] = {}
    for note in rows.order_by("pk"):
        notes.setdefault(note.flag_id, []).append(note)
    return notes


def last_checks(school_ids: Iterable[int]) -> dict[int, dt.datetime | None]:
    """School id → when it was looked at last; one query."""
    rows = FlagCheck.objects.for_schools(list(school_ids))
    return dict(rows.values_list("school_id", "checked_at"))
