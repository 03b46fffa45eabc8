"""Accepting many proposals in one act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from truongso.banking.acts.handling import Order, Refusal, carry_out
from truongso.banking.acts.recording import new_act
from truongso.banking.acts.types import ActKind
from truongso.banking.bulk.queries import chosen, plan
from truongso.banking.models import BankLine, LineAct
from truongso.banking.types import LineRefusedError
from truongso.kernel import audit
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import Dong, total
from truongso.payments.public import Payment


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of it: the act to undo it by, how many lines and đồng were booked, and what was refused."""

    act: LineAct
    count: int
    amount: Dong
    refused: tuple[tuple[BankLine, Refusal], ...]


@transaction_required
def accept_many(school_id: int, *, least: int, line_ids: Sequence[str], seen: Dong, actor: Actor) -> Accepted:
    """Accept the proposals of these lines (public ids) as they stand now; what somebody handled meanwhile is refused
    alone.

    Raises LineRefusedError `nothing_chosen`, `bulk_changed` when the chosen proposals no longer come to the sum that
    the person saw (`seen`); nothing is booked then.
    """
    picks = chosen(plan(school_id, least), line_ids)
    if not line_ids:
        raise LineRefusedError("nothing_chosen")
    if len(picks) != len(set(line_ids)) or total(p.line.amount for p in picks) != seen:
        raise LineRefusedError("bulk_changed")
    act = new_act(school_id, ActKind.BULK, actor=actor)
    orders = [Order(p.line.pk, tuple(part.as_share for part in p.parts)) for p in picks]
    results = carry_out(act, orders, actor=actor)
    booked, refused = [], []
    for pick, result in zip(picks, results, strict=True):
        if not isinstance(result, Payment):
            refused.append((pick.line, result))
        elif result.credited:
            raise LineRefusedError("bulk_changed")  # paid by somebody since it was looked at: all is taken back
        else:
            booked.append(result)
    audit.record(
        actor, "banking:bulk:accept", school_id=school_id, subject=("line_act", act.pk),
        params={"least": least, "lines": len(booked), "amount": int(total(p.amount for p in booked))},
    )  # fmt: skip
    return Accepted(act, len(booked), total(p.amount for p in booked), tuple(refused))
