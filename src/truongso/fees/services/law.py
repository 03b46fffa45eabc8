"""Reductions by law: entered by the operator with their document and dates, never edited."""

from __future__ import annotations

import datetime as dt

from truongso.fees.models import ReductionRule
from truongso.fees.types import FeeNature
from truongso.kernel import audit
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required


@transaction_required
def add_reduction_rule(
    *,
    actor: Actor,
    code: str,
    name: str,
    nature: FeeNature,
    percent: int,
    everyone: bool,
    ownership: str,
    legal_basis: str,
    valid_from: dt.date,
    valid_to: dt.date | None,
) -> bool:
    """Enter a rule that is not there yet; False when (code, nature, from) is known already."""
    _rule, created = ReductionRule.objects.get_or_create(
        code=code, nature=nature.value, valid_from=valid_from,
        defaults={
            "name": name, "percent": percent, "everyone": everyone, "ownership": ownership,
            "legal_basis": legal_basis, "valid_to": valid_to,
        },
    )  # fmt: skip
    if created:
        audit.record(
            actor, "fees:reduction_rule:add", school_id=None, subject=("reduction_rule", code),
            params={"nature": nature.value, "percent": percent},
        )  # fmt: skip
    return created
