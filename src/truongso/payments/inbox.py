"""The inbox of provider notices: stored raw before anything is believed of them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Max

from truongso.kernel import clock
from truongso.kernel.db import transaction_required
from truongso.payments.models import Notice
from truongso.payments.types import NoticeState

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
    """Refused and unfinished notices of a school by connection and problem, the latest first; 1 query."""
    rows = (
        Notice.objects.for_school(school_id)
        .filter(received_at__gte=since, state__in=[NoticeState.REFUSED.value, NoticeState.VERIFIED.value])
        .values("connection", "problem")
        .annotate(n=Count("pk"), latest=Max("received_at"))
        .order_by("-latest")
    )
    return [NoticeFigure(r["connection"], r["problem"], r["n"], r["latest"]) for r in rows]
