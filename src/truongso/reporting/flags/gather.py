"""What the patterns look at: a school's standing payments of a quarter. The number of queries never grows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, Case, F, Sum, When

from truongso.banking.public import BankLine, says_cash
from truongso.fees.public import InvoiceLine
from truongso.kernel import clock
from truongso.kernel.among import among
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.kernel.names import fold
from truongso.payments.public import Allocation, SettlementItem
from truongso.payments.types import EvidenceKind, Method
from truongso.reporting.flags import patterns
from truongso.reporting.flags.types import Finding, Paid, Quarter, Thresholds
from truongso.reporting.periods import Period, before
from truongso.reporting.queries import cashless_figures


def thresholds() -> Thresholds:
    """The thresholds in force (settings)."""
    return Thresholds(**settings.FLAG_THRESHOLDS)


def findings(school_id: int, quarter: Period) -> list[Finding]:
    """All that is found in a quarter, in a fixed order; at most 12 queries."""
    limits = thresholds()
    rows = _rows(school_id, quarter)
    paid = [_paid(row) for row in rows]
    found = patterns.one_account(paid, limits)
    found += patterns.cash_lines(paid, _cash_lines(school_id, paid), limits)
    found += patterns.unsettled_slips(_old_slips(school_id, rows, limits), limits)
    found += patterns.round_splits(paid, limits)
    if quarter.last < clock.today():
        found += patterns.share_up_total_down(
            _quarter(school_id, quarter), _quarter(school_id, before(quarter)), limits
        )
    return found


def _rows(school_id: int, quarter: Period) -> list[dict[str, Any]]:
    """Standing cashless payments of the quarter, one row for each invoice they paid when booked."""
    return list(
        Allocation.objects.for_school(school_id)
        .filter(
            reverses__isnull=True, move__isnull=True, payment__reversed_at__isnull=True,
            payment__received_on__range=(quarter.first, quarter.last),
        )
        .exclude(payment__method=Method.CASH.value)
        .order_by("payment_id", "invoice_id")
        .values(
            "payment_id", "payment__received_on", "payment__amount", "invoice__family_id", "invoice_id",
            "invoice__class_name", "payment__evidence__payer_account", "payment__evidence__kind",
            "payment__evidence__payer_name", "payment__evidence__reference", "payment__evidence__source",
            "payment__evidence_id",
        )
        .distinct()
    )  # fmt: skip


def _paid(row: dict[str, Any]) -> Paid:
    on_line = row["payment__evidence__kind"] == EvidenceKind.BANK_LINE.value
    return Paid(
        row["payment_id"], row["payment__received_on"], row["payment__amount"], row["invoice__family_id"],
        row["invoice_id"], row["invoice__class_name"], _payer(row),
        int(row["payment__evidence__reference"]) if on_line else None,
    )  # fmt: skip


def _payer(row: dict[str, Any]) -> str:
    """The account that paid, else the name that the bank reports; a single word names nobody."""
    account = str(row["payment__evidence__payer_account"]).strip()
    name = fold(row["payment__evidence__payer_name"])
    return account or (f"@{name}" if len(name.split()) > 1 else "")


def _cash_lines(school_id: int, paid: list[Paid]) -> list[int]:
    """Bank lines of payments for several families whose memo speaks of cash; one query."""
    families: dict[int, set[int]] = defaultdict(set)
    for one in paid:
        if one.line_id is not None:
            families[one.line_id].add(one.family_id)
    several = [pk for pk, some in families.items() if len(some) > 1]
    lines = BankLine.objects.for_school(school_id).filter(among("id", several))
    return [pk for pk, memo in lines.values_list("pk", "memo") if says_cash(memo)]


def _old_slips(school_id: int, rows: list[dict[str, Any]], limits: Thresholds) -> dict[str, list[Paid]]:
    """Payments on card slips that are old and not paid out, by terminal; one query."""
    last = clock.today() - dt.timedelta(days=limits.slip_days)
    old = [
        r
        for r in rows
        if r["payment__evidence__kind"] == EvidenceKind.POS_SLIP.value and r["payment__received_on"] <= last
    ]
    items = SettlementItem.objects.for_school(school_id).filter(
        among("evidence_id", {r["payment__evidence_id"] for r in old}), state="matched", gross__gt=0
    )
    settled = set(items.values_list("evidence_id", flat=True))
    found: dict[str, list[Paid]] = defaultdict(list)
    for r in old:
        if r["payment__evidence_id"] not in settled:
            found[r["payment__evidence__source"].partition(":")[2]].append(_paid(r))
    return found


def _quarter(school_id: int, quarter: Period) -> Quarter:
    figures = cashless_figures(school_id, quarter)
    start = dt.datetime.combine(quarter.first, dt.time(), tzinfo=SCHOOL_TIME)
    end = dt.datetime.combine(quarter.last + dt.timedelta(days=1), dt.time(), tzinfo=SCHOOL_TIME)
    signed = Case(When(kind="credit", then=-F("amount")), default=F("amount"), output_field=BigIntegerField())
    lines = InvoiceLine.objects.for_school(school_id).filter(created_at__gte=start, created_at__lt=end)
    charged = lines.aggregate(s=Sum(signed))["s"]
    return Quarter(figures.all.value, figures.cashless.value, Dong(int(charged or 0)))
