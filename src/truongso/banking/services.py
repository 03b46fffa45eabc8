"""What people decide about bank lines (`acts.handling`), and matching again."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from truongso.banking.acts.handling import assign, set_aside, undo_match
from truongso.banking.decide import decide_lines, preview_lines, says_the_same
from truongso.banking.desk import Desk
from truongso.banking.matching.types import Verdict
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.queries import last_suggestions, waiting_lines
from truongso.kernel.actor import Actor
from truongso.kernel.collector import resting_collector
from truongso.kernel.db import parts, retrying, transaction, transaction_required

__all__ = [
    "PART",
    "Change",
    "assign",
    "match_again",
    "match_again_in_parts",
    "preview_match_again",
    "set_aside",
    "undo_match",
]

PART = 1000


@transaction_required
def match_again(school_id: int, *, actor: Actor) -> int:
    """Run the rules over everything that waits (after new invoices, or new rules); returns how many were booked.

    A decision is stored where it differs from the last one. What a person undid is proposed, not booked again.
    """
    return decide_lines(school_id, list(waiting_lines(school_id)), actor=actor, again=True)


@dataclass(frozen=True, slots=True)
class Change:
    """What matching again would make of a line: the decision that stands and the one that would be stored."""

    line: BankLine
    before: MatchDecision | None
    after: MatchDecision

    @property
    def would_book(self) -> bool:
        return bool(self.after.decision == Verdict.AUTO.value)


def preview_match_again(school_id: int) -> list[Change]:
    """What `match_again` would change at this moment, in order of the queue; nothing is stored or booked."""
    waiting = list(waiting_lines(school_id))
    before = last_suggestions(school_id, waiting)
    after = preview_lines(school_id, waiting, desk=Desk(school_id))
    lines = {line.pk: line for line in waiting}
    pairs = [(lines[row.line_id], before.get(row.line_id), row) for row in after]
    return [Change(*pair) for pair in pairs if not says_the_same(pair[2], pair[1])]


def match_again_in_parts(
    school_id: int, *, actor: Actor, on_progress: Callable[[int, int], None] = lambda _done, _of: None
) -> int:
    """`match_again` for a queue of any length, in transactions of at most 1,000 lines; how many were booked.

    Opens its own transactions. Started anew after a kill it begins at the first line that still waits.
    """
    ids = list(waiting_lines(school_id).values_list("pk", flat=True))
    desk, booked = Desk(school_id), 0
    for start, end in parts(len(ids), PART):
        booked += retrying(functools.partial(_part_again, school_id, ids[start:end], actor, desk))
        on_progress(end, len(ids))
    return booked


def _part_again(school_id: int, ids: Sequence[int], actor: Actor, desk: Desk) -> int:
    with resting_collector(), transaction():
        lines = list(waiting_lines(school_id).filter(pk__in=ids))
        return decide_lines(school_id, lines, actor=actor, desk=desk, again=True)
