"""Writing down what a person did with lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from truongso.banking.acts.places import places_of
from truongso.banking.acts.types import ActKind, Place
from truongso.banking.models import BankLine, LineAct, LineActRow
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required


@transaction_required
def new_act(school_id: int, kind: ActKind, *, actor: Actor, reason: str = "", undoes: LineAct | None = None) -> LineAct:
    """An act without lines yet."""
    made: LineAct = LineAct.objects.create(
        school_id=school_id, kind=kind.value, reason=reason[:300], undoes=undoes, made_at=clock.now(),
        made_by=actor.user_id,
    )  # fmt: skip
    return made


@transaction_required
def add_rows(act: LineAct, lines: Sequence[BankLine], before: dict[int, Place]) -> None:
    """What the act did: where its lines stood before, and where they stand now. The lines are held."""
    after = places_of(act.school_id, lines)
    LineActRow.objects.bulk_create(
        LineActRow(
            school_id=act.school_id, act=act, line_id=line.pk, before=before[line.pk].as_json(),
            after=after[line.pk].as_json(),
        )
        for line in lines
    )  # fmt: skip


@transaction_required
def held_lines(school_id: int, line_ids: Iterable[int]) -> list[BankLine]:
    """Lines with their account, nobody else's until the transaction ends, in the order of their ids."""
    rows = BankLine.objects.for_school(school_id).filter(pk__in=set(line_ids)).order_by("pk")
    return list(rows.select_for_update(of=("self",)).select_related("bank_account"))
