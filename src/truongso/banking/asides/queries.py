"""Reads of what is put aside: who sees to how much, and since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from truongso.accounts.public import user_names
from truongso.banking.acts.places import rests_of
from truongso.banking.asides.types import PARKED
from truongso.banking.models import Aside, BankLine
from truongso.banking.types import LineState
from truongso.kernel import clock
from truongso.kernel.among import among
from truongso.kernel.money import Dong, total


@dataclass(frozen=True, slots=True)
class Owned:
    """What one person sees to: how many parked credits, how much, since which day the oldest has been waiting."""

    owner_id: int
    name: str
    count: int
    amount: Dong
    since: dt.date

    @property
    def days(self) -> int:
        return (clock.today() - self.since).days


def owners(school_id: int) -> list[Owned]:
    """Who sees to parked credits, the longest wait first, with what of them is not booked; 3 queries."""
    rows = Aside.objects.for_school(school_id).filter(
        ended_at__isnull=True, kind__in=[k.value for k in PARKED], line__state=LineState.PARKED.value
    )
    found: dict[int, list[BankLine]] = {}
    for row in rows.select_related("line").order_by("line__booked_on", "pk"):
        found.setdefault(row.owner_id or 0, []).append(row.line)
    rests = rests_of(school_id, [line for lines in found.values() for line in lines])
    names = user_names(found)
    return [
        Owned(pk, names.get(pk, ""), len(lines), total(rests[x.pk] for x in lines), lines[0].booked_on)
        for pk, lines in sorted(found.items(), key=lambda one: (one[1][0].booked_on, one[0]))
    ]


def asides_of(school_id: int, lines: Iterable[BankLine]) -> dict[int, Aside]:
    """Line id → how it stands aside; 1 query."""
    rows = Aside.objects.for_school(school_id).filter(among("line_id", [x.pk for x in lines]), ended_at__isnull=True)
    return {row.line_id: row for row in rows}
