"""Recurring work of the room, gathered from its slices."""

from __future__ import annotations

from collections.abc import Callable

from truongso.payments.bills.tasks import TICKS as BILL_TICKS

TICKS: dict[str, Callable[[], int]] = {**BILL_TICKS}
