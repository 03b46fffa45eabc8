"""Reads behind the cashless report. Three queries for a period's figures, four with refunds, whatever the number of
payments.

Payments on evidence that was never undone are summed by the database, by day and method, along the index on
(school, received_on). The few that share evidence with an undone payment are fetched and reckoned one by one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from truongso.fees.types import FeeNature
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.names import fold
from truongso.payments.public import Allocation, Payment, PaymentReversal, refund_movements
from truongso.payments.types import Method
from truongso.reporting.cashless import BookedPayment, add_up, by_day, movements, refunds_by_day, standing_out
from truongso.reporting.periods import Period
from truongso.reporting.types import CashlessFigures, DayFigures, Figures, GivenBack, Movement


@dataclass(frozen=True, slots=True)
class PaymentsBehind:
    """The payments that make up a figure, the latest first; `undone` holds those that count −1, by row id."""

    payments: QuerySet[Payment]
    undone: dict[int, Movement]


@dataclass(frozen=True, slots=True)
class NatureFigures:
    """Money of one nature of fee; `nature` None is money above what was owed, the family's credit."""

    nature: FeeNature | None
    value: Dong
    cashless_value: Dong


def day_figures(school_id: int, first: dt.date, last: dt.date) -> list[DayFigures]:
    """What came on each day, by method, and what was given back; undone payments are negative on the day of the undo.
    4 queries, 3 without refunds."""
    rows = (
        _untouched(school_id)
        .filter(received_on__gte=first, received_on__lte=last)
        .order_by()
        .values_list("received_on", "method")
        .annotate(n=Count("pk"), s=Sum("amount"))
    )
    summed = [DayFigures(day, Method(method), Figures(n, _dong(s))) for day, method, n, s in rows]
    corrected = [d for d in by_day(_corrections(school_id)) if first <= d.day <= last]
    refunded = [d for d in refunds_by_day(_given_back(school_id, first, last)) if first <= d.day <= last]
    return summed + corrected + refunded


def standing_by_day(school_id: int, first: dt.date, last: dt.date) -> list[DayFigures]:
    """Payments that stand now, by the day the money came and method: the daily view of a school, not the report's
    (which never changes a period that is over). 1 query."""
    rows = (
        Payment.objects.for_school(school_id)
        .filter(reversed_at__isnull=True, received_on__gte=first, received_on__lte=last)
        .order_by()
        .values_list("received_on", "method")
        .annotate(n=Count("pk"), s=Sum("amount"))
    )
    return [DayFigures(day, Method(method), Figures(n, _dong(s))) for day, method, n, s in rows]


def cashless_figures(school_id: int, period: Period) -> CashlessFigures:
    """The cashless report of a school: counts and values by method, exactly. 3 or 4 queries."""
    return add_up(day_figures(school_id, period.first, period.last), period)


def payments_behind(
    school_id: int, period: Period, *, methods: Collection[Method] = tuple(Method), words: str = ""
) -> PaymentsBehind:
    """The payments whose counts add up to the period's figures of the methods.

    `words` narrows the list: every word, without accents, in pupil, payer, class or code of an invoice paid.
    1 query now, the list is read by the caller.
    """
    standing = standing_out(_corrections(school_id), period)
    plain = Q(received_on__gte=period.first, received_on__lte=period.last)
    plain &= ~Q(evidence_id__in=_undone(school_id))
    rows = Payment.objects.for_school(school_id).filter(plain | Q(pk__in=[m.payment_id for m in standing]))
    rows = rows.filter(method__in=[m.value for m in methods])
    for word in fold(words).split():
        on_invoice = Allocation.objects.for_school(school_id).filter(
            payment_id=OuterRef("pk"), invoice__search_fold__contains=word
        )
        rows = rows.filter(Exists(on_invoice) | Q(invoice_code__contains=word))
    rows = rows.select_related("evidence").order_by("-received_on", "-pk")
    return PaymentsBehind(rows, {m.payment_id: m for m in standing if m.sign < 0})


def nature_figures(school_id: int, period: Period) -> list[NatureFigures]:
    """The period's money by nature of the fees it paid: what is collected on behalf of others is seen apart.

    As booked when it came: credit used later, or fees lowered later, change no period that is over. Natures without
    money are left out; what no invoice owed comes last. 3 queries.
    """
    sums: dict[FeeNature, list[int]] = {}
    standing = {m.payment_id: m.sign for m in standing_out(_corrections(school_id), period)}
    plain = Q(payment__received_on__gte=period.first, payment__received_on__lte=period.last)
    allocations = Allocation.objects.for_school(school_id).filter(reverses__isnull=True, move__isnull=True)
    rows: list[Any] = list(
        allocations.filter(plain)
        .exclude(payment__evidence_id__in=_undone(school_id))
        .order_by()
        .values_list("line__nature", "payment__method")
        .annotate(s=Sum("amount"))
    )
    corrected = allocations.filter(payment_id__in=list(standing)).values_list(
        "payment_id", "line__nature", "payment__method", "amount"
    )
    rows += [(nature, method, int(amount) * standing[pk]) for pk, nature, method, amount in corrected]
    for nature, method, amount in rows:
        _add(sums, FeeNature(nature), Method(method), int(amount))
    return _natures(sums)


def credit_figures(report: CashlessFigures, natures: Iterable[NatureFigures]) -> NatureFigures | None:
    """What was collected beyond the natures: money no invoice owed. None when there is none."""
    value = int(report.collected.value) - sum(int(n.value) for n in natures)
    cashless = int(report.cashless_collected.value) - sum(int(n.cashless_value) for n in natures)
    return NatureFigures(None, Dong(value), Dong(cashless)) if value or cashless else None


def _given_back(school_id: int, first: dt.date, last: dt.date) -> list[GivenBack]:
    """Refunds of every payment of which money left or came back in the days, from the first one on. 2 queries."""
    touched = {one.payment_id for one in refund_movements(school_id, first=first, last=last)}
    if not touched:
        return []
    rows = refund_movements(school_id, payment_ids=touched)
    return [GivenBack(r.payment_id, r.method, r.paid, r.day, r.value) for r in rows]


def _undone(school_id: int) -> QuerySet[Any, Any]:
    """Evidence that an undone payment rests or rested on."""
    return PaymentReversal.objects.for_school(school_id).order_by().values("payment__evidence_id")


def _untouched(school_id: int) -> QuerySet[Payment]:
    return Payment.objects.for_school(school_id).exclude(evidence_id__in=_undone(school_id))


def _corrections(school_id: int) -> list[Movement]:
    """All movements of payments whose evidence was ever freed by an undo; 1 query."""
    rows = (
        Payment.objects.for_school(school_id)
        .filter(evidence_id__in=_undone(school_id))
        .values_list("pk", "evidence_id", "method", "amount", "received_on", "created_at", "reversed_at")
    )
    return movements(
        BookedPayment(pk, evidence, Method(method), amount, received, booked, undone)
        for pk, evidence, method, amount, received, booked, undone in rows
    )


def _add(sums: dict[FeeNature, list[int]], nature: FeeNature, method: Method, amount: int) -> None:
    both = sums.setdefault(nature, [0, 0])
    both[0] += amount
    both[1] += amount if method.is_cashless else 0


def _natures(sums: dict[FeeNature, list[int]]) -> list[NatureFigures]:
    order = list(FeeNature)
    known = sorted((n for n in sums if any(sums[n])), key=order.index)
    return [NatureFigures(n, Dong(sums[n][0]), Dong(sums[n][1])) for n in known]


def _dong(value: Dong | int | None) -> Dong:
    return ZERO if value is None else Dong(int(value))
