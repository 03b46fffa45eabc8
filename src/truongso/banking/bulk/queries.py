"""Which proposals may be accepted together, and which of them a person looks at one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from truongso.banking.decide import undone_lines
from truongso.banking.deposits.fit import held
from truongso.banking.matching.types import Rule
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.proposals import UNDECIDED, Part, given_of, groups_of, lay_out, owed_of
from truongso.banking.queries import last_suggestions, waiting_lines
from truongso.fees.public import invoices_by_code
from truongso.kernel.money import Dong, total

MOST = 500
"""Lines accepted in one go."""

LEAST = 50
"""Percent below which nothing is accepted without being looked at."""


class Why(StrEnum):
    """Why a proposal is not among those that are accepted together."""

    TIED = "tied"  # the rules could not tell pupils apart
    AMOUNT = "amount"  # not exactly what is owed
    PAID = "paid"  # nothing is owed, or the invoice was cancelled
    TWICE = "twice"  # two lines of this list are for the same invoice
    UNDONE = "undone"  # a person took this very match back
    DEPOSIT = "deposit"  # may be the school's own cash
    BILL = "bill"  # may be money that the bank's bill service told of
    NOT_FEES = "not_fees"  # nothing to book
    MANY = "many"  # beyond what is accepted in one go


@dataclass(frozen=True, slots=True)
class Pick:
    """A line with the proposal that would be accepted: it pays exactly what is owed."""

    line: BankLine
    decision: MatchDecision
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Exempt:
    """A line whose proposal is confident enough but has to be looked at."""

    line: BankLine
    decision: MatchDecision
    why: Why


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be accepted, and what not, in order of the queue."""

    picks: tuple[Pick, ...]
    exempt: tuple[Exempt, ...]

    @property
    def amount(self) -> Dong:
        return total(p.line.amount for p in self.picks)


def plan(school_id: int, least: int) -> Plan:
    """Waiting lines whose proposal is at least `least` percent sure; the number of queries is fixed."""
    lines = list(waiting_lines(school_id).select_related("bank_account"))
    decisions = last_suggestions(school_id, lines)
    sure = [x for x in lines if _confidence(decisions.get(x.pk)) >= max(least, LEAST)]
    codes = {c["code"] for x in sure for c in decisions[x.pk].candidates}
    invoices = invoices_by_code(school_id, sorted(codes)) if codes else {}
    undone, deposits = undone_lines(school_id, sure), held(school_id, sure)
    parts = {
        x.pk: lay_out(x.amount, [invoices[c["code"]] for g in groups_of(decisions[x.pk], invoices)[:1] for c in g])
        for x in sure
    }
    wanted = Counter(part.invoice.pk for found in parts.values() for part in found)
    picks: list[Pick] = []
    exempt = []
    for line in sure:
        decision, found = decisions[line.pk], parts[line.pk]
        why = _why(line, decision, found, undone=line.pk in undone, deposit=line.pk in deposits)
        if why is None and any(wanted[part.invoice.pk] > 1 for part in found):
            why = Why.TWICE
        if why is None and len(picks) >= MOST:
            why = Why.MANY
        if why is None:
            picks.append(Pick(line, decision, tuple(found)))
        else:
            exempt.append(Exempt(line, decision, why))
    return Plan(tuple(picks), tuple(exempt))


def chosen(found: Plan, line_ids: Iterable[str]) -> list[Pick]:
    """Those of a plan that the person kept, by public id."""
    kept = set(line_ids)
    return [pick for pick in found.picks if pick.line.public_id in kept]


def _why(line: BankLine, decision: MatchDecision, parts: list[Part], *, undone: bool, deposit: bool) -> Why | None:
    if decision.rule == Rule.NOT_FEES.value:
        return Why.NOT_FEES
    reasons = {
        Why.DEPOSIT: deposit or decision.rule == "deposit",
        Why.UNDONE: undone,
        Why.BILL: decision.reason["code"] == "bill_maybe",
        Why.TIED: decision.reason["code"] in UNDECIDED,
        Why.PAID: not parts or not owed_of(parts),
        Why.AMOUNT: bool(parts) and not given_of(parts) == owed_of(parts) == line.amount,
    }
    return next((why for why, holds in reasons.items() if holds), None)


def _confidence(decision: MatchDecision | None) -> int:
    return -1 if decision is None or decision.confidence is None else decision.confidence
