"""Keys that tell the same bank line again from its honest twin."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from truongso.banking.statements.labels import squeeze
from truongso.banking.statements.types import StatementLine


class LineKey(NamedTuple):
    """`content` is 64 hex digits; `occurrence` counts equal contents from 1."""

    content: str
    occurrence: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """Equal contents that other files brought: balance after the booking → occurrence, and the highest occurrence."""

    by_balance: Mapping[int, int]
    highest: int


_NONE: Mapping[str, Recorded] = MappingProxyType({})


def line_keys(
    lines: Iterable[StatementLine], *, account: str, recorded: Mapping[str, Recorded] = _NONE
) -> list[LineKey]:
    """One key per line, in order; the same booking has the same key in any file of that account.

    The content is SHA-256 over (account, date, direction, amount, reference, folded memo). Two equal
    transfers of one day differ by the occurrence and are both kept; the same file again gives the same
    keys; an overlapping file of whole days gives new keys for its new lines only. Spaces and accents of the
    memo do not count: channels of one bank break the same memo differently. For contents in `recorded` the balances
    tell: a line is the recorded one with its balance, else one more.
    """
    seen: Counter[str] = Counter()
    told = {content: dict(known.by_balance) for content, known in recorded.items()}
    keys = []
    for line in lines:
        content = content_of(line, account)
        known = told[content].pop(line.balance.value, 0) if content in told and line.balance is not None else 0
        if not known:
            seen[content] += 1
        more = recorded[content].highest if content in recorded else 0
        keys.append(LineKey(content, known or more + seen[content]))
    return keys


def content_of(line: StatementLine, account: str) -> str:
    """The content part of a line's key."""
    return hashlib.sha256(_content(line, account).encode()).hexdigest()


def _content(line: StatementLine, account: str) -> str:
    parts = (
        account,
        line.booked_on.isoformat(),
        line.direction.value,
        str(line.amount.value),
        squeeze(line.reference),
        squeeze(line.memo),
    )
    return "\x1f".join(parts)
