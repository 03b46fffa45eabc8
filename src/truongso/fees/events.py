"""Facts of fees that others may react to later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class InvoicesIssued:
    """Some invoices of a round were issued (a round of many pupils emits several)."""

    topic: ClassVar[str] = "fees.invoices_issued"
    version: ClassVar[int] = 1

    school_id: int
    round_id: int
    invoice_ids: list[int]


@dataclass(frozen=True, slots=True)
class InvoiceAdjusted:
    """What an issued invoice asks for has changed: a line was added or credited, or it was cancelled."""

    topic: ClassVar[str] = "fees.invoice_adjusted"
    version: ClassVar[int] = 1

    school_id: int
    invoice_id: int
