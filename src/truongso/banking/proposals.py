"""What a proposal of the rules comes to as the invoices stand now: which, how much of each, what is left over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from truongso.banking.models import MatchDecision
from truongso.kernel.money import ZERO, Dong, total
from truongso.payments.types import Share

TIED = frozenset({"names_tied", "payer_tied", "payer_name_tied", "ambiguous"})
UNDECIDED = TIED | {"name_conflict"}
"""Reasons with which the rules could not tell proposals apart: nothing is accepted by one key then."""


@dataclass(frozen=True, slots=True)
class Part:
    """One invoice of a proposal: what it owes now and what it would get."""

    invoice: Any
    owed: Dong
    share: Dong

    @property
    def as_share(self) -> Share:
        return Share(self.invoice.pk, self.share)


def groups_of(decision: MatchDecision | None, invoices: Mapping[str, Any]) -> list[Sequence[Mapping[str, Any]]]:
    """The candidates of a decision, those that are proposed together first; unknown invoices are left out."""
    known = [c for c in (decision.candidates if decision else []) if c["code"] in invoices]
    proposed = [c for c in known if c["amount"] is not None]
    groups: list[Sequence[Mapping[str, Any]]] = [proposed] if proposed else []
    return groups + [[c] for c in known if c["amount"] is None]


def lay_out(amount: Dong, invoices: Iterable[Any]) -> list[Part]:
    """The amount laid out in order over what is owed; when nothing is owed, all of it as credit on the first."""
    live = [i for i in invoices if i.cancelled_at is None]
    owing = [i for i in live if i.total > i.paid]
    if not owing:
        return [Part(i, ZERO, amount) for i in live[:1]]
    left, found = amount, []
    for invoice in owing:
        owed = invoice.total - invoice.paid
        share = min(left, owed)
        left = left - share
        if share > ZERO:
            found.append(Part(invoice, owed, share))
    return found


def owed_of(parts: Sequence[Part]) -> Dong:
    """What the invoices of a proposal owe together."""
    return total(p.owed for p in parts)


def given_of(parts: Sequence[Part]) -> Dong:
    """What of the amount pays something that is owed."""
    return total(min(p.share, p.owed) for p in parts)
