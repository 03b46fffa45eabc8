"""What belongs to a line: other open lines of the same payer, and invoices that this payer paid too little on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from truongso.banking.models import BankLine
from truongso.banking.queries import OPEN_STATES, QueueFilter, queue_lines
from truongso.banking.types import Direction, LineState
from truongso.fees.public import Invoice
from truongso.kernel.names import fold
from truongso.payments.public import Allocation

_SHOWN = 8
_WITHIN = dt.timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Companion:
    """An open line that may be money for the same thing; `same_payer` by account, or by name where there is none."""

    line: BankLine
    same_payer: bool


def companions(line: BankLine, words: str = "") -> list[Companion]:
    """Other open lines, those of the same payer first; with `words` those in which they stand; 1 or 2 queries."""
    if words.strip():
        found = queue_lines(line.school_id, QueueFilter.WAITING, words).exclude(pk=line.pk)[:_SHOWN]
        return [Companion(x, _same_payer(x, line)) for x in found]
    same = _of_payer(line, account="counter_account", name="counter_name")
    if same is None:
        return []
    rows = BankLine.objects.for_school(line.school_id).filter(
        same, direction=Direction.IN.value, state__in=[*OPEN_STATES, LineState.PARKED.value]
    )
    return [Companion(x, same_payer=True) for x in rows.exclude(pk=line.pk).order_by("booked_on", "pk")[:_SHOWN]]


def short_paid(line: BankLine) -> list[Any]:
    """Invoices on which the same payer has paid a part and which still owe something, the latest first; 2 queries."""
    same = _of_payer(line, account="payment__evidence__payer_account", name="payment__evidence__payer_name")
    if same is None:
        return []
    paid = Allocation.objects.for_school(line.school_id).filter(
        same, reverses__isnull=True, reversed_by__isnull=True, payment__reversed_at__isnull=True,
        payment__received_on__gte=line.booked_on - _WITHIN,
    )  # fmt: skip
    ids = set(paid.values_list("invoice_id", flat=True)[:200])
    rows = Invoice.objects.for_school(line.school_id).filter(pk__in=ids, cancelled_at__isnull=True)
    return list(rows.filter(paid__lt=F("total")).order_by("-pk")[:3]) if ids else []


def _of_payer(line: BankLine, *, account: str, name: str) -> Q | None:
    """The payer's account, or the name where the bank gives none; None when nothing is known of the payer."""
    if line.counter_account:
        return Q(**{account: line.counter_account})
    return Q(**{name: line.counter_name}) if line.counter_name else None


def _same_payer(one: BankLine, other: BankLine) -> bool:
    if one.counter_account and other.counter_account:
        return one.counter_account == other.counter_account
    return bool(one.counter_name) and fold(one.counter_name) == fold(other.counter_name)
