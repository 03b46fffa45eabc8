"""Measures the matcher: what it decides by itself, rightly and wrongly, for each noise class and rule, and
how fast.

The floor of the same run is the least any matcher must do: fold each memo, cut it into words and look each
word up. Times are the best of seven passes, each with a matcher of its own and the floor beside it: what others do on
the machine only adds to a pass. That the passes decide alike is checked.
"""

from __future__ import annotations

import resource
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from truongso.banking.matching.confidence import confidence, keys
from truongso.banking.matching.fold import read, squeeze
from truongso.banking.matching.generator import SURVIVING, Kind, Line, World, make_world
from truongso.banking.matching.matcher import Matcher
from truongso.banking.matching.types import Decision, Rule, Transfer, Verdict

_PASSES = 7
_MEANT = {
    Kind.SEVERAL: Rule.SEVERAL,
    Kind.VIRTUAL: Rule.VIRTUAL_ACCOUNT,
    Kind.UNDER: Rule.UNDER,
    Kind.OVER: Rule.OVER,
    Kind.NAMES: Rule.NAMES,
    Kind.PAYER: Rule.PAYER,
    Kind.PAYER_NAME: Rule.PAYER,
    Kind.AMOUNT: Rule.AMOUNT,
    Kind.TWINS: Rule.ALREADY_PAID,
    Kind.TWINS_LATER: Rule.ALREADY_PAID,
    Kind.REPLAY: Rule.REPEAT,
    Kind.OTHER_NAME: Rule.NAME_CONFLICT,
    Kind.OTHER_NAME_CLASS: Rule.NAME_CONFLICT,
    Kind.OTHER_ACCOUNT: Rule.OTHER_ACCOUNT,
    Kind.NOT_FEES: Rule.NOT_FEES,
    Kind.UNRELATED: Rule.NO_CODE,
    Kind.CODE_SHAPED: Rule.NO_CODE,
}


class ClassFigures(TypedDict):
    """Outcomes of one noise class. `auto_right` counts recognised repeats too; `asked` is all that is left
    to a person without the right proposal."""

    lines: int
    auto_right: int
    auto_wrong: int
    suggest_right: int
    asked: int


class RuleFigures(TypedDict):
    """Outcomes by deciding rule: lines decided, with how many right answers (booked, proposed or recognised).

    `meant` are the lines that the rule ought to decide, `found` those of them that it decided rightly.
    """

    lines: int
    right: int
    auto: int
    auto_wrong: int
    meant: int
    found: int


class Figures(TypedDict):
    """The result of a bench."""

    lines: int
    invoices: int
    seeds: int
    seconds: float
    lines_per_second: int
    floor_lines_per_second: int
    ratio_to_floor: float
    memory_mb: float
    surviving_auto_share: float
    auto_wrong_total: int
    classes: dict[str, ClassFigures]
    rules: dict[str, RuleFigures]
    wrong_examples: list[str]


@dataclass
class _Tally:
    lines: int = 0
    invoices: int = 0
    seconds: float = 0.0
    floor_seconds: float = 0.0
    classes: dict[str, Counter[str]] = field(default_factory=dict)
    rules: dict[str, Counter[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def run(*, lines: int, invoices: int, seeds: Iterable[int]) -> Figures:
    """Run the bench once for each seed and add the results up."""
    tally, count = _Tally(), 0
    for seed in seeds:
        count += 1
        _run_one(make_world(lines=lines, invoices=invoices, seed=seed), tally)
    surviving = [tally.classes[kind] for kind in SURVIVING if kind in tally.classes]
    survived = sum(one["lines"] for one in surviving)
    return Figures(
        lines=tally.lines,
        invoices=tally.invoices // max(count, 1),
        seeds=count,
        seconds=round(tally.seconds, 3),
        lines_per_second=round(tally.lines / tally.seconds) if tally.seconds else 0,
        floor_lines_per_second=round(tally.lines / tally.floor_seconds) if tally.floor_seconds else 0,
        ratio_to_floor=round(tally.seconds / tally.floor_seconds, 2) if tally.floor_seconds else 0.0,
        memory_mb=round(_peak_memory_mb(), 1),
        surviving_auto_share=sum(one["auto_right"] for one in surviving) / survived if survived else 0.0,
        auto_wrong_total=sum(one["auto_wrong"] for one in tally.classes.values()),
        classes={name: _class_figures(one) for name, one in sorted(tally.classes.items())},
        rules={name: _rule_figures(one) for name, one in sorted(tally.rules.items())},
        wrong_examples=tally.wrong[:20],
    )


def _run_one(world: World, tally: _Tally) -> None:
    transfers = [line.transfer for line in world.lines]
    seconds, decisions = _pass(world, transfers)
    floor_seconds = _floor(world)
    for _ in range(_PASSES - 1):
        taken, again = _pass(world, transfers)
        if again != decisions:
            raise RuntimeError("the same lines were decided differently")
        seconds = min(seconds, taken)
        floor_seconds = min(floor_seconds, _floor(world))
    tally.seconds += seconds
    tally.floor_seconds += floor_seconds
    tally.lines += len(transfers)
    tally.invoices += len(world.invoices)
    for line, decision in zip(world.lines, decisions, strict=True):
        _judge(line, decision, tally)


def _pass(world: World, transfers: Sequence[Transfer]) -> tuple[float, list[Decision]]:
    """Processor seconds and decisions of a matcher that begins with all invoices open."""
    matcher = Matcher(world.invoices, own_accounts=world.own_accounts)
    begin = time.process_time()
    decisions = matcher.match_all(transfers)
    return time.process_time() - begin, decisions


def _floor(world: World) -> float:
    codes = {invoice.code: invoice for invoice in world.invoices}
    begin = time.process_time()
    for line in world.lines:
        for word in read(line.transfer.memo).words:
            codes.get(word)
    return time.process_time() - begin


def _judge(line: Line, decision: Decision, tally: _Tally) -> None:
    outcome = judge(line, decision)
    one = tally.classes.setdefault(line.kind, Counter())
    one["lines"] += 1
    one[outcome] += 1
    rule = tally.rules.setdefault(decision.rule, Counter())
    rule["lines"] += 1
    is_right = outcome in ("auto_right", "suggest_right") or (
        line.answer.verdict is Verdict.NONE and not decision.codes
    )
    rule["right"] += is_right
    rule["auto"] += decision.verdict is Verdict.AUTO
    rule["auto_wrong"] += outcome == "auto_wrong"
    meant = meant_rule(line)
    ought = rule if meant == decision.rule else tally.rules.setdefault(meant, Counter())
    ought["meant"] += 1
    ought["found"] += meant == decision.rule and is_right
    if outcome == "auto_wrong":
        tally.wrong.append(
            f"{line.kind}: {line.transfer.memo!r} → {decision.rule} {decision.codes}, not {line.answer.codes}"
        )


def judge(line: Line, decision: Decision) -> str:
    """`auto_right`, `auto_wrong`, `suggest_right` or `asked`."""
    answer = line.answer
    if decision.verdict is Verdict.AUTO:
        booked = dict(zip(decision.codes, decision.amounts, strict=True))
        is_right = answer.verdict is Verdict.AUTO and booked == dict(zip(answer.codes, answer.amounts, strict=True))
        return "auto_right" if is_right else "auto_wrong"
    if decision.verdict is Verdict.REPEAT:
        return "auto_right" if answer.verdict is Verdict.REPEAT else "auto_wrong"
    if answer.is_no_fee:
        return "suggest_right" if decision.rule is Rule.NOT_FEES else "asked"
    return "suggest_right" if decision.codes and decision.codes[0] in answer.codes else "asked"


def meant_rule(line: Line) -> Rule:
    """The rule that ought to decide a line of this class."""
    if line.kind in _MEANT:
        return _MEANT[line.kind]
    return Rule.EXACT if line.answer.codes[0] in squeeze(line.transfer.memo) else Rule.CORRECTED


def calibrate(*, lines: int, invoices: int, seeds: Iterable[int]) -> dict[str, list[int]]:
    """[right, made] proposals for each key of `confidence.keys`, as `data/confidence.json` keeps them."""
    counts: dict[str, list[int]] = {}
    for seed in seeds:
        world = make_world(lines=lines, invoices=invoices, seed=seed)
        decisions = Matcher(world.invoices, own_accounts=world.own_accounts).match_all(x.transfer for x in world.lines)
        for line, decision in zip(world.lines, decisions, strict=True):
            if decision.verdict in (Verdict.AUTO, Verdict.REPEAT) or confidence(decision) is None:
                continue
            for key in keys(decision):
                count = counts.setdefault(key, [0, 0])
                count[0] += judge(line, decision) == "suggest_right"
                count[1] += 1
    return dict(sorted(counts.items()))


def _class_figures(one: Counter[str]) -> ClassFigures:
    return ClassFigures(
        lines=one["lines"],
        auto_right=one["auto_right"],
        auto_wrong=one["auto_wrong"],
        suggest_right=one["suggest_right"],
        asked=one["asked"],
    )


def _rule_figures(one: Counter[str]) -> RuleFigures:
    return RuleFigures(
        lines=one["lines"],
        right=one["right"],
        auto=one["auto"],
        auto_wrong=one["auto_wrong"],
        meant=one["meant"],
        found=one["found"],
    )


def _peak_memory_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024) if sys.platform == "darwin" else peak / 1024
