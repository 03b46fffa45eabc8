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
from truongso.payments.reminders.tasks import JOBS as REMINDER_JOBS
from truongso.payments.reminders.tasks import TICKS as REMINDER_TICKS

JOBS: dict[str, Runner] = {**PRINT_JOBS, **REMINDER_JOBS}
TICKS: dict[str, Callable[[], int]] = {
    **BILL_TICKS, **CHANGE_TICKS, **GATEWAY_TICKS, **PARTNER_TICKS, **PRINT_TICKS, **REMINDER_TICKS,
}  # fmt: skip
