"""Writing down what is put aside. It ends in `line_acts.move_line`; the acts around it are in `acts.handling`."""

from __future__ import annotations

from truongso.accounts.public import members_of_school
from truongso.banking.asides.books import post_no_fees
from truongso.banking.asides.types import AsideKind
from truongso.banking.models import Aside, BankLine
from truongso.banking.types import LineRefusedError
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required


@transaction_required
def put_aside(line: BankLine, kind: AsideKind, *, reason: str, owner_id: int | None, actor: Actor) -> Aside:
    """Write down why a held line, just moved, is put aside; what is no fee leaves suspense for the account of its
    kind."""
    made: Aside = Aside.objects.create(
        school_id=line.school_id, line=line, kind=kind.value, reason=reason[:300], made_at=clock.now(),
        owner_id=owner_id if kind.is_parked else None, made_by=actor.user_id,
    )  # fmt: skip
    post_no_fees(line.school_id, [made], actor_id=actor.user_id)
    return made


def check_owner(school_id: int, kind: AsideKind, owner_id: int | None) -> None:
    """Who is to see to a parked line works at the school. Raises LineRefusedError `owner_missing`, `unknown_owner`."""
    if not kind.is_parked:
        return
    if owner_id is None:
        raise LineRefusedError("owner_missing")
    if owner_id not in {member.user_id for member in members_of_school(school_id, clock.today())}:
        raise LineRefusedError("unknown_owner")
