"""Whether a memo bears the frame of a Mobile Money operator, as data. The payer's own words are no frame."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from truongso.banking.matching.fold import squeeze


@dataclass(frozen=True, slots=True)
class OperatorFrame:
    """One form of an operator. `needs` is a text that must occur before the pattern is tried."""

    operator: str
    needs: str
    pattern: re.Pattern[str]
    example: str


def operator_of(memo: str) -> str | None:
    """The Mobile Money operator whose frame stands in the memo, or None."""
    row = squeeze(memo)
    return next((f.operator for f in known_frames() if f.needs in row and f.pattern.search(row)), None)


@lru_cache(maxsize=1)
def known_frames() -> tuple[OperatorFrame, ...]:
    """The frames of `data/mobile_money.json`, read once."""
    raw = json.loads(resources.files(__package__).joinpath("data/mobile_money.json").read_text(encoding="utf-8"))
    return tuple(
        OperatorFrame(one["operator"], one["needs"], re.compile(one["pattern"]), one["example"])
        for one in raw["frames"]
    )
