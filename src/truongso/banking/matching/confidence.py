"""How likely a proposal is right, in percent, as measured: not what a rule thinks of itself.

`data/confidence.json` holds, for each rule with its reason and the evidence of the first candidate, how many proposals
of the generator's calibration seeds were made and how many were right. These seeds are never the ones that figures are
published for. Rare combinations take the figures of their reason, then of their rule.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources

from truongso.banking.matching.types import Decision, Rule, Verdict

CALIBRATION_SEEDS = range(9001, 9011)
CERTAIN = 100
_ENOUGH = 30


def confidence(decision: Decision) -> int | None:
    """Percent (1–99) that the proposal is right, 100 for what books by itself; None without a proposal."""
    if decision.verdict is Verdict.AUTO:
        return CERTAIN
    if not decision.codes and decision.rule is not Rule.NOT_FEES:
        return None
    counts = _measured()
    for key in keys(decision):
        right, lines = counts.get(key, (0, 0))
        if lines >= _ENOUGH:
            return percent(right, lines)
    return percent(0, 0)


def percent(right: int, lines: int) -> int:
    """Share of right proposals by the rule of succession, so that few lines never make certainty."""
    whole = lines + 2
    return min(99, max(1, (200 * (right + 1) + whole) // (2 * whole)))  # halves up, in whole numbers


def keys(decision: Decision) -> Iterable[str]:
    """What the measurement is kept under, the most particular first."""
    evidence = sorted(decision.candidates[0].evidence) if decision.candidates else []
    rule, reason = decision.rule.value, decision.reason.code
    return (f"{rule}/{reason}/{'+'.join(evidence)}", f"{rule}/{reason}", rule)


@lru_cache(maxsize=1)
def _measured() -> Mapping[str, tuple[int, int]]:
    raw = json.loads(resources.files(__package__).joinpath("data/confidence.json").read_text(encoding="utf-8"))
    return {key: (right, lines) for key, (right, lines) in raw["proposals"].items()}
