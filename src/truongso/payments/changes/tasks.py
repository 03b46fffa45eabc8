"""Approved changes of account take effect by the clock."""

from __future__ import annotations

from collections.abc import Callable

from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.organizations.public import School, schools_by_id
from truongso.payments.changes.accounts import take_effect
from truongso.payments.changes.models import SetupChange
from truongso.payments.changes.types import ChangeState


def apply_due() -> int:
    """Carry out the changes whose moment has come, each in its own transaction; how many came to their end."""
    rows = SetupChange.objects.across_schools("the clock asks for every school")
    due = rows.filter(state=ChangeState.APPROVED.value, effective_at__lte=clock.now()).order_by("effective_at", "pk")
    found = list(due.values_list("pk", "school_id"))
    schools = schools_by_id({school_id for _pk, school_id in found})

    return sum(_applied(schools[school_id], pk) for pk, school_id in found)


def _applied(school: School, pk: int) -> bool:
    def act() -> bool:
        with transaction():
            return take_effect(school, pk)

    return retrying(act)


TICKS: dict[str, Callable[[], int]] = {"payments.take_accounts_into_use": apply_due}
