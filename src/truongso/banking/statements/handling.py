"""Bookings that are not fees, recognised by words: interest, bank fees, cash brought to the bank. Only a suggestion."""

from __future__ import annotations

import functools
import importlib.resources
import json
import re
from dataclasses import dataclass

from truongso.banking.statements.labels import fold
from truongso.banking.types import Direction


@dataclass(frozen=True, slots=True)
class Handling:
    """`code`: interest, fee_returned, cash_deposit, own_transfer, bank_fee, reversal; `words`: what said so."""

    code: str
    words: str


def suggested_handling(memo: str, direction: Direction) -> Handling | None:
    """What a booking most likely is when it is no fee of a pupil; None when nothing says so. Words count whole."""
    text = fold(memo)
    for code, side, pattern in _rules():
        if side is direction and (match := pattern.search(text)):
            return Handling(code, match[0])
    return None


@functools.cache
def _rules() -> tuple[tuple[str, Direction, re.Pattern[str]], ...]:
    path = importlib.resources.files("truongso.banking.statements") / "handling.json"
    rules = json.loads(path.read_text(encoding="utf-8"))["rules"]
    return tuple(
        (r["code"], Direction(r["direction"]), re.compile(rf"\b(?:{'|'.join(map(re.escape, r['words']))})\b"))
        for r in rules
    )
