"""The inbox of provider notices: stored raw before anything is believed of them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, F, Max

from truongso.kernel import clock
from truongso.kernel.db import transaction_required
from truongso.payments.models import ForgedTally, Notice
from truongso.payments.types import NoticeState

KEPT_FORGED = 20
"""Notices of one connection, day and problem that are kept though not genuine; the rest is only counted."""
_KEPT_HEADERS = ("content-type", "user-agent", "x-sepay-timestamp")


@transaction_required
def store(school_id: int, *, provider: str, connection: str, body: bytes, headers: Mapping[str, str]) -> Notice:
    """Keep a notice as received (recipe of §4.1: raw body first). Signatures and keys are not kept."""
    made: Notice = Notice.objects.create(
        school_id=school_id, provider=provider, connection=connection, body=body,
        body_sha256=hashlib.sha256(body).hexdigest(),
        headers={k.lower(): v for k, v in headers.items() if k.lower() in _KEPT_HEADERS}, received_at=clock.now(),
    )  # fmt: skip
    return made


@transaction_required
def settle(notice: Notice, state: NoticeState, *, problem: str = "", external_id: str = "") -> None:
    """Close a notice: processed, duplicate or refused with the problem's code."""
    notice.state, notice.problem, notice.processed_at = state.value, problem[:60], clock.now()
    notice.external_id = external_id[:80]
    notice.save(update_fields=["state", "problem", "processed_at", "external_id"])


@transaction_required
def refuse_forged(notice: Notice, *, problem: str) -> None:
    """Close a notice that is not genuine. The first few of a day are kept, so that a person can see what came; after
    them a flood leaves a number and no rows."""
    day = clock.school_date(notice.received_at)
    key = {"provider": notice.provider, "connection": notice.connection, "day": day, "problem": problem[:60]}
    ForgedTally.objects.bulk_create(
        [ForgedTally(school_id=notice.school_id, latest=notice.received_at, **key)], ignore_conflicts=True
    )
    rows = ForgedTally.objects.for_school(notice.school_id).filter(**key)
    rows.update(count=F("count") + 1, latest=notice.received_at)
    if rows.values_list("count", flat=True).get() > KEPT_FORGED:
        notice.delete()
    else:
        settle(notice, NoticeState.REFUSED, problem=problem)


def waiting(school_id: int, *, provider: str, connection: str) -> list[Notice]:
    """Notices stored and verified but not worked on yet (a crash in between), oldest first."""
    rows = Notice.objects.for_school(school_id).filter(
        provider=provider, connection=connection, state=NoticeState.VERIFIED.value
    )
    return list(rows.order_by("pk"))


@dataclass(frozen=True, slots=True)
class NoticeFigure:
    """How many notices of a connection were refused for one problem, or (problem "") wait to be worked on."""

    connection: str
    problem: str
    count: int
    latest: dt.datetime


def problems(school_id: int, *, since: dt.datetime) -> list[NoticeFigure]:
    """Refused and unfinished notices of a school by connection and problem, the latest first; 2 queries."""
    rows = (
        Notice.objects.for_school(school_id)
        .filter(received_at__gte=since, state__in=[NoticeState.REFUSED.value, NoticeState.VERIFIED.value])
        .values("connection", "problem")
        .annotate(n=Count("pk"), latest=Max("received_at"))
    )
    found = {(r["connection"], r["problem"]): (r["n"], r["latest"]) for r in rows}
    floods = ForgedTally.objects.for_school(school_id).filter(day__gte=clock.school_date(since), count__gt=KEPT_FORGED)
    for tally in floods:
        count, latest = found.get((tally.connection, tally.problem), (0, tally.latest))
        found[tally.connection, tally.problem] = (count + tally.count - KEPT_FORGED, max(latest, tally.latest))
    figures = [NoticeFigure(*key, count, latest) for key, (count, latest) in found.items()]
    return sorted(figures, key=lambda f: f.latest, reverse=True)
