"""The cashless report, recounted from the evidence (I14)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import groupby
from typing import Any

from django.utils.translation import gettext_lazy as _

from truongso.kernel import clock
from truongso.kernel.selfcheck import Check
from truongso.payments.public import Payment, RefundPayout
from truongso.reporting.posting.selfcheck import CHECKS as POSTING_CHECKS
from truongso.reporting.queries import day_figures

# (year, month, method) → [receipts, đồng]
Months = dict[tuple[int, int, str], list[int]]


def differences() -> list[str]:
    """Schools and months in which the report says something else than its evidence."""
    problems = []
    for school_id, months in recount().items():
        reported = _reported(school_id)
        problems += [
            f"{school_id} {year}-{month:02} {method}: {reported.get((year, month, method))} ≠ {counted}"
            for (year, month, method), counted in _all_keys(months, reported)
            if reported.get((year, month, method), [0, 0]) != counted
        ]
    return problems


def recount() -> dict[int, Months]:
    """Every school's receipts by month and method, walked one by one from the evidence they rest on, less its refunds,
    walked one by one from the payouts.

    Independent of the report's own query: no sums in the database, no grouping by day.
    """
    rows = (
        Payment.objects.across_schools("every school's report is recounted")
        .filter(receipts__isnull=False)
        .order_by("school_id", "evidence_id", "pk")
        .values_list(
            "school_id", "evidence_id", "pk", "method", "amount", "received_on", "created_at",
            "reversals__created_at",
        )
    )  # fmt: skip
    schools: dict[int, Months] = {}
    for (school_id, _evidence), group in groupby(rows.iterator(chunk_size=5000), key=lambda row: row[:2]):
        _walk(schools.setdefault(school_id, {}), list(group))
    _take_off_refunds(schools)
    return schools


def _take_off_refunds(schools: dict[int, Months]) -> None:
    """Payouts in the order they happened; a receipt counts no more from the moment all its money is back."""
    rows = (
        RefundPayout.objects.across_schools("every school's report is recounted")
        .filter(item__moves__kind="refunded")
        .order_by("occurred_on", "pk", "item__moves__pk")
        .values_list(
            "school_id", "kind", "occurred_on", "item__moves__amount", "item__moves__payment_id",
            "item__moves__payment__method", "item__moves__payment__amount",
        )
    )  # fmt: skip
    left: dict[int, int] = {}
    for school_id, kind, day, amount, payment_id, method, paid in rows.iterator(chunk_size=5000):
        before = left.get(payment_id, int(paid))
        left[payment_id] = before - int(amount) if kind == "paid" else before + int(amount)
        gone = int(left[payment_id] <= 0) - int(before <= 0)
        _count(schools.setdefault(school_id, {}), day, method, -gone, left[payment_id] - before)


def _walk(months: Months, rows: list[Any]) -> None:
    """The payments that have rested on one piece of evidence, in the order of booking."""
    freed: dt.datetime | None = None
    for _school, _evidence, _pk, method, amount, received_on, booked_at, undone_at in rows:
        again = freed is not None and freed <= booked_at
        _count(months, clock.school_date(booked_at) if again else received_on, method, 1, int(amount))
        if undone_at is not None:
            _count(months, clock.school_date(undone_at), method, -1, -int(amount))
            freed = undone_at if freed is None else min(freed, undone_at)


def _count(months: Months, day: dt.date, method: str, sign: int, amount: int) -> None:
    sums = months.setdefault((day.year, day.month, method), [0, 0])
    sums[0] += sign
    sums[1] += amount


def _reported(school_id: int) -> Months:
    months: Months = {}
    for one in day_figures(school_id, dt.date.min, dt.date.max):
        sums = months.setdefault((one.day.year, one.day.month, one.method.value), [0, 0])
        sums[0] += one.figures.count - one.refunded.count
        sums[1] += int(one.figures.value) - int(one.refunded.value)
    return months


def _all_keys(counted: Months, reported: Months) -> list[tuple[tuple[int, int, str], list[int]]]:
    keys = sorted(Counter([*counted, *reported]))
    return [(key, counted.get(key, [0, 0])) for key in keys]


CHECKS = [
    *POSTING_CHECKS,
    Check("I14", _("báo cáo không dùng tiền mặt đúng như chứng cứ, từng tháng, từng phương thức"),
          function=differences),
    Check("I14", _("tiền mặt dựa trên phiếu của thủ quỹ, còn lại dựa trên dòng sao kê, thông báo hoặc quyết toán"),
          "SELECT p.school_id, p.public_id FROM payments_payment p "
          "JOIN payments_evidence e ON e.id = p.evidence_id "
          "WHERE (p.method = 'cash') <> (e.kind = 'cash_receipt')"),
]  # fmt: skip
