"""Recurring work of the bill service."""

from __future__ import annotations

from collections.abc import Callable

from truongso.payments.bills.services import finish_received

TICKS: dict[str, Callable[[], int]] = {"payments.finish_bill_payments": finish_received}
