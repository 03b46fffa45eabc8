"""Observed memos of banks and wallets: none books by itself, and a code put into one is still found."""

from __future__ import annotations

import json
import random
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truongso.banking.matching.bench import judge, run
from truongso.banking.matching.frames import known_frames
from truongso.banking.matching.generator import SURVIVING, Kind, make_world
from truongso.banking.matching.matcher import Matcher
from truongso.banking.matching.reasons import describe
from truongso.banking.matching.tests.cases import ALL, short, transfer
from truongso.banking.matching.types import OpenInvoice, Transfer, Verdict
from truongso.fees.types import new_code
from truongso.kernel.money import Dong

_DATA = resources.files("truongso.banking.matching").joinpath("data")
EXAMPLES = json.loads(_DATA.joinpath("memo_examples.json").read_text(encoding="utf-8"))
MEMOS = [example["memo"] for example in EXAMPLES["examples"]]


def test_all_examples_are_here_with_their_privacy_note() -> None:
    assert len(MEMOS) == EXAMPLES["count"] == 51
    assert EXAMPLES["privacy"].startswith("Every personal name, phone number and account number is invented")


@pytest.mark.parametrize("seed", range(3))
def test_no_observed_memo_books_by_itself(seed: int) -> None:
    draw = random.Random(seed)
    prefixes = ("AB", "EV", "BX", "JX", "KZ", "RT")
    invoices = {
        code: OpenInvoice(code, Dong(500_000), f"Pupil {number}", "3A2")
        for number in range(5_000)
        if (code := new_code(draw.choice(prefixes), draw))
    }
    matcher = Matcher(invoices.values())
    for memo in MEMOS:
        decision = matcher.match(transfer(memo, account=""))
        rule = "not_fees" if memo == "NODATA" else "no_code"
        assert short(decision) == ("none", rule, (), ()), memo


@pytest.mark.parametrize("memo", MEMOS)
def test_code_in_front_of_any_observed_memo_is_booked(memo: str) -> None:
    assert short(Matcher(ALL).match(transfer(f"ABK7M2QC7 {memo}"))) == ("auto", "exact", ("ABK7M2QC7",), (500_000,))


def test_frames_match_their_examples() -> None:
    raw = json.loads(_DATA.joinpath("frames.json").read_text(encoding="utf-8"))
    frames = {frame.name: frame for holds in known_frames().by_content.values() for frame in holds}
    assert len(frames) == len(raw["frames"])
    for frame in raw["frames"]:
        row = "".join(sign for sign in frame["example"].upper() if sign.isalnum())
        assert frame["needs"] in row
        known = frames[frame["name"]]
        assert known.pattern.search(frame["example"].upper() if known.is_on_text else row), frame["name"]


def test_bench_world_is_booked_without_a_wrong_line() -> None:
    figures = run(lines=2_000, invoices=2_000, seeds=[11])
    assert figures["lines"] == 2_000
    assert figures["auto_wrong_total"] == 0
    assert figures["surviving_auto_share"] >= 0.999
    assert set(figures["classes"]) == {kind.value for kind in Kind}
    assert all(figures["classes"][kind]["auto_right"] == 0 for kind in (Kind.UNRELATED, Kind.CODE_SHAPED, Kind.NAMES))
    for kind in (Kind.NAMES, Kind.PAYER, Kind.PAYER_NAME, Kind.TWINS, Kind.TWINS_LATER, Kind.OTHER_NAME_CLASS):
        assert figures["classes"][kind]["suggest_right"] >= 0.95 * figures["classes"][kind]["lines"]


def test_worlds_repeat_with_their_seed() -> None:
    first, again, other = (make_world(lines=300, invoices=300, seed=seed) for seed in (5, 5, 6))
    assert first == again
    assert first.lines != other.lines
    assert len(first.lines) == 300
    assert len(first.invoices) >= 300


def test_money_of_a_world_adds_up_and_every_decision_has_words() -> None:
    world = make_world(lines=1_500, invoices=1_500, seed=3)
    owed = {invoice.code: invoice.outstanding.value for invoice in world.invoices}
    matcher = Matcher(world.invoices)
    for line in world.lines:
        decision = matcher.match(line.transfer)
        assert describe(decision.reason)
        assert "%" not in describe(decision.reason)
        assert len(decision.codes) == len(decision.amounts)
        assert decision.allocated.value <= line.transfer.amount.value
        if decision.verdict is Verdict.AUTO:
            for code, amount in zip(decision.codes, decision.amounts, strict=True):
                owed[code] -= amount.value
                assert owed[code] >= 0
        if line.kind in SURVIVING and judge(line, decision) != "auto_right":
            assert decision.verdict is Verdict.SUGGEST


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.integers(1, 10**12))
def test_any_text_is_decided_and_books_nothing_without_a_code(memo: str, amount: int) -> None:
    decision = Matcher(ALL).match(Transfer("1", "", "", Dong(amount), memo, memo, "", "0011001234567"))
    assert decision.verdict in (Verdict.NONE, Verdict.SUGGEST)
    assert describe(decision.reason)


@pytest.mark.parametrize("memo", ["AB" * 50_000, "NGUYENVANAN" * 10_000, "A " * 100_000, "9" * 200_000])
def test_very_long_memos_neither_hang_nor_fail(memo: str) -> None:
    assert Matcher(ALL).match(transfer(memo)).verdict in (Verdict.NONE, Verdict.SUGGEST)
