"""What signing, deciding and reopening have in common, for days and for months."""

from __future__ import annotations

from typing import Any, TypeVar

from truongso.banking.closing.models import DayClose, MonthClose
from truongso.banking.closing.signatures import decision_signature
from truongso.banking.closing.types import CloseState, ClosingRefusedError
from truongso.kernel import clock
from truongso.kernel.actor import Actor

C = TypeVar("C", DayClose, MonthClose)
LONGEST_NOTE, LONGEST_REASON = 500, 300


def person(actor: Actor) -> int:
    """Whoever signs is a person who signed in. Raises ClosingRefusedError `needs_person`."""
    if actor.user_id is None:
        raise ClosingRefusedError("needs_person")
    return actor.user_id


def reason_of(text: str) -> str:
    """A reason, tidied. Raises ClosingRefusedError `reason_missing`."""
    why = " ".join(text.split())[:LONGEST_REASON]
    if not why:
        raise ClosingRefusedError("reason_missing")
    return why


def held(model: type[C], school_id: int, pk: int) -> C:
    """A closing, nobody else's until the transaction ends. Raises ClosingRefusedError `unknown_close`."""
    rows: Any = model.objects.for_school(school_id).filter(pk=pk)
    found: C | None = rows.select_for_update().first()
    if found is None:
        raise ClosingRefusedError("unknown_close")
    return found


def require_signed_by_other(row: DayClose | MonthClose, actor: Actor) -> int:
    """It waits for another person than the one who signed. Raises `not_signed` (state), `same_person`."""
    who = person(actor)
    if row.state != CloseState.SIGNED.value:
        raise ClosingRefusedError("not_signed", state=row.state)
    if row.signed_by == who:
        raise ClosingRefusedError("same_person")
    return who


def decide(row: DayClose | MonthClose, state: CloseState, who: int, note: str = "") -> None:
    """Write the second person's decision down."""
    row.state, row.decided_by, row.decided_at, row.decision_note = state.value, who, clock.now(), note
    row.decision_signature = decision_signature(row)
    row.save(update_fields=["state", "decided_by", "decided_at", "decision_note", "decision_signature"])


def ask(row: DayClose | MonthClose, who: int, why: str) -> None:
    """Write down who asks for reopening and why. Raises `not_confirmed` (state), `asked_before`."""
    _require_confirmed(row)
    if row.reopen_asked_at is not None:
        raise ClosingRefusedError("asked_before")
    row.reopen_reason, row.reopen_asked_by, row.reopen_asked_at = why, who, clock.now()
    row.save(update_fields=["reopen_reason", "reopen_asked_by", "reopen_asked_at"])


def reopen(row: DayClose | MonthClose, who: int) -> None:
    """A second person agrees. Raises `not_confirmed` (state), `not_asked`, `same_person`."""
    _require_confirmed(row)
    if row.reopen_asked_at is None:
        raise ClosingRefusedError("not_asked")
    if row.reopen_asked_by == who:
        raise ClosingRefusedError("same_person")
    row.state, row.reopened_by, row.reopened_at = CloseState.REOPENED.value, who, clock.now()
    row.save(update_fields=["state", "reopened_by", "reopened_at"])


def _require_confirmed(row: DayClose | MonthClose) -> None:
    if row.state != CloseState.CONFIRMED.value:
        raise ClosingRefusedError("not_confirmed", state=row.state)
