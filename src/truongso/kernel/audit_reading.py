"""Reading the audit trail: what is looked for, the state of a chain, and its head at the end of a day."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import TruncDate

from truongso.kernel import clock
from truongso.kernel.audit import HIDDEN, SECRET_WORDS, entry_hash
from truongso.kernel.models import AuditEntry, AuditHead

DAY = "day_at_school"
"""The day of an entry, for conditions that `entries` is given."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; empty fields count as anything. `since` and `until` are days at school, both included.

    `subject` is the thing's id, or words of the reason unless the reader may not see reasons (`with_reasons`).
    """

    who: str = ""
    room: str = ""
    verb: str = ""
    subject: str = ""
    channel: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    with_reasons: bool = True


@dataclass(frozen=True, slots=True)
class ChainState:
    """The head of a chain and what became of looking at its last `checked` entries: the number of the first that does
    not follow from the one before, or None."""

    seq: int
    hash: str
    checked: int
    broken: int | None


@dataclass(frozen=True, slots=True)
class DayHead:
    """The last entry of a chain up to the end of a day, and how many entries the day itself has."""

    day: dt.date
    count: int
    seq: int
    at: dt.datetime
    hash: str


def entries(school_ids: Collection[int], wanted: Wanted, *, also: Q | None = None) -> QuerySet[AuditEntry]:
    """What the schools' chains hold of it, and of other chains what the condition `also` lets through, newest first."""
    found = AuditEntry.objects.filter(school_id__in=school_ids)
    if also is not None:
        found = AuditEntry.objects.alias(**{DAY: TruncDate("at", tzinfo=clock.SCHOOL_TIME)})
        found = found.filter(Q(school_id__in=school_ids) | also)
    if wanted.who:
        found = found.filter(actor_label__icontains=wanted.who)
    if wanted.room:
        found = found.filter(action__startswith=f"{wanted.room}:")
    if wanted.verb:
        found = found.filter(action__endswith=f":{wanted.verb}")
    if wanted.subject:
        said = Q(reason__icontains=wanted.subject) if wanted.with_reasons else Q()
        found = found.filter(Q(subject_id=wanted.subject) | said)
    if wanted.channel:
        found = found.filter(channel=wanted.channel)
    if wanted.since:
        found = found.filter(at__gte=_begin(wanted.since))
    if wanted.until:
        found = found.filter(at__lt=_begin(wanted.until + dt.timedelta(days=1)))
    return found.order_by("-at", "-school_id", "-seq")


def chain_state(school_id: int, *, last: int) -> ChainState:
    """The head, and whether the last entries follow each from the one before and end at the head. Two queries."""
    head = AuditHead.objects.filter(school_id=school_id).first()
    if head is None:
        return ChainState(0, "", 0, None)
    rows = list(AuditEntry.objects.filter(school_id=school_id).order_by("-seq")[:last])[::-1]
    broken: int | None = None
    previous: AuditEntry | None = None
    for row in rows:
        follows = previous is None or (row.prev_hash == previous.hash and row.seq == previous.seq + 1)
        if broken is None and not (follows and entry_hash(row) == row.hash):
            broken = row.seq
        previous = row
    if broken is None and (previous is None or (previous.seq, previous.hash) != (head.seq, head.hash)):
        broken = head.seq
    return ChainState(head.seq, head.hash, len(rows), broken)


def day_head(school_id: int, day: dt.date) -> DayHead | None:
    """Where the chain stood at the end of the day; None before its first entry. Two queries."""
    until = _begin(day + dt.timedelta(days=1))
    rows = AuditEntry.objects.filter(school_id=school_id, at__lt=until)
    last = rows.order_by("-seq").first()
    if last is None:
        return None
    return DayHead(day, rows.filter(at__gte=_begin(day)).count(), last.seq, last.at, last.hash)


def sealed_text(lines: Collection[str]) -> str:
    """A small text with its own sha256 in the last line: a copy that was changed no longer fits it."""
    body = "\n".join(lines) + "\n"
    return f"{body}sha256: {hashlib.sha256(body.encode()).hexdigest()}\n"


def without_secrets(value: Any) -> Any:
    """Parameters as they may be shown: secrets are hidden at every depth, also where an old entry still has one."""
    if isinstance(value, dict):
        return {key: HIDDEN if _is_secret(str(key)) else without_secrets(one) for key, one in value.items()}
    return [without_secrets(one) for one in value] if isinstance(value, list) else value


def _is_secret(key: str) -> bool:
    return any(word in key.lower() for word in SECRET_WORDS)


def _begin(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), clock.SCHOOL_TIME)
