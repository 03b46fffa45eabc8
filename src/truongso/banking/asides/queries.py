"""Reads of what is put aside: who sees to how much, and since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Min, Sum

from truongso.accounts.public import user_names
from truongso.banking.asides.types import PARKED
from truongso.banking.models import Aside, BankLine
from truongso.banking.types import LineState
from truongso.kernel import clock
from truongso.kernel.among import among
from truongso.kernel.money import Dong


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
    """Who sees to parked credits, the longest wait first; 2 queries."""
    rows = Aside.objects.for_school(school_id).filter(
        ended_at__isnull=True, kind__in=[k.value for k in PARKED], line__state=LineState.PARKED.value
    )
    found = list(
        rows.order_by()
        .values("owner_id")
        .annotate(n=Count("pk"), s=Sum("line__amount"), since=Min("line__booked_on"))
        .order_by("since", "owner_id")
    )
    names = user_names(r["owner_id"] for r in found)
    return [Owned(r["owner_id"], names.get(r["owner_id"], ""), r["n"], Dong(int(r["s"])), r["since"]) for r in found]


def asides_of(school_id: int, lines: Iterable[BankLine]) -> dict[int, Aside]:
    """Line id → how it stands aside; 1 query."""
    rows = Aside.objects.for_school(school_id).filter(among("line_id", [x.pk for x in lines]), ended_at__isnull=True)
    return {row.line_id: row for row in rows}
