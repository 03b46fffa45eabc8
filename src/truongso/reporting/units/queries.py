"""Figures of many schools: the same numbers as each school's own report, whatever the number of schools."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncMonth

from truongso.kernel.money import Dong
from truongso.payments.public import Payment, PaymentReversal, refund_movements_of_schools
from truongso.payments.types import Method
from truongso.reporting.cashless import BookedPayment, add_up, by_day, movements, refunds_by_day
from truongso.reporting.flags.queries import flags
from truongso.reporting.periods import Period
from truongso.reporting.types import CashlessFigures, DayFigures, Figures, GivenBack, share


def figures_of_schools(school_ids: Collection[int], period: Period) -> dict[int, CashlessFigures]:
    """School id → its cashless report of the period, exactly as `cashless_figures` gives it; 4 queries at most."""
    days: dict[int, list[DayFigures]] = {pk: [] for pk in school_ids}
    payments = Payment.objects.for_schools(school_ids)
    plain = payments.exclude(evidence_id__in=_undone(school_ids)).filter(
        received_on__gte=period.first, received_on__lte=period.last
    )
    sums = plain.order_by().values_list("school_id", "method").annotate(n=Count("pk"), s=Sum("amount"))
    for school_id, method, count, value in sums:
        days[school_id].append(DayFigures(period.first, Method(method), Figures(count, Dong(int(value)))))
    for school_id, one in _corrections(payments.filter(evidence_id__in=_undone(school_ids))):
        days[school_id] += by_day(movements(one))
    for school_id, refunds in _given_back(school_ids, period).items():
        days[school_id] += refunds_by_day(refunds)
    return {pk: add_up(found, period) for pk, found in days.items()}


def shares_by_month(school_ids: Collection[int], first: dt.date, last: dt.date) -> dict[int, list[float]]:
    """School id → the cashless share by value, in percent, of each month with money, oldest first; of payments that
    stand now, for a small drawing beside the exact figures. 1 query."""
    rows: Any = Payment.objects.for_schools(school_ids).filter(
        reversed_at__isnull=True, received_on__gte=first, received_on__lte=last
    )
    found: dict[int, dict[dt.date, list[int]]] = {pk: defaultdict(lambda: [0, 0]) for pk in school_ids}
    grouped = rows.order_by().annotate(month=TruncMonth("received_on")).values_list("school_id", "month", "method")
    for school_id, month, method, value in grouped.annotate(s=Sum("amount")):
        both = found[school_id][month]
        both[0] += int(value)
        both[1] += int(value) if Method(method).is_cashless else 0
    return {
        pk: [float((share(months[m][1], months[m][0]) or 0) * 100) for m in sorted(months)]
        for pk, months in found.items()
    }


def unexplained_flags(school_ids: Collection[int]) -> dict[int, int]:
    """School id → findings that it has not explained and nobody has taken note of; 1 query."""
    rows = flags(school_ids).filter(is_explained=False, reviewed_at__isnull=True).order_by()
    found: dict[int, int] = defaultdict(int)
    for school_id in rows.values_list("school_id", flat=True):
        found[school_id] += 1
    return dict(found)


def _undone(school_ids: Collection[int]) -> QuerySet[Any, Any]:
    return PaymentReversal.objects.for_schools(school_ids).order_by().values("payment__evidence_id")


def _corrections(payments: QuerySet[Payment]) -> Iterable[tuple[int, list[BookedPayment]]]:
    """Payments whose evidence was ever freed by an undo, by school; 1 query."""
    rows = payments.order_by("school_id", "pk").values_list(
        "school_id", "pk", "evidence_id", "method", "amount", "received_on", "created_at", "reversed_at"
    )
    for school_id, group in groupby(rows, lambda row: row[0]):
        yield (
            school_id,
            [
                BookedPayment(pk, evidence, Method(method), amount, received, booked, undone)
                for _school, pk, evidence, method, amount, received, booked, undone in group
            ],
        )


def _given_back(school_ids: Collection[int], period: Period) -> Mapping[int, list[GivenBack]]:
    """Refunds of every payment of which money left or came back in the period, from the first one on; 2 queries."""
    inside = refund_movements_of_schools(school_ids, first=period.first, last=period.last)
    touched = {one.payment_id for found in inside.values() for one in found}
    if not touched:
        return {}
    return {
        pk: [GivenBack(r.payment_id, r.method, r.paid, r.day, r.value) for r in found]
        for pk, found in refund_movements_of_schools(list(inside), payment_ids=touched).items()
    }
