"""Confidence is what was measured: on other seeds than these it must come true."""

from __future__ import annotations

import json
from collections import defaultdict
from importlib import resources

from truongso.banking.matching.bench import judge
from truongso.banking.matching.confidence import CALIBRATION_SEEDS, confidence, percent
from truongso.banking.matching.generator import make_world
from truongso.banking.matching.matcher import Matcher
from truongso.banking.matching.tests.cases import decide
from truongso.banking.matching.types import Decision, Reason, Rule, Verdict

TEST_SEEDS = range(41, 43)


def test_error_of_calibration_is_small_on_other_seeds() -> None:
    assert not set(TEST_SEEDS) & set(CALIBRATION_SEEDS)
    said: dict[int, list[bool]] = defaultdict(list)
    for seed in TEST_SEEDS:
        world = make_world(lines=5_000, invoices=20_000, seed=seed)
        decisions = Matcher(world.invoices, own_accounts=world.own_accounts).match_all(x.transfer for x in world.lines)
        for line, decision in zip(world.lines, decisions, strict=True):
            percents = confidence(decision)
            if percents is not None and decision.verdict is not Verdict.AUTO:
                said[percents].append(judge(line, decision) == "suggest_right")
    lines = sum(map(len, said.values()))
    assert lines > 1_000
    error = sum(abs(sum(right) - len(right) * percents / 100) for percents, right in said.items()) / lines
    assert error < 0.04
    for percents, right in said.items():
        if len(right) >= 100:
            assert abs(sum(right) / len(right) - percents / 100) < 0.08, percents


def test_figures_come_from_the_calibration_seeds() -> None:
    text = resources.files("truongso.banking.matching").joinpath("data/confidence.json").read_text(encoding="utf-8")
    raw = json.loads(text)
    assert raw["seeds"] == [CALIBRATION_SEEDS.start, CALIBRATION_SEEDS.stop - 1]
    assert all(0 <= right <= made for right, made in raw["proposals"].values())
    assert {"names", "payer", "amount", "already_paid", "name_conflict", "not_fees"} <= set(raw["proposals"])


def test_certain_without_a_proposal_and_in_between() -> None:
    assert confidence(decide("ABK7M2QC7")) == 100
    assert confidence(decide("")) is None
    assert confidence(decide("NODATA")) == 99
    named = confidence(decide("Tran Thi Hoa 4B", 400_000))
    by_amount = confidence(decide("hoc phi", 300_000))
    assert named is not None
    assert by_amount is not None
    assert 1 <= by_amount < named <= 99


def test_few_measurements_never_make_certainty() -> None:
    assert (percent(0, 0), percent(1, 1), percent(1000, 1000), percent(0, 1000)) == (50, 67, 99, 1)
    unheard = Decision(Verdict.SUGGEST, Rule.BAD_AMOUNT, Reason("never"), ("ABK7M2QC7",))
    assert confidence(unheard) == 50
