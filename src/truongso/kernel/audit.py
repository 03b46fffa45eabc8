"""The audit trail: append-only, hash-chained per school, written in the transaction of the act itself."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from truongso.kernel import clock, origin, scope, sending
from truongso.kernel.actor import Actor
from truongso.kernel.bulk import insert_many, new_row
from truongso.kernel.db import transaction_required
from truongso.kernel.fixed_form import fixed_form
from truongso.kernel.models import AuditEntry, AuditHead

SYSTEM_SCHOOL = 0
_LONGEST_REASON = 500  # what the column holds; the hash is of what is kept
HIDDEN = "***"
_SCALARS = frozenset({str, int, bool, float, type(None)})
"""What nearly all parameters are, told apart at once: a long statement has many."""
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
    scope.name_place(school)
    seq, previous = _locked_head(school)
    at, here, rows = clock.now(), origin.present(), []
    for act in acts:
        seq += 1
        row = new_row(
            AuditEntry, school_id=school, seq=seq, at=at, actor_id=actor.user_id, actor_label=actor.label,
            channel=actor.channel, action=act.action, subject_kind=act.subject_kind, subject_id=act.subject_id,
            params=_masked(act.params), reason=act.reason[:_LONGEST_REASON],
            request_id=here.request_id, source=here.source, device=here.device, prev_hash=previous,
        )  # fmt: skip
        row.hash = previous = entry_hash(row)
        rows.append(row)
    insert_many(rows)
    AuditHead.objects.filter(school_id=school).update(seq=seq, hash=previous)


@transaction_required
def hold(school_id: int) -> None:
    """Where rows are sent ahead (`kernel.sending`): take the chain's head for the `record_many` to come, which then
    need not wait for all that is sent before it. Nothing elsewhere. Months of the books are held before the head."""
    ahead = sending.present()
    if ahead is not None:
        _make_head(school_id)
        ahead.ask(
            ("audit head", school_id),
            "SELECT seq, hash FROM kernel_audithead WHERE school_id = %s FOR UPDATE",
            [school_id],
        )


def place(school_id: int) -> tuple[int, str]:
    """Number and hash of the last act in the school's chain: while it stays, nobody did anything there; 1 query."""
    return AuditHead.objects.filter(school_id=school_id).values_list("seq", "hash").first() or (0, "")


def entry_hash(row: AuditEntry) -> str:
    """sha256 over the previous hash and every field of the entry, in a fixed JSON form. Where it came from is left out
    when all of it is empty: entries from before it was kept have the hash they always had."""
    payload = [
        row.school_id, row.seq, row.at.isoformat(timespec="microseconds"), row.actor_id, row.actor_label, row.channel,
        row.action, row.subject_kind, row.subject_id, row.params, row.reason,
    ]  # fmt: skip
    came_from = [row.request_id, row.source, row.device]
    if any(came_from):
        payload.append(came_from)
    # A form without NaN: no JSON column gives it back, and the chain would never close over such an entry again.
    return hashlib.sha256(row.prev_hash.encode() + fixed_form(payload)).hexdigest()


def first_broken(rows: Iterable[AuditEntry]) -> AuditEntry | None:
    """The first entry of one school's chain (ordered by seq) that does not follow from the one before."""
    previous, seq = "", 0
    for row in rows:
        if row.prev_hash != previous or row.seq != seq + 1 or entry_hash(row) != row.hash:
            return row
        previous, seq = row.hash, row.seq
    return None


def _locked_head(school: int) -> tuple[int, str]:
    """Number and hash of the chain's last act, held until the transaction ends."""
    ahead = sending.present()
    held = ahead.answer(("audit head", school)) if ahead else None
    if held is not None:
        return int(held[0]), str(held[1])
    _make_head(school)
    query = AuditHead.objects.filter(school_id=school).select_for_update()
    seq, last = query.values_list("seq", "hash").get()
    return seq, last


def _make_head(school: int) -> None:
    AuditHead.objects.bulk_create([AuditHead(school_id=school)], ignore_conflicts=True)


def _masked(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters as they are kept: what names a secret is hidden, however deep it lies."""
    return {
        key: HIDDEN if _names_a_secret(key) else one if type(one) in _SCALARS else _deeper(one)
        for key, one in params.items()
    }


def _deeper(value: Any) -> Any:
    if isinstance(value, dict):
        return _masked({str(key): one for key, one in value.items()})
    return [_deeper(one) for one in value] if isinstance(value, list | tuple) else value


@functools.lru_cache(maxsize=1000)
def _names_a_secret(name: str) -> bool:
    return any(word in name.lower() for word in SECRET_WORDS)
