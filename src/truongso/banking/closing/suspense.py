"""Money on bank accounts that has not found its place in the books: since when, who sees to it, why it waits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from truongso.banking.acts.places import rests_of
from truongso.banking.asides.queries import asides_of
from truongso.banking.models import BankLine, BatchLink
from truongso.banking.types import Direction, LineState
from truongso.kernel.money import Dong, total

_HELD = (LineState.WAITING, LineState.PARTLY, LineState.PARKED)


@dataclass(frozen=True, slots=True)
class SuspenseLine:
    """A credit, or what is left of it, that stands in the books as money of unknown purpose.

    `owner_id` sees to it; `kind` and `reason` are those under which it was put aside ("" while it simply waits).
    """

    line: BankLine
    amount: Dong
    owner_id: int | None
    kind: str
    reason: str

    def days(self, on: dt.date) -> int:
        """How long it has waited."""
        return max(0, (on - self.line.booked_on).days)


@dataclass(frozen=True, slots=True)
class Suspense:
    """All of it up to a day, the oldest first; `kept` was paid out in batches for what is no fee money."""

    lines: tuple[SuspenseLine, ...]
    kept: Dong

    @property
    def sum(self) -> Dong:
        return total(x.amount for x in self.lines) + self.kept


def suspense(school_id: int, through: dt.date) -> Suspense:
    """Money of unknown purpose that came up to a day and still has that place; four queries."""
    rows = list(_credits(school_id).filter(booked_on__lte=through, state__in=[s.value for s in _HELD]))
    asides, rests = asides_of(school_id, rows), rests_of(school_id, rows)
    found = []
    for row in rows:
        aside = asides.get(row.pk)
        words = (aside.owner_id, aside.kind, aside.reason) if aside else (None, "", "")
        found.append(SuspenseLine(row, rests[row.pk], *words))
    kept = BatchLink.objects.for_school(school_id).filter(state="standing", line__booked_on__lte=through)
    return Suspense(tuple(found), total(kept.exclude(kept=0).values_list("kept", flat=True)))


def no_fees(school_id: int, first: dt.date, last: dt.date) -> list[SuspenseLine]:
    """Credits of some days that are no fees of pupils, with their kind, oldest first; two queries."""
    rows = list(_credits(school_id).filter(booked_on__range=(first, last), state=LineState.NOT_FEES.value))
    asides = asides_of(school_id, rows)
    return [SuspenseLine(x, x.amount, None, asides[x.pk].kind, asides[x.pk].reason) for x in rows]


def _credits(school_id: int) -> QuerySet[BankLine]:
    rows = BankLine.objects.for_school(school_id).filter(direction=Direction.IN.value)
    return rows.select_related("bank_account").order_by("booked_on", "pk")
