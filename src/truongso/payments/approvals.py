"""What waits for the decision of a second person in this room, for the page and the number beside its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from truongso.accounts.types import Permission
from truongso.payments.cash.queries import asked_reopenings, waiting_counts
from truongso.payments.models import CashCount, RefundRequest, Reminder
from truongso.payments.refunds.queries import waiting_count as proposed_refunds
from truongso.payments.refunds.queries import waiting_requests
from truongso.payments.reminders.queries import waiting_reminders

May = Callable[[Permission], bool]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Refunds, signed cash counts, confirmed counts to reopen, and reminders to many families; oldest first."""

    refunds: list[RefundRequest]
    counts: list[CashCount]
    reopenings: list[CashCount]
    reminders: list[Reminder]


def waiting(school_id: int, may: May) -> Waiting:
    """What somebody with these permissions may decide; at most 4 queries."""
    cash = may(Permission.SCHOOL_CASH_CONFIRM)
    refunds = waiting_requests(school_id)
    return Waiting(
        list(refunds) if may(Permission.SCHOOL_REFUND_APPROVE) else [],
        list(waiting_counts(school_id)) if cash else [],
        list(asked_reopenings(school_id)) if cash else [],
        list(waiting_reminders(school_id)) if may(Permission.SCHOOL_REMINDER_APPROVE) else [],
    )


def waiting_count(school_id: int, may: May) -> int:
    """How much that is; at most 4 queries."""
    found = 0
    if may(Permission.SCHOOL_REFUND_APPROVE):
        found += proposed_refunds(school_id)
    if may(Permission.SCHOOL_CASH_CONFIRM):
        found += waiting_counts(school_id).count() + asked_reopenings(school_id).count()
    if may(Permission.SCHOOL_REMINDER_APPROVE):
        found += waiting_reminders(school_id).count()
    return found
