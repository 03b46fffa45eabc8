"""Kinds of acts on bank lines, and what a line's place is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from truongso.kernel.money import Dong


class ActKind(StrEnum):
    """What a person did in one go. An `undo` may have its own undoing (`redo`), that one again an `undo`, and so on."""

    ASSIGN = "assign"
    MERGE = "merge"  # several lines on the same invoices
    BULK = "bulk"  # many proposals accepted at once
    ASIDE = "aside"
    BACK = "back"  # put aside no longer
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class BookedPart:
    """One payment on a line: what of it settles which invoice lines, and what became credit of an invoice's family."""

    payment_id: int
    amount: Dong
    shares: tuple[tuple[int, int, Dong], ...]  # invoice, invoice line, amount
    credit: tuple[int, Dong] | None  # invoice, amount

    def as_json(self) -> dict[str, Any]:
        return {
            "payment": self.payment_id,
            "amount": int(self.amount),
            "shares": [[i, x, int(a)] for i, x, a in self.shares],
            "credit": [self.credit[0], int(self.credit[1])] if self.credit else None,
        }

    @staticmethod
    def of_json(raw: Any) -> BookedPart:
        credit = raw["credit"]
        return BookedPart(
            int(raw["payment"]), Dong(raw["amount"]), tuple((int(i), int(x), Dong(a)) for i, x, a in raw["shares"]),
            (int(credit[0]), Dong(credit[1])) if credit else None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands: its state, how it was put aside (kind, reason, owner), the payments on it."""

    state: str
    aside: tuple[str, str, int | None] | None = None
    parts: tuple[BookedPart, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "aside": list(self.aside) if self.aside else None,
            "parts": [part.as_json() for part in self.parts],
        }

    @staticmethod
    def of_json(raw: Any) -> Place:
        aside = raw["aside"]
        return Place(
            str(raw["state"]), (aside[0], aside[1], aside[2]) if aside else None,
            tuple(BookedPart.of_json(part) for part in raw["parts"]),
        )  # fmt: skip

    @property
    def is_same_as(self) -> tuple[object, ...]:
        """What tells two places apart: payments count by which they are, not by what became of their money since."""
        return self.state, self.aside, tuple(sorted(part.payment_id for part in self.parts))
