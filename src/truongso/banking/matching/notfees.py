"""Credits that are plainly no fees (interest, money between the school's own accounts), recognised by data."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from truongso.banking.matching.fold import Reading, squeeze
from truongso.banking.matching.types import Transfer


@dataclass(frozen=True, slots=True)
class OwnAccounts:
    """The school's own accounts, to know money that only moves between them: squeezed numbers and holders."""

    numbers: frozenset[str] = frozenset()
    holders: frozenset[str] = frozenset()

    @classmethod
    def of(cls, accounts: Collection[tuple[str, str]]) -> OwnAccounts:
        """From (number, holder) of every account of the school."""
        numbers = frozenset(squeeze(number) for number, _ in accounts) - {""}
        return cls(numbers, frozenset(squeeze(holder) for _, holder in accounts) - {""})


@dataclass(frozen=True, slots=True)
class Pattern:
    """One form of such a memo. `needs` is a text that must occur before the pattern is tried."""

    kind: str
    needs: str
    form: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class NotFees:
    """Patterns of credits that are no fees, and the words that speak of fees."""

    patterns: tuple[Pattern, ...]
    fee_words: tuple[str, ...]

    def kind(self, transfer: Transfer, reading: Reading, own: OwnAccounts) -> str | None:
        """`interest`, `own_account`, `no_text`, `bank_refund`, or None when it may be fees."""
        if transfer.payer_account and squeeze(transfer.payer_account) in own.numbers:
            return "own_account"
        if transfer.payer_name and squeeze(transfer.payer_name) in own.holders:
            return "own_account"
        row = reading.row
        for pattern in self.patterns:
            if pattern.needs in row and pattern.form.match(row):
                return pattern.kind
        return None

    def speaks_of_fees(self, reading: Reading) -> bool:
        """Whether a memo has a word of fees in it."""
        return any(word in reading.row for word in self.fee_words)


@lru_cache(maxsize=1)
def known_not_fees() -> NotFees:
    """The patterns of `data/not_fees.json`, read once."""
    raw = json.loads(resources.files(__package__).joinpath("data/not_fees.json").read_text(encoding="utf-8"))
    patterns = tuple(Pattern(one["kind"], one["needs"], re.compile(one["pattern"])) for one in raw["kinds"])
    return NotFees(patterns, tuple(raw["fee_words"]))
