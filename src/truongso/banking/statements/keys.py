"""Keys that tell the same bank line again from its honest twin."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from truongso.banking.statements.labels import squeeze
from truongso.banking.statements.types import StatementLine


class LineKey(NamedTuple):
    """`content` is 64 hex digits; `occurrence` counts equal contents from 1."""

    content: str
    occurrence: int


def line_keys(lines: Iterable[StatementLine], *, account: str) -> list[LineKey]:
    """One key per line, in order; the same booking has the same key in any file of that account.

    The content is SHA-256 over (account, date, direction, amount, reference, folded memo). Two equal
    transfers of one day differ by the occurrence and are both kept; the same file again gives the same
    keys; an overlapping file of whole days gives new keys for its new lines only. Spaces and accents of the
    memo do not count: channels of one bank break the same memo differently.
    """
    seen: Counter[str] = Counter()
    keys = []
    for line in lines:
        content = hashlib.sha256(_content(line, account).encode()).hexdigest()
        seen[content] += 1
        keys.append(LineKey(content, seen[content]))
    return keys


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
