"""What every act on a bank line does: hold the line, move it to another state, write down who decided what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from truongso.banking.acts.places import rests_of
from truongso.banking.asides.books import reverse_no_fees
from truongso.banking.asides.types import NO_FEES
from truongso.banking.matching.types import RULES_VERSION
from truongso.banking.models import Aside, BankLine, MatchDecision
from truongso.banking.types import DecisionKind, LineRefusedError, LineState
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import Dong
from truongso.ledger.public import closed_months
from truongso.payments.public import Payment

_ASIDE = (LineState.PARKED.value, LineState.NOT_FEES.value)
_MAYBE_PARTLY = (LineState.PARTLY.value, LineState.PARKED.value)


@transaction_required
def held_line(school_id: int, line_id: int) -> BankLine:
    """The line, nobody else's until the transaction ends. Raises LineRefusedError `unknown_line`."""
    rows = BankLine.objects.for_school(school_id).filter(pk=line_id)
    line: BankLine | None = rows.select_for_update().first()
    if line is None:
        raise LineRefusedError("unknown_line")
    return line


@transaction_required
def move_line(line: BankLine, state: LineState, *, actor: Actor) -> None:
    """Put the line into another state; what was put aside is so no longer, in the books either."""
    if line.state in _ASIDE:
        rows = Aside.objects.for_school(line.school_id).filter(line=line, ended_at__isnull=True)
        booked = list(rows.filter(kind__in=NO_FEES).values_list("pk", flat=True))
        rows.update(ended_at=clock.now())
        if booked:
            reverse_no_fees(line.school_id, booked, actor_id=actor.user_id)
    line.state = state.value
    line.save(update_fields=["state"])


def entry_day(line: BankLine) -> dt.date:
    """The day on which the books take what is said of a line now: its own, today where that month is closed; 1 query
    (nothing is counted twice: the money itself stands on the line's day)."""
    closed = closed_months(line.school_id)
    return clock.today() if (line.booked_on.year, line.booked_on.month) in closed else line.booked_on


def rest_of(line: BankLine) -> Dong:
    """What of a line is not booked; 1 query."""
    return rests_of(line.school_id, [line])[line.pk]


def open_state(line: BankLine) -> LineState:
    """How a line waits that waits again: with a part of it booked, or whole."""
    return LineState.WAITING if rest_of(line) == line.amount else LineState.PARTLY


def require_whole(line: BankLine) -> None:
    """Nothing of the line is booked. Raises LineRefusedError `partly_booked`."""
    if line.state in _MAYBE_PARTLY and rest_of(line) != line.amount:
        raise LineRefusedError("partly_booked")


@transaction_required
def note_decision(
    line: BankLine,
    kind: DecisionKind,
    code: str,
    params: Mapping[str, Any],
    *,
    actor: Actor,
    payment: Payment | None = None,
    confirmed: MatchDecision | None = None,
) -> None:
    """Store what was decided; `confirmed` is the rules' proposal that a person agreed with."""
    agreed = {"rule": confirmed.rule, "rules": str(confirmed.version)} if confirmed else {}
    MatchDecision.objects.create(
        school_id=line.school_id, line_id=line.pk, decision=kind.value, rule=code[:20], version=RULES_VERSION,
        reason={"code": code, "params": {**params, **agreed}}, payment=payment, decided_by=actor.user_id,
        decided_at=clock.now(), confidence=confirmed.confidence if confirmed else None,
        differs=confirmed.differs if confirmed else [],
    )  # fmt: skip
