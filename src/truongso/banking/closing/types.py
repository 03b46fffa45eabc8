"""Values of closing. No Django."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from truongso.kernel.fixed_form import fixed_form
from truongso.kernel.money import ZERO, Dong, total


class CloseState(StrEnum):
    """Life of a closing: signed by the accountant, then confirmed or refused by the principal; a confirmed one may be
    reopened by two people. Signed and confirmed ones lock their days."""

    SIGNED = "signed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    REOPENED = "reopened"


STANDING = (CloseState.SIGNED.value, CloseState.CONFIRMED.value)


class Gap(StrEnum):
    """Why the bank's statement (or the count of the box) and the books differ by some amount."""

    NOT_IN_BOOKS = "not_in_books"  # left the account, nothing of it belongs to fees
    NOT_ON_STATEMENT = "not_on_statement"  # told by the bank's feed, missing in the statement
    OTHER_DAY = "other_day"  # booked on these days for money of other days
    DIFFERS = "differs"  # the books hold another amount than the bank


NEEDS_NOTE = frozenset({Gap.NOT_ON_STATEMENT, Gap.OTHER_DAY})
"""Differences about which whoever signs writes a word."""


class Open(StrEnum):
    """What the figures hold that is not settled money of these days, and what is missing in them."""

    UNMATCHED = "unmatched"  # on the account, nobody knows yet whose
    PARKED = "parked"  # the same, with somebody who sees to it
    FEE = "fee"  # kept by an intermediary out of what families paid
    EARLIER = "earlier"  # came now for payments of earlier days
    IN_TRANSIT = "in_transit"  # paid by gateway, card or bill service, not on the account yet
    DEPOSIT = "deposit"  # cash handed in, not on the account yet
    COUNTED = "counted"  # found more or less when the box was counted


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an explanation: what it is, its day, the amount, and where to look (`line`: public id of a bank
    line). `text` is what the bank or a person wrote."""

    kind: Gap | Open
    day: dt.date
    amount: Dong
    text: str = ""
    line: str = ""
    owner_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value, "day": self.day.isoformat(), "amount": int(self.amount), "text": self.text,
            "line": self.line, "owner": self.owner_id,
        }  # fmt: skip

    @staticmethod
    def of_json(raw: dict[str, Any]) -> Item:
        kind = Gap(raw["kind"]) if raw["kind"] in set(Gap) else Open(raw["kind"])
        day = dt.date.fromisoformat(raw["day"])
        return Item(kind, day, Dong(raw["amount"]), raw["text"], raw["line"], raw["owner"])


@dataclass(frozen=True, slots=True)
class Side:
    """`opening` + `money_in` − `money_out` = `closing`."""

    opening: Dong = ZERO
    money_in: Dong = ZERO
    money_out: Dong = ZERO

    @property
    def closing(self) -> Dong:
        return self.opening + self.money_in - self.money_out


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why these days cannot be closed as they are; worded by the page."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Some days of an account or of the cash box: as proven (statement, count), as booked, and what lies between.

    `proven.closing` − `booked.closing` = `carried` + Σ `gaps`: every đồng of the difference has its line.
    `has_balances`: the bank prints balances; without them the opening is taken over from the books.
    `lines_digest` names every movement of these days.
    """

    first: dt.date
    last: dt.date
    proven: Side
    booked: Side
    gaps: tuple[Item, ...] = ()
    open_items: tuple[Item, ...] = ()
    has_balances: bool = True
    empty_days: tuple[dt.date, ...] = ()  # without statement, proven empty by the balances around them
    lines: int = 0
    lines_digest: str = ""
    blockers: tuple[Blocker, ...] = ()

    @property
    def carried(self) -> Dong:
        """The difference that these days began with."""
        return self.proven.opening - self.booked.opening

    @property
    def unexplained(self) -> Dong:
        return self.proven.closing - self.booked.closing - self.carried - total(g.amount for g in self.gaps)

    @property
    def needs_note(self) -> bool:
        return any(g.kind in NEEDS_NOTE for g in self.gaps)

    def of(self, *kinds: Gap | Open) -> list[Item]:
        """Lines of some kinds, in order."""
        return [i for i in (*self.gaps, *self.open_items) if i.kind in kinds]

    def details(self) -> dict[str, Any]:
        """What is kept beside the sums when somebody signs."""
        return {
            "gaps": [g.as_json() for g in self.gaps],
            "open": [o.as_json() for o in self.open_items],
            "empty_days": [d.isoformat() for d in self.empty_days],
            "has_balances": self.has_balances,
        }


def digest_of(*parts: object) -> str:
    """sha256 of values in a fixed JSON form; what a signature is of."""
    return hashlib.sha256(fixed_form(list(parts))).hexdigest()


class ClosingRefusedError(Exception):
    """Something about closing cannot be done as asked; nothing was changed. `code` is stable, `params` fill it."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
