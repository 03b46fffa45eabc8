"""Which money of ours an item settles: by RRN and approval code at a terminal, by transaction id at a gateway."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db.models import Sum

from truongso.kernel import clock
from truongso.kernel.money import ZERO, Dong
from truongso.payments.gateways.models import AttemptMoney
from truongso.payments.models import Evidence, Payment
from truongso.payments.pos.models import PosSlip
from truongso.payments.pos.types import SOURCE_PREFIX
from truongso.payments.settlements.models import SettlementItem
from truongso.payments.settlements.types import POS_SOURCE, ItemState
from truongso.payments.types import EvidenceKind

_NEARBY = dt.timedelta(days=1)


class Item(Protocol):
    """What is looked at of an item, stored or just read."""

    @property
    def terminal_code(self) -> str: ...
    @property
    def rrn(self) -> str: ...
    @property
    def approval_code(self) -> str: ...
    @property
    def transaction_id(self) -> str: ...
    @property
    def order_reference(self) -> str: ...
    @property
    def transacted_on(self) -> dt.date | None: ...
    @property
    def gross(self) -> Dong: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """`evidence` is settled by the item; `candidate` is what it may be about when something does not fit."""

    state: ItemState
    evidence: Evidence | None = None
    candidate: Evidence | None = None


def judge(school_id: int, source: str, items: Sequence[Item]) -> list[Verdict]:
    """A verdict for each item, in order; no evidence is given twice. At most 4 queries."""
    found = _of_terminals(school_id, items) if source == POS_SOURCE else _of_source(school_id, source, items)
    ids = {e.pk for candidates in found for e in candidates}
    settled = set(
        SettlementItem.objects.for_school(school_id)
        .filter(evidence_id__in=ids, gross__gt=0)
        .values_list("evidence_id", flat=True)
    )
    refunded = _refunded(school_id, ids) if any(i.gross < ZERO for i in items) else {}
    verdicts = []
    for item, candidates in zip(items, found, strict=True):
        verdict = _refund(item, candidates, refunded) if item.gross < ZERO else _sale(item, candidates, settled)
        if verdict.evidence is not None and item.gross > ZERO:
            settled.add(verdict.evidence.pk)
        verdicts.append(verdict)
    return verdicts


def _sale(item: Item, candidates: Sequence[Evidence], settled: Iterable[int]) -> Verdict:
    """Standing money first; what was undone or has another amount is shown to a person."""
    free = [e for e in candidates if e.pk not in set(settled)]
    standing = [e for e in free if e.used > ZERO]
    exact = [e for e in standing if e.amount == item.gross]
    if len(exact) == 1:
        return Verdict(ItemState.MATCHED, evidence=exact[0])
    if len(standing) == 1:
        return Verdict(ItemState.AMOUNT_DIFFERS, candidate=standing[0])
    if not standing and free:
        return Verdict(ItemState.UNDONE, candidate=free[-1])
    return Verdict(ItemState.UNKNOWN)


def _refund(item: Item, candidates: Sequence[Evidence], refunded: dict[int, Dong]) -> Verdict:
    """Money given back: its payment was undone here, or refunded by at least as much."""
    back = -item.gross
    for evidence in candidates:
        if back <= evidence.amount and (evidence.used == ZERO or refunded.get(evidence.pk, ZERO) >= back):
            return Verdict(ItemState.MATCHED, evidence=evidence)
    return Verdict(ItemState.UNKNOWN, candidate=candidates[0] if candidates else None)


def _of_terminals(school_id: int, items: Sequence[Item]) -> list[list[Evidence]]:
    rrns, approvals = {i.rrn for i in items if i.rrn}, {i.approval_code for i in items if not i.rrn}
    rows = PosSlip.objects.for_school(school_id).select_related("terminal", "evidence").order_by("attempt", "pk")
    by_rrn: dict[str, list[PosSlip]] = {}
    by_approval: dict[str, list[PosSlip]] = {}
    for slip in rows.filter(rrn__in=rrns):
        by_rrn.setdefault(slip.rrn, []).append(slip)
    for slip in rows.filter(approval_code__in=approvals) if approvals else []:
        by_approval.setdefault(slip.approval_code, []).append(slip)
    assigned = _assigned(school_id, items)
    return [
        [s.evidence for s in _fitting(i, by_rrn.get(i.rrn, []) if i.rrn else by_approval.get(i.approval_code, []))]
        + assigned.get((i.terminal_code, i.rrn, i.approval_code), [])
        for i in items
    ]


def _fitting(item: Item, slips: Sequence[PosSlip]) -> list[PosSlip]:
    """Slips of the item's terminal; without an RRN also of its day, give or take one."""
    same = [s for s in slips if not item.terminal_code or s.terminal.code == item.terminal_code]
    if item.rrn:
        return same
    day = item.transacted_on
    return [s for s in same if day is None or abs(clock.school_date(s.paid_at) - day) <= _NEARBY]


def _assigned(school_id: int, items: Sequence[Item]) -> dict[tuple[str, str, str], list[Evidence]]:
    """Transactions that a person assigned to invoices without a slip (found again by their refunds)."""
    rows = Evidence.objects.for_school(school_id).filter(
        kind=EvidenceKind.SETTLEMENT.value, reference__in=[f"{i.rrn}/{i.approval_code}" for i in items]
    )
    found: dict[tuple[str, str, str], list[Evidence]] = {}
    for evidence in rows:
        rrn, _, approval = evidence.reference.partition("/")
        found.setdefault((evidence.source.removeprefix(SOURCE_PREFIX), rrn, approval), []).append(evidence)
    return found


def _of_source(school_id: int, source: str, items: Sequence[Item]) -> list[list[Evidence]]:
    ids = {i.transaction_id for i in items if i.transaction_id}
    rows = Evidence.objects.for_school(school_id).filter(kind=EvidenceKind.NOTICE.value, source=source)
    by_id = {e.reference: e for e in rows.filter(reference__in=ids)}
    orders = {i.order_reference for i in items if i.order_reference and i.transaction_id not in by_id}
    moneys = AttemptMoney.objects.for_school(school_id).filter(attempt__reference__in=orders, evidence__source=source)
    by_order: dict[str, list[Evidence]] = {}
    for money in moneys.select_related("attempt", "evidence") if orders else []:
        by_order.setdefault(money.attempt.reference, []).append(money.evidence)
    return [
        [by_id[i.transaction_id]] if i.transaction_id in by_id else by_order.get(i.order_reference, []) for i in items
    ]


def _refunded(school_id: int, ids: Iterable[int]) -> dict[int, Dong]:
    rows = Payment.objects.for_school(school_id).filter(evidence_id__in=ids, refunded__gt=0)
    return {pk: Dong(int(s)) for pk, s in rows.values_list("evidence_id").annotate(s=Sum("refunded"))}
