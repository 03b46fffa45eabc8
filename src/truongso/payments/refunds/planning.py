"""The preview of a request: who gets what, and who does not and why. Reads only; asked again when proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from truongso.fees.public import Invoice, InvoiceLine
from truongso.fees.types import LineKind
from truongso.kernel.money import ZERO, Dong, total
from truongso.payments.credit.moves import standing_allocations
from truongso.payments.credit.queries import pots
from truongso.payments.refunds import gateway
from truongso.payments.refunds.accounts import known_accounts
from truongso.payments.refunds.models import RefundItem, RefundPart
from truongso.payments.refunds.types import (
    Account,
    Ask,
    Excluded,
    ItemState,
    PlannedItem,
    PlannedPart,
    RefundKind,
    RefundPlan,
    RefundRefusedError,
    RefundWay,
)


@dataclass(slots=True)
class _Household:
    """What is gathered for one family."""

    names: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    parts: list[PlannedPart] = field(default_factory=list)
    credit: Dong = ZERO

    def add(self, invoice: Invoice) -> None:
        for known, text in ((self.names, invoice.student_name), (self.classes, invoice.class_name),
                            (self.codes, invoice.code)):  # fmt: skip
            if text not in known:
                known.append(text)


def plan(school_id: int, ask: Ask) -> RefundPlan:
    """Work a request out. Raises RefundRefusedError `round_missing`, `item_missing`, `amount_not_positive`."""
    if ask.amount is not None and ask.amount <= ZERO:
        raise RefundRefusedError("amount_not_positive")
    excluded: list[Excluded] = []
    if ask.kind is RefundKind.CREDIT:
        found = _of_credit(school_id, ask, excluded)
    else:
        found = _of_fees(school_id, ask, excluded)
    if ask.families is not None:
        found = {family: house for family, house in found.items() if family in ask.families}
    accounts = known_accounts(school_id, list(found)) if ask.way is RefundWay.BANK else {}
    items = [_item(family, house, ask, accounts.get(family)) for family, house in found.items()]
    if ask.way is RefundWay.GATEWAY:
        items = _by_gateway(school_id, ask, items, excluded)
    return RefundPlan(tuple(items), tuple(excluded))


def invoices_asked(school_id: int, ask: Ask) -> list[Invoice]:
    """Live invoices a request is about, by class and name; 1 query."""
    rows = Invoice.objects.for_school(school_id).filter(cancelled_at__isnull=True)
    if ask.round_id is not None:
        rows = rows.filter(round_id=ask.round_id)
    if ask.grade:
        rows = rows.filter(school_class__grade=ask.grade)
    if ask.class_name:
        rows = rows.filter(class_name=ask.class_name)
    if ask.codes:
        rows = rows.filter(code__in=ask.codes)
    return list(rows.order_by("sort_key", "pk"))


def _of_fees(school_id: int, ask: Ask, excluded: list[Excluded]) -> dict[int, _Household]:
    if ask.round_id is None and not ask.codes:
        raise RefundRefusedError("round_missing")
    if ask.kind is RefundKind.FEE and ask.fee_item_id is None:
        raise RefundRefusedError("item_missing")
    invoices = invoices_asked(school_id, ask)
    rows = InvoiceLine.objects.for_school(school_id).filter(invoice__in=invoices).exclude(kind=LineKind.CREDIT.value)
    if ask.kind is RefundKind.FEE:
        rows = rows.filter(fee_item_id=ask.fee_item_id)
    lines: dict[int, list[InvoiceLine]] = {}
    for line in rows.order_by("pk"):
        lines.setdefault(line.invoice_id, []).append(line)
    pending = _pending(school_id, [line.pk for group in lines.values() for line in group])
    found: dict[int, _Household] = {}
    for invoice in invoices:
        if invoice.pk in lines:
            parts = _parts(invoice, lines[invoice.pk], ask, pending, excluded)
            if parts:
                house = found.setdefault(invoice.family_id, _Household())
                house.add(invoice)
                house.parts += parts
    return found


def _parts(
    invoice: Invoice, lines: Sequence[InvoiceLine], ask: Ask, pending: dict[int, str], excluded: list[Excluded]
) -> list[PlannedPart]:
    """What is taken off the lines of one invoice: all, or the asked amount, from the last line on."""

    def leave(reason: str, **params: object) -> list[PlannedPart]:
        excluded.append(Excluded(invoice.student_name, invoice.class_name, invoice.code, reason, params))
        return []

    waiting = next((pending[line.pk] for line in lines if line.pk in pending), "")
    if waiting:
        return leave("already_proposed", request=waiting)
    payable = total(line.amount - line.credited for line in lines)
    wanted = payable if ask.amount is None else ask.amount
    if not payable:
        return leave("nothing_left")
    if wanted > payable:
        return leave("above_fee", payable=payable)
    parts = []
    for line in reversed(lines):
        part = min(line.amount - line.credited, wanted)
        if part > ZERO:
            wanted = wanted - part
            over = line.paid - (line.amount - line.credited - part)
            parts.append(PlannedPart(invoice.pk, line.pk, part, max(over, ZERO)))
    return parts


def _pending(school_id: int, line_ids: list[int]) -> dict[int, str]:
    """Line id → number of the request that waits for a decision on it; 1 query."""
    rows = RefundPart.objects.for_school(school_id).filter(line_id__in=line_ids, item__state=ItemState.PROPOSED.value)
    found = rows.values_list("line_id", "item__request__year", "item__request__number")
    return {line: f"HT-{year}-{number:04}" for line, year, number in found}


def _of_credit(school_id: int, ask: Ask, excluded: list[Excluded]) -> dict[int, _Household]:
    """Credit of the families of the asked invoices (of all pupils of the school when nothing narrows it)."""
    members: dict[int, list[Invoice]] = {}
    for invoice in invoices_asked(school_id, ask):
        members.setdefault(invoice.family_id, []).append(invoice)
    held: dict[int, Dong] = {}
    for pot in pots(school_id, list(members)):
        held[pot.family_id] = held.get(pot.family_id, ZERO) + pot.amount
    waiting = _credit_pending(school_id, list(held))
    found: dict[int, _Household] = {}
    for family, credit in held.items():
        first = members[family][-1]
        free = credit - waiting.get(family, ZERO)
        wanted = free if ask.amount is None else ask.amount
        if free <= ZERO:
            excluded.append(Excluded(first.student_name, first.class_name, "", "already_proposed", {"request": ""}))
        elif wanted > free:
            excluded.append(Excluded(first.student_name, first.class_name, "", "above_credit", {"credit": free}))
        else:
            house = found.setdefault(family, _Household(credit=wanted))
            for invoice in members[family]:
                house.add(invoice)
    return found


def _credit_pending(school_id: int, family_ids: list[int]) -> dict[int, Dong]:
    """Family id → credit that other requests wait to give back; 1 query."""
    rows = RefundItem.objects.for_school(school_id).filter(
        family_id__in=family_ids, state=ItemState.PROPOSED.value, request__kind=RefundKind.CREDIT.value
    )
    found: dict[int, Dong] = {}
    for family, amount in rows.values_list("family_id", "amount"):
        found[family] = found.get(family, ZERO) + amount
    return found


def _item(family: int, house: _Household, ask: Ask, account: Account | None) -> PlannedItem:
    surplus = total(p.surplus for p in house.parts)
    return PlannedItem(
        family_id=family,
        student_name=" · ".join(house.names)[:160],
        class_name=" · ".join(house.classes)[:60],
        invoice_codes=" ".join(house.codes)[:160] if ask.kind is not RefundKind.CREDIT else "",
        parts=tuple(house.parts),
        amount=house.credit if ask.kind is RefundKind.CREDIT else surplus,
        lowered=total(p.amount for p in house.parts),
        way=ask.way,
        account=account,
    )


def _by_gateway(school_id: int, ask: Ask, items: list[PlannedItem], excluded: list[Excluded]) -> list[PlannedItem]:
    """Only refunds that rest on one payment whose gateway takes refunds."""
    kept = []
    for item in items:
        payment = _only_payment(school_id, ask, item)
        if not item.amount or (payment is not None and gateway.is_possible(school_id, payment)):
            kept.append(item)
        else:
            excluded.append(Excluded(item.student_name, item.class_name, item.invoice_codes, "not_by_gateway"))
    return kept


def _only_payment(school_id: int, ask: Ask, item: PlannedItem) -> int | None:
    """The one payment the money of a refund would be taken from, or None."""
    if ask.kind is RefundKind.CREDIT:
        first = pots(school_id, [item.family_id])[0]
        return first.payment_id if first.amount >= item.amount else None
    found: set[int] = set()
    left = {p.line_id: p.surplus for p in item.parts}
    for row in standing_allocations(school_id, line_ids=list(left)):
        if left[row.line_id] > ZERO:
            left[row.line_id] = left[row.line_id] - row.amount
            found.add(row.payment_id)
    return next(iter(found)) if len(found) == 1 else None
