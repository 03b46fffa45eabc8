"""Keys that tell the same bank line again from its honest twin."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
    """Equal contents that other files brought: balance after the booking → occurrences, those that may be an earlier
    state of this file's own, and the highest occurrence."""

    by_balance: Mapping[int, Sequence[int]]
    doubtful: Sequence[int]
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
    tell: a line is the recorded one with its balance, else a doubtful one, else one more.
    """
    told = [(content_of(line, account), None if line.balance is None else line.balance.value) for line in lines]
    known = _recognised(told, recorded) if recorded else {}
    seen: Counter[str] = Counter()
    keys = []
    for place, (content, _balance) in enumerate(told):
        occurrence = known.get(place)
        if occurrence is None:
            seen[content] += 1
            occurrence = seen[content] + (recorded[content].highest if content in recorded else 0)
        keys.append(LineKey(content, occurrence))
    return keys


def _recognised(told: Sequence[tuple[str, int | None]], recorded: Mapping[str, Recorded]) -> dict[int, int]:
    """Place of a line → occurrence of the recorded one that it is: first by the balance, then what is in doubt."""
    found: dict[int, int] = {}
    taken: set[tuple[str, int]] = set()
    for by_balance in (True, False):
        for place, (content, balance) in enumerate(told):
            one = recorded.get(content)
            if one is None or place in found:
                continue
            known = one.doubtful if not by_balance else () if balance is None else one.by_balance.get(balance, ())
            same = next((number for number in known if (content, number) not in taken), None)
            if same is not None:
                found[place] = same
                taken.add((content, same))
    return found


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
