"""What a department or commune sees of its schools: totals and what stands out, never a pupil, a family or a payer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from truongso.banking.public import late_claims, waiting_of_schools
from truongso.fees.public import outstanding_of_schools
from truongso.kernel import clock
from truongso.kernel.money import ZERO, Dong, total
from truongso.ledger.public import open_past_months
from truongso.organizations.public import School
from truongso.payments.public import FOUR, LEAST_OF_FOUR, ready_ways
from truongso.payments.types import Method
from truongso.reporting.periods import Period, before
from truongso.reporting.types import CashlessFigures, share
from truongso.reporting.units.queries import figures_of_schools, shares_by_month, unexplained_flags

TREND_MONTHS = 6
STALE_DAYS = 7  # a credit that nobody has given a place


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """One school. Shares and the change against the period before are in percent, None where there is nothing to
    compare; `ready` are the ways to pay that stand, `used` those that brought money in the period."""

    school: School
    figures: CashlessFigures
    change: Fraction | None
    trend: list[float]
    ready: frozenset[Method]
    used: frozenset[Method]
    outstanding: Dong
    flags: int
    waiting: int
    waiting_days: int
    late_claims: int
    open_months: int

    @property
    def value_percent(self) -> Fraction | None:
        return _percent(self.figures.value_share)

    @property
    def count_percent(self) -> Fraction | None:
        return _percent(self.figures.count_share)

    @property
    def is_ready(self) -> bool:
        """Whether at least three of the four ways stand (NB-I.2)."""
        return len(self.ready & set(FOUR)) >= LEAST_OF_FOUR

    @property
    def needs(self) -> list[str]:
        """Codes of what waits for somebody at the school, the gravest first."""
        said = [
            ("flags", self.flags > 0), ("claims", self.late_claims > 0), ("months", self.open_months > 0),
            ("waiting", self.waiting_days > STALE_DAYS), ("ways", not self.is_ready),
        ]  # fmt: skip
        return [code for code, holds in said if holds]


@dataclass(frozen=True, slots=True)
class Totals:
    """All schools shown together."""

    schools: int
    value: Dong
    value_percent: Fraction | None
    count_percent: Fraction | None
    ready: int
    reached: int
    flags: int
    late_claims: int
    outstanding: Dong


def rows_of(schools: Sequence[School], period: Period) -> list[SchoolRow]:
    """Every school with its totals; the number of queries is the same for any number of schools."""
    if not schools:
        return []
    ids, today = [s.pk for s in schools], clock.today()
    figures = figures_of_schools(ids, period)
    earlier = figures_of_schools(ids, before(period))
    last = min(today, period.last)
    trend = shares_by_month(ids, _months_back(last, TREND_MONTHS - 1), last)
    ready, flags, waiting = ready_ways(ids), unexplained_flags(ids), waiting_of_schools(ids)
    late, open_months, owed = late_claims(ids), open_past_months(ids, today), outstanding_of_schools(ids)
    found = []
    for school in schools:
        count, oldest = waiting.get(school.pk, (0, today))
        own = figures[school.pk]
        found.append(
            SchoolRow(
                school, own, _change(own, earlier[school.pk]), trend[school.pk], ready[school.pk],
                frozenset(m.method for m in own.by_method if m.figures.count > 0 and m.method in FOUR),
                owed.get(school.pk, ZERO), flags.get(school.pk, 0), count, (today - oldest).days,
                late.get(school.pk, 0), open_months.get(school.pk, 0),
            )
        )  # fmt: skip
    return found


def totals_of(rows: Sequence[SchoolRow], target: int) -> Totals:
    """The schools together; `target` is the cashless share to reach, in percent by count and by value."""
    return Totals(
        len(rows), total(r.figures.all.value for r in rows),
        _percent(
            share(
                sum(int(r.figures.cashless.value) for r in rows), sum(int(r.figures.all.value) for r in rows)
            )
        ),
        _percent(share(sum(r.figures.cashless.count for r in rows), sum(r.figures.all.count for r in rows))),
        sum(r.is_ready for r in rows), sum(_reaches(r, target) for r in rows), sum(r.flags for r in rows),
        sum(r.late_claims for r in rows), total(r.outstanding for r in rows),
    )  # fmt: skip


def _reaches(row: SchoolRow, target: int) -> bool:
    both = (row.value_percent, row.count_percent)
    return all(one is not None and one >= target for one in both)


def _change(now: CashlessFigures, before: CashlessFigures) -> Fraction | None:
    """Points that the share by value moved."""
    if now.value_share is None or before.value_share is None:
        return None
    return (now.value_share - before.value_share) * 100


def _percent(value: Fraction | None) -> Fraction | None:
    return None if value is None else value * 100


def _months_back(day: dt.date, months: int) -> dt.date:
    year, index = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, index + 1, 1)
