"""The audit trail: append-only, hash-chained per school, written in the transaction of the act itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.bulk import insert_many, new_row
from truongso.kernel.db import transaction_required
from truongso.kernel.models import AuditEntry, AuditHead

SYSTEM_SCHOOL = 0
_fixed_form = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_LONGEST_REASON = 500  # what the column holds; the hash is of what is kept
SECRET_WORDS = ("password", "secret", "token", "signature", "apikey")


@dataclass(frozen=True)
class Act:
    """One thing done: `action` as `room:subject:verb`, the thing, its parameters and the reason given."""

    action: str
    subject_kind: str
    subject_id: str
    params: dict[str, Any] = field(default_factory=dict)
    reason: str = ""


@transaction_required
def record(
    actor: Actor,
    action: str,
    *,
    school_id: int | None,
    subject: tuple[str, object],
    params: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Add one entry; `school_id` None for what belongs to no school."""
    kind, subject_id = subject
    record_many(actor, school_id=school_id, acts=[Act(action, kind, str(subject_id), params or {}, reason)])


@transaction_required
def record_many(actor: Actor, *, school_id: int | None, acts: Sequence[Act]) -> None:
    """Add entries in order. The chain's head is locked last in the lock order invoice → payment → receipt → audit."""
    if not acts:
        return
    school = SYSTEM_SCHOOL if school_id is None else school_id
    head = _locked_head(school)
    at = clock.now()
    rows, seq, previous = [], head.seq, head.hash
    for act in acts:
        seq += 1
        row = new_row(
            AuditEntry, school_id=school, seq=seq, at=at, actor_id=actor.user_id, actor_label=actor.label,
            channel=actor.channel, action=act.action, subject_kind=act.subject_kind, subject_id=act.subject_id,
            params=_masked(act.params), reason=act.reason[:_LONGEST_REASON], prev_hash=previous,
        )  # fmt: skip
        row.hash = previous = entry_hash(row)
        rows.append(row)
    insert_many(rows)
    AuditHead.objects.filter(school_id=school).update(seq=seq, hash=previous)


def entry_hash(row: AuditEntry) -> str:
    """sha256 over the previous hash and every field of the entry, in a fixed JSON form."""
    payload = [
        row.school_id, row.seq, row.at.isoformat(timespec="microseconds"), row.actor_id, row.actor_label, row.channel,
        row.action, row.subject_kind, row.subject_id, row.params, row.reason,
    ]  # fmt: skip
    return hashlib.sha256((row.prev_hash + _fixed_form(payload)).encode()).hexdigest()


def first_broken(rows: Iterable[AuditEntry]) -> AuditEntry | None:
    """The first entry of one school's chain (ordered by seq) that does not follow from the one before."""
    previous, seq = "", 0
    for row in rows:
        if row.prev_hash != previous or row.seq != seq + 1 or entry_hash(row) != row.hash:
            return row
        previous, seq = row.hash, row.seq
    return None


def _locked_head(school: int) -> AuditHead:
    AuditHead.objects.bulk_create([AuditHead(school_id=school)], ignore_conflicts=True)
    query = AuditHead.objects.filter(school_id=school)
    return query.select_for_update().get()


def _masked(params: dict[str, Any]) -> dict[str, Any]:
    return {k: ("***" if any(w in k.lower() for w in SECRET_WORDS) else v) for k, v in params.items()}
