"""Reads of counts, deposits and the state of the box."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.payments.cash.book import cash_balance
from truongso.payments.cash.models import CashBox, CashCount, CashDeposit
from truongso.payments.cash.types import CountState


@dataclass(frozen=True, slots=True)
class BoxState:
    """The cash box now: what lies in it by the books, through which day it is locked, the school's own limit."""

    balance: Dong
    locked_through: dt.date | None
    keep_at_most: Dong | None
    today: dt.date

    @property
    def is_open_today(self) -> bool:
        return self.locked_through is None or self.locked_through < self.today

    @property
    def above_limit(self) -> Dong | None:
        """How much lies there above the limit."""
        if self.keep_at_most is None or self.balance <= self.keep_at_most:
            return None
        return self.balance - self.keep_at_most


def box_state(school_id: int) -> BoxState:
    """The box of a school; four queries."""
    box = CashBox.objects.for_school(school_id).first()
    return BoxState(
        cash_balance(school_id), box.locked_through if box else None, box.keep_at_most if box else None, clock.today()
    )


def is_cash_open(school_id: int, day: dt.date) -> bool:
    """Whether cash may still be moved on a day; one query."""
    locked = CashBox.objects.for_school(school_id).values_list("locked_through", flat=True).first()
    return locked is None or day > locked


def counts(school_id: int) -> QuerySet[CashCount]:
    """Counts of the box, the latest day first."""
    return CashCount.objects.for_school(school_id).order_by("-day", "-pk")


def counts_of_day(school_id: int, day: dt.date) -> list[CashCount]:
    """All counts of a day, refused and reopened ones too, the latest first; two queries."""
    return list(counts(school_id).filter(day=day).prefetch_related("lines"))


def waiting_counts(school_id: int) -> QuerySet[CashCount]:
    """Signed counts that wait for a second person, the oldest first."""
    return CashCount.objects.for_school(school_id).filter(state=CountState.SIGNED.value).order_by("day")


def asked_reopenings(school_id: int) -> QuerySet[CashCount]:
    """Confirmed counts that somebody asks to reopen, the oldest asking first."""
    rows = CashCount.objects.for_school(school_id).filter(
        state=CountState.CONFIRMED.value, reopen_asked_at__isnull=False
    )
    return rows.order_by("reopen_asked_at")


def deposits(school_id: int) -> QuerySet[CashDeposit]:
    """Deposits at the bank, the latest first."""
    rows = CashDeposit.objects.for_school(school_id).select_related("bank_account")
    return rows.order_by("-deposited_on", "-pk")
