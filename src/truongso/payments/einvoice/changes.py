"""What became of receipts after they were handed off: cancelled, a fee refunded, their money moved or used later.

The rows of a receipt and document type, taken together, always say what the receipt's money settles now. A difference
is a row of its own, item by item: an adjustment takes back, an addition puts to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q

from truongso.kernel.money import Dong
from truongso.organizations.public import School
from truongso.payments.einvoice.drafts import Draft, code_of, content_of, rulings
from truongso.payments.einvoice.rules import Ruling, ruling_on
from truongso.payments.einvoice.types import DocumentType, RowKind
from truongso.payments.models import Allocation, HandOffRow, Receipt

_SUFFIX = {RowKind.ADJUSTMENT: "DC", RowKind.ADDITION: "BS"}
Key = tuple[int, DocumentType]  # receipt, document


@dataclass(slots=True)
class _Told:
    """What the provider has been told of a receipt and document: its first row, sums by item, later rows by kind."""

    row: HandOffRow
    items: dict[str, int] = field(default_factory=dict)
    later: dict[RowKind, int] = field(default_factory=lambda: dict.fromkeys(_SUFFIX, 0))


def changed_rows(school: School) -> Iterator[Draft]:
    """Rows that bring what was handed off up to date; 5 queries."""
    told = _told(school.pk)
    receipts = _moved_receipts(school.pk, {receipt_id for receipt_id, _document in told})
    shares = _standing(school, receipts)
    for key in [*told, *(k for k in shares if k not in told)]:
        if key[0] not in receipts:
            continue
        receipt, found, known = receipts[key[0]], shares.get(key, []), told.get(key)
        if known is None:
            amount = _sum(share for share, _ruling in found)
            code = code_of(receipt, key[1])
            yield Draft(key[0], code, RowKind.ORIGINAL, key[1], None, amount, content_of(receipt, found))
        else:
            yield from _differences(receipt, known, found)


def _differences(receipt: Receipt, known: _Told, found: Sequence[tuple[Allocation, Ruling]]) -> Iterator[Draft]:
    now: dict[str, int] = defaultdict(int)
    for share, _ruling in found:
        now[share.line.fee_item.code] += int(share.amount)
    gaps = {code: now.get(code, 0) - known.items.get(code, 0) for code in [*known.items, *now]}
    for kind, sign in ((RowKind.ADJUSTMENT, -1), (RowKind.ADDITION, 1)):
        items = {code: gap * sign for code, gap in gaps.items() if gap * sign > 0}
        if not items:
            continue
        row, nth = known.row, known.later[kind] + 1
        code = f"{row.code}-{_SUFFIX[kind]}{nth if nth > 1 else ''}"
        content = {**row.content, "items": _items(row, found, items), "why": _why(receipt, kind)}
        document, amount = DocumentType(row.document), Dong(sum(items.values()))
        yield Draft(receipt.pk, code, kind, document, row.pk, amount, content)


def _why(receipt: Receipt, kind: RowKind) -> str:
    if kind is RowKind.ADDITION:
        return "used_later"
    return "cancelled" if receipt.payment.reversed_at is not None else "lowered"


def _items(
    row: HandOffRow, found: Sequence[tuple[Allocation, Ruling]], items: Mapping[str, int]
) -> list[dict[str, Any]]:
    """The items with these amounts, described as in the row or as they stand now."""
    described = {
        share.line.fee_item.code: {
            "code": share.line.fee_item.code, "name": share.line.description,
            "tax_category": ruling.tax_category.value, "legal_basis": ruling.legal_basis,
        }
        for share, ruling in found
    } | {one["code"]: one for one in row.content["items"]}  # fmt: skip
    return [{**described[code], "amount": amount} for code, amount in items.items()]


def _told(school_id: int) -> dict[Key, _Told]:
    """All rows so far by receipt and document; 1 query."""
    found: dict[Key, _Told] = {}
    for row in HandOffRow.objects.for_school(school_id).order_by("pk"):
        kind, key = RowKind(row.kind), (row.receipt_id, DocumentType(row.document))
        if kind is RowKind.ORIGINAL:
            found[key] = _Told(row)
        else:
            found[key].later[kind] += 1
        sums = found[key].items
        for item in row.content["items"]:
            sums[item["code"]] = sums.get(item["code"], 0) + kind.sign * int(item["amount"])
    return found


def _moved_receipts(school_id: int, handed: set[int]) -> dict[int, Receipt]:
    """Receipts handed off before whose money does not stand as it was booked; 1 query."""
    shares = Allocation.objects.for_school(school_id).filter(payment_id=OuterRef("payment_id"))
    moved = shares.filter(Q(move__isnull=False) | Q(reverses__isnull=False))
    rows = Receipt.objects.for_school(school_id).filter(Exists(moved))
    return {r.pk: r for r in rows.select_related("payment").order_by("pk") if r.pk in handed}


def _standing(school: School, receipts: Mapping[int, Receipt]) -> dict[Key, list[tuple[Allocation, Ruling]]]:
    """What the receipts' money settles now, by document; 2 queries."""
    by_payment = {r.payment_id: r for r in receipts.values()}
    rows = Allocation.objects.for_school(school).filter(
        payment_id__in=list(by_payment), reverses__isnull=True, reversed_by__isnull=True
    )
    own = rulings(school.pk)
    found: dict[Key, list[tuple[Allocation, Ruling]]] = defaultdict(list)
    for share in rows.select_related("line__fee_item", "invoice").order_by("pk"):
        receipt, item = by_payment[share.payment_id], share.line.fee_item
        ruling = ruling_on(
            receipt.payment.received_on, nature=item.nature, ownership=school.ownership, own=own.get(item.pk, ())
        )
        if ruling.document is not DocumentType.NONE:
            found[receipt.pk, ruling.document].append((share, ruling))
    return found


def _sum(shares: Iterator[Allocation]) -> Dong:
    return Dong(sum(int(share.amount) for share in shares))
