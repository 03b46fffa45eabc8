"""What others may react to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class PaymentBooked:
    """Money was booked on invoices (or as family credit), with its receipt."""

    topic: ClassVar[str] = "payments.payment_booked"
    version: ClassVar[int] = 1
    school_id: int
    payment_id: int
    family_id: int
    invoice_ids: list[int]
    amount: int  # đồng
    method: str
    received_on: str  # ISO date


@dataclass(frozen=True, slots=True)
class PaymentUndone:
    """A payment was reversed and its receipt cancelled."""

    topic: ClassVar[str] = "payments.payment_undone"
    version: ClassVar[int] = 1
    school_id: int
    payment_id: int
    family_id: int
    invoice_ids: list[int]
    amount: int  # đồng
