"""Recurring work of the room, gathered from its slices."""

from __future__ import annotations

from collections.abc import Callable

from truongso.kernel.jobs import Runner
from truongso.payments.bills.tasks import TICKS as BILL_TICKS
from truongso.payments.changes.tasks import TICKS as CHANGE_TICKS
from truongso.payments.gateways.tasks import TICKS as GATEWAY_TICKS
from truongso.payments.partners.tasks import TICKS as PARTNER_TICKS
from truongso.payments.printing.tasks import JOBS as PRINT_JOBS
from truongso.payments.printing.tasks import TICKS as PRINT_TICKS
from truongso.payments.receipt_messages import tell_of_receipts
from truongso.payments.refunds.tasks import TICKS as REFUND_TICKS
from truongso.payments.reminders.tasks import JOBS as REMINDER_JOBS
from truongso.payments.reminders.tasks import TICKS as REMINDER_TICKS

JOBS: dict[str, Runner] = {**PRINT_JOBS, **REMINDER_JOBS}
TICKS: dict[str, Callable[[], int]] = {
    "payments.tell_of_receipts": tell_of_receipts,
    **BILL_TICKS, **CHANGE_TICKS, **GATEWAY_TICKS, **PARTNER_TICKS, **PRINT_TICKS, **REFUND_TICKS, **REMINDER_TICKS,
}  # fmt: skip
