"""What a class collection sheet says: name, code, amounts, way and day; no payer, telephone or exemption."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from truongso.kernel.money import Dong, total
from truongso.payments.types import Method


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One pupil of the class. `methods` in the order in which they were first used; `paid_on` the last day of money."""

    student_name: str
    code: str
    total: Dong
    paid: Dong
    methods: tuple[Method, ...]
    paid_on: dt.date | None

    @property
    def owed(self) -> Dong:
        return self.total - self.paid


@dataclass(frozen=True, slots=True)
class ClassSheet:
    """One class of a round. `payments` are distinct payments that stand, `cashless` how many of them were cashless."""

    class_name: str
    round_name: str
    rows: tuple[SheetRow, ...]
    payments: int
    cashless: int

    @property
    def total(self) -> Dong:
        return total(row.total for row in self.rows)

    @property
    def paid(self) -> Dong:
        return total(row.paid for row in self.rows)

    @property
    def owed(self) -> Dong:
        return self.total - self.paid

    @property
    def settled(self) -> int:
        """Pupils who owe nothing."""
        return sum(not row.owed for row in self.rows)
