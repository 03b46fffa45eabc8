"""Which earlier credit a booking takes back. Pure: candidates with what speaks for them; only one sure one acts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from truongso.banking.statements.labels import fold

LONGEST = dt.timedelta(days=60)  # banks correct wrong credits within days; later ones are another matter
_SHORTEST = 6  # letters and digits that a reference or memo needs to say anything


class Evidence(StrEnum):
    """`reference`: the same bank reference, or named in the memo · `memo`: the memo of the credit within its own."""

    REFERENCE = "reference"
    MEMO = "memo"


@dataclass(frozen=True, slots=True)
class Movement:
    """A recorded booking, as far as a reversal can be told from it; `amount` in đồng."""

    id: int
    booked_on: dt.date
    amount: int
    reference: str
    memo: str


@dataclass(frozen=True, slots=True)
class Reverses:
    """A credit that a booking may take back; without evidence only the amount agrees."""

    credit: Movement
    evidence: tuple[Evidence, ...]


def candidates(taken_back: Movement, earlier: Iterable[Movement]) -> list[Reverses]:
    """Credits of the same amount within 60 days before, those with evidence first, latest first."""
    found = [
        Reverses(credit, _evidence(taken_back, credit))
        for credit in earlier
        if credit.amount == taken_back.amount and dt.timedelta() <= taken_back.booked_on - credit.booked_on <= LONGEST
    ]
    return sorted(found, key=lambda r: (-len(r.evidence), -r.credit.booked_on.toordinal(), -r.credit.id))


def certain(found: Sequence[Reverses]) -> Movement | None:
    """The one credit that it must be: evidence names it and no other."""
    named = [r for r in found if r.evidence]
    return named[0].credit if len(named) == 1 else None


def _evidence(taken_back: Movement, credit: Movement) -> tuple[Evidence, ...]:
    words, own = _plain(taken_back.memo), _plain(taken_back.reference)
    reference, memo = _plain(credit.reference), _plain(credit.memo)
    named = len(reference) >= _SHORTEST and (reference == own or reference in words)
    same = len(memo) >= _SHORTEST and memo in words
    return tuple(e for e, holds in ((Evidence.REFERENCE, named), (Evidence.MEMO, same)) if holds)


def _plain(text: str) -> str:
    return fold(text).replace(" ", "")
