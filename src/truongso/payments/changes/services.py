"""One person asks for a change, another decides; until it takes effect it can be taken back.

What a change does when it is carried out is the business of the slice it belongs to (its module).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import IntegrityError

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint, transaction_required
from truongso.kernel.ids import new_public_id
from truongso.kernel.names import tidy
from truongso.kernel.sealing import seal, unseal
from truongso.payments.changes.models import SetupChange
from truongso.payments.changes.types import ChangeKind, ChangeRefusedError, ChangeState

_REASON = 300


@transaction_required
def propose(
    school_id: int,
    *,
    kind: ChangeKind,
    subject: str,
    title: str,
    reason: str,
    actor: Actor,
    detail: Mapping[str, object] | None = None,
    secret: str = "",
) -> SetupChange:
    """Put a change before the one who decides; nothing changes yet. `secret` is kept sealed.

    Raises ChangeRefusedError `needs_person`, `reason_missing`, `already_open` (the same change waits already).
    """
    if actor.user_id is None:
        raise ChangeRefusedError("needs_person")
    public_id = new_public_id()
    change = SetupChange(
        school_id=school_id, public_id=public_id, kind=kind.value, subject=subject, title=title[:160],
        detail=dict(detail or {}), sealed=seal(secret, place=secret_place(public_id)) if secret else "",
        reason=_reasoned(reason), proposed_at=clock.now(), proposed_by=actor.user_id,
    )  # fmt: skip
    try:
        with savepoint():
            change.save(force_insert=True)
    except IntegrityError as error:
        raise ChangeRefusedError("already_open") from error
    _record(actor, "propose", change, change.reason)
    return change


@transaction_required
def decide(
    school_id: int, *, change_id: int, actor: Actor, delay: dt.timedelta = dt.timedelta()
) -> tuple[SetupChange, str]:
    """Approve a change: done at once, or approved to take effect after `delay`; with the secret it carried, if any.

    The caller carries it out in the same transaction when it is done. Raises ChangeRefusedError `needs_person`,
    `unknown_change`, `already_decided`, `own_change`.
    """
    change = _undecided(school_id, change_id, actor)
    secret = unseal(change.sealed, place=secret_place(change.public_id)) if change.sealed else ""
    now = clock.now()
    change.decided_at, change.decided_by, change.effective_at = now, actor.user_id, now + delay
    if delay:
        change.state = ChangeState.APPROVED.value
        change.save(update_fields=["decided_at", "decided_by", "effective_at", "state"])
    else:
        change.state, change.ended_at, change.sealed = ChangeState.DONE.value, now, ""
        change.save(update_fields=["decided_at", "decided_by", "effective_at", "state", "ended_at", "sealed"])
    _record(actor, "approve", change)
    return change, secret


@transaction_required
def reject(school_id: int, *, change_id: int, reason: str, actor: Actor) -> SetupChange:
    """Decide that a change does not come. Raises as `decide`, and `reason_missing`."""
    reason = _reasoned(reason)
    change = _undecided(school_id, change_id, actor)
    change.decided_at, change.decided_by = clock.now(), actor.user_id
    return _end(change, ChangeState.REJECTED, reason, actor, "decided_at", "decided_by")


@transaction_required
def cancel(school_id: int, *, change_id: int, reason: str, actor: Actor) -> SetupChange:
    """Take a change back that has not taken effect: whoever asked, and whoever decides, as long as it is time.

    Raises ChangeRefusedError `needs_person`, `unknown_change`, `reason_missing`, `in_effect`, `already_decided`.
    """
    if actor.user_id is None:
        raise ChangeRefusedError("needs_person")
    reason = _reasoned(reason)
    change = held(school_id, change_id)
    if not change.is_open:
        raise ChangeRefusedError("already_decided", state=change.state)
    if change.effective_at is not None and change.effective_at <= clock.now():
        raise ChangeRefusedError("in_effect")
    return _end(change, ChangeState.CANCELLED, reason, actor)


@transaction_required
def finish(change: SetupChange, *, actor: Actor, problem: str = "") -> None:
    """An approved change has been carried out, or could not be: `problem` says why. The caller holds it."""
    state = ChangeState.FAILED if problem else ChangeState.DONE
    change.state, change.ended_at, change.sealed, change.problem = state.value, clock.now(), "", problem[:60]
    change.save(update_fields=["state", "ended_at", "sealed", "problem"])
    _record(actor, "fail" if problem else "take_effect", change, problem)


@transaction_required
def held(school_id: int, change_id: int) -> SetupChange:
    """The change, nobody else's until the transaction ends. Raises ChangeRefusedError `unknown_change`."""
    rows = SetupChange.objects.for_school(school_id).select_for_update()
    found: SetupChange | None = rows.filter(pk=change_id).first()
    if found is None:
        raise ChangeRefusedError("unknown_change")
    return found


def _undecided(school_id: int, change_id: int, actor: Actor) -> SetupChange:
    if actor.user_id is None:
        raise ChangeRefusedError("needs_person")
    change = held(school_id, change_id)
    if change.state != ChangeState.PROPOSED.value:
        raise ChangeRefusedError("already_decided", state=change.state)
    if change.proposed_by == actor.user_id:
        raise ChangeRefusedError("own_change")
    return change


def _end(change: SetupChange, state: ChangeState, reason: str, actor: Actor, *more: str) -> SetupChange:
    change.state, change.ended_at, change.ended_by = state.value, clock.now(), actor.user_id
    change.end_reason, change.sealed = reason, ""
    change.save(update_fields=["state", "ended_at", "ended_by", "end_reason", "sealed", *more])
    _record(actor, state.value, change, reason)
    return change


def _reasoned(reason: str) -> str:
    reason = tidy(reason)[:_REASON]
    if not reason:
        raise ChangeRefusedError("reason_missing")
    return reason


def secret_place(public_id: str) -> str:
    """Where a change's sealed secret belongs."""
    return f"payments_setupchange|sealed|{public_id}"


def _record(actor: Actor, verb: str, change: SetupChange, reason: str = "") -> None:
    audit.record(
        actor, f"payments:change:{verb}", school_id=change.school_id, subject=("setup_change", change.public_id),
        params={"kind": change.kind, "title": change.title, "asked_by": change.proposed_by}, reason=reason,
    )  # fmt: skip
