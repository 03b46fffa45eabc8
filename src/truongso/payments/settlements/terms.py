"""What was agreed with those who settle: within how many working days, and what they keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import ZERO, Dong
from truongso.organizations.public import School
from truongso.payments.gateways.models import Channel
from truongso.payments.pos.models import PosTerminal
from truongso.payments.pos.types import SOURCE_PREFIX
from truongso.payments.settlements.models import SettleTerm
from truongso.payments.settlements.sources import sources
from truongso.payments.settlements.types import POS_SOURCE, SettlementRefusedError

DEFAULT_DAYS = 1
MOST_DAYS = 30
_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Terms:
    """Of one source of evidence: name, working days until its money comes, what it keeps of an amount; `is_set`: a
    person has said the days."""

    source: str
    name: str
    days: int
    fee_of: Callable[[Dong], Dong]
    is_terminal: bool = False
    is_set: bool = True

    def fee(self, amount: Dong) -> Dong:
        """The fee agreed for an amount, in whole đồng, half up."""
        return self.fee_of(amount)


def terms_of(school: School | int) -> dict[str, Terms]:
    """Source of evidence → its terms, terminals each by itself; 5 queries."""
    own = dict(SettleTerm.objects.for_school(school).values_list("source", "days"))
    found = {}
    for terminal in PosTerminal.objects.for_school(school).order_by("pk"):
        code, points = f"{SOURCE_PREFIX}{terminal.code}", terminal.fee_basis_points
        found[code] = Terms(code, str(terminal), terminal.settle_days, _share(points), is_terminal=True)
    channels = {f"{c.provider}:{c.public_id}": c for c in Channel.objects.for_school(school)}
    for source in sources(school):
        if source.code == POS_SOURCE:
            continue
        channel = channels.get(source.code)
        keeps = channel.fee_of if channel is not None and not channel.payer_pays else _nothing
        days = own.get(source.code, DEFAULT_DAYS)
        found[source.code] = Terms(source.code, source.name, days, keeps, is_set=source.code in own)
    return found


@transaction_required
def save_days(school: School, *, days: Mapping[str, int], actor: Actor) -> int:
    """Say within how many working days partners pay; how many were changed.

    Raises SettlementRefusedError `unknown_source`, `bad_days` (most); nothing is changed then.
    """
    known = {code: one for code, one in terms_of(school).items() if not one.is_terminal}
    for code, n in days.items():
        if code not in known:
            raise SettlementRefusedError("unknown_source")
        if not 0 <= n <= MOST_DAYS:
            raise SettlementRefusedError("bad_days", most=MOST_DAYS)
    changed = {code: n for code, n in days.items() if known[code].days != n or not known[code].is_set}
    for code, n in changed.items():
        SettleTerm.objects.for_school(school).update_or_create(
            school=school, source=code,
            defaults={"days": n, "updated_at": clock.now(), "updated_by": actor.user_id},
        )  # fmt: skip
    if changed:
        audit.record(
            actor, "payments:settlement:terms", school_id=school.pk, subject=("settle_terms", school.pk),
            params=dict(sorted(changed.items())),
        )  # fmt: skip
    return len(changed)


def _share(basis_points: int) -> Callable[[Dong], Dong]:
    return lambda amount: Dong((int(amount) * basis_points * 2 + _WHOLE) // (2 * _WHOLE))


def _nothing(_amount: Dong) -> Dong:
    return ZERO
