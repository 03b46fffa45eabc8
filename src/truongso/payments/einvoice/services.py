"""Deciding on document types, handing off what was paid, taking numbers back."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from truongso.fees.public import FeeItem
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import total
from truongso.organizations.public import School, lock_school
from truongso.payments.einvoice.changes import changed_rows
from truongso.payments.einvoice.drafts import Draft, code_of, content_of, rulings
from truongso.payments.einvoice.rules import Ruling, ruling_on
from truongso.payments.einvoice.types import DocumentType, EInvoiceRefusedError, RowKind, TaxCategory
from truongso.payments.models import Allocation, DocumentNumber, HandOff, HandOffRow, ItemDocument, Receipt


@transaction_required
def decide_document(
    school_id: int,
    *,
    item_id: int,
    document: DocumentType,
    tax_category: TaxCategory,
    legal_basis: str,
    valid_from: dt.date,
    actor: Actor,
) -> ItemDocument:
    """The document an item is given from a day on; what was handed off before stays.

    Raises EInvoiceRefusedError: unknown_item, dates_taken (a decision of that day is there already).
    """
    item = FeeItem.objects.for_school(school_id).filter(pk=item_id).first()
    if item is None or not legal_basis.strip():
        raise EInvoiceRefusedError("unknown_item")
    rows = ItemDocument.objects.for_school(school_id).filter(fee_item=item)
    if rows.filter(valid_from=valid_from).exists():
        raise EInvoiceRefusedError("dates_taken", day=valid_from)
    made: ItemDocument = ItemDocument.objects.create(
        school_id=school_id, fee_item=item, document=document.value, tax_category=tax_category.value,
        legal_basis=legal_basis.strip(), valid_from=valid_from, created_at=clock.now(), created_by=actor.user_id,
    )  # fmt: skip
    audit.record(
        actor, "payments:document:decide", school_id=school_id, subject=("fee_item", item.code),
        params={"document": document.value, "tax": tax_category.value, "from": valid_from.isoformat()},
        reason=legal_basis.strip(),
    )  # fmt: skip
    return made


@transaction_required
def hand_off(school_id: int, *, first: dt.date, last: dt.date, actor: Actor) -> HandOff:
    """Put everything paid in the days, and not handed off before, into rows for the provider.

    One row per receipt and document type. What a receipt settles less since it was handed off (cancelled, a fee
    refunded) gives an adjustment row, what its money settled later an addition; one cancelled before never appears.
    Running it again hands off only what is new. The last day must be over, so that a day is never handed off in halves.
    Raises EInvoiceRefusedError: bad_period, period_open, nothing_new.
    """
    if last < first:
        raise EInvoiceRefusedError("bad_period")
    if last >= clock.today():
        raise EInvoiceRefusedError("period_open", last=last)
    school = School.objects.get(pk=school_id)
    lock_school(school)
    drafts = [*_new_rows(school, first, last), *changed_rows(school)]
    if not drafts:
        raise EInvoiceRefusedError("nothing_new")
    now = clock.now()
    signed = (d.amount if d.kind.sign > 0 else -d.amount for d in drafts)
    made: HandOff = HandOff.objects.create(
        school_id=school_id, first=first, last=last, rows=len(drafts), amount=total(signed), created_at=now,
        created_by=actor.user_id,
    )  # fmt: skip
    HandOffRow.objects.bulk_create(
        HandOffRow(
            school_id=school_id, handoff=made, receipt_id=d.receipt_id, code=d.code, kind=d.kind.value,
            document=d.document.value, adjusts_id=d.adjusts_id, amount=d.amount, content=d.content, created_at=now,
        )
        for d in drafts
    )  # fmt: skip
    audit.record(
        actor, "payments:handoff:make", school_id=school_id, subject=("handoff", made.public_id),
        params={"first": first.isoformat(), "last": last.isoformat(), "rows": len(drafts), "amount": made.amount.value},
    )  # fmt: skip
    return made


@dataclass(frozen=True, slots=True)
class Returned:
    """A number that came back from the provider, with its line in the file."""

    line: int
    code: str
    series: str
    number: str
    issued_on: dt.date | None


@dataclass(frozen=True, slots=True)
class RefusedNumber:
    """A returned line that was not taken, and why: unknown_code, no_number, bad_date, other_number, number_taken."""

    line: int
    code: str
    reason: str


@transaction_required
def take_numbers(school_id: int, *, returned: Sequence[Returned], actor: Actor) -> tuple[int, list[RefusedNumber]]:
    """Keep the numbers that came back: how many were new, and the lines refused. A known line changes nothing."""
    codes = {one.code for one in returned}
    rows = {
        row.code: row
        for row in HandOffRow.objects.for_school(school_id).filter(code__in=codes).prefetch_related("numbers")
    }
    taken = set(DocumentNumber.objects.for_school(school_id).values_list("series", "number"))
    fresh: dict[int, DocumentNumber] = {}
    refused = []
    for one in returned:
        row = rows.get(one.code)
        known = next(iter(row.numbers.all()), None) if row else None
        known = known or (fresh.get(row.pk) if row else None)
        reason = _refusal(one, row, known, taken)
        if reason == "same":
            continue
        if reason or row is None or one.issued_on is None:
            refused.append(RefusedNumber(one.line, one.code, reason))
            continue
        taken.add((one.series, one.number))
        fresh[row.pk] = DocumentNumber(
            school_id=school_id, row=row, series=one.series, number=one.number, issued_on=one.issued_on,
            created_at=clock.now(), created_by=actor.user_id,
        )  # fmt: skip
    DocumentNumber.objects.bulk_create(fresh.values())
    audit.record(
        actor, "payments:handoff:numbers", school_id=school_id, subject=("school", school_id),
        params={"taken": len(fresh), "refused": len(refused)},
    )  # fmt: skip
    return len(fresh), refused


def _refusal(one: Returned, row: HandOffRow | None, known: DocumentNumber | None, taken: set[tuple[str, str]]) -> str:
    """Why a line is not taken; "same" when it is there already, "" when it is taken."""
    if row is None:
        return "unknown_code"
    if not one.number or len(one.number) > 20 or len(one.series) > 20:
        return "no_number"
    if one.issued_on is None:
        return "bad_date"
    if known is not None:
        same = (known.series, known.number, known.issued_on) == (one.series, one.number, one.issued_on)
        return "same" if same else "other_number"
    return "number_taken" if (one.series, one.number) in taken else ""


def _new_rows(school: School, first: dt.date, last: dt.date) -> Iterable[Draft]:
    """Rows of receipts of the days that stand and have none yet; 4 queries."""
    receipts = {
        r.payment_id: r
        for r in Receipt.objects.for_school(school)
        .filter(payment__received_on__range=(first, last), payment__reversed_at__isnull=True)
        .select_related("payment")
        .order_by("pk")
    }
    before = HandOffRow.objects.for_school(school).filter(kind=RowKind.ORIGINAL.value)
    handed = set(
        before.filter(receipt__payment__received_on__range=(first, last)).values_list("receipt_id", "document")
    )
    own = rulings(school.pk)
    parts: dict[tuple[int, DocumentType], list[tuple[Allocation, Ruling]]] = defaultdict(list)
    for share in _shares(school.pk, first, last):
        receipt = receipts.get(share.payment_id)
        if receipt is None:
            continue
        item = share.line.fee_item
        ruling = ruling_on(
            receipt.payment.received_on, nature=item.nature, ownership=school.ownership, own=own.get(item.pk, ())
        )  # fmt: skip
        if ruling.document is not DocumentType.NONE:
            parts[share.payment_id, ruling.document].append((share, ruling))
    for (payment_id, document), found in parts.items():
        receipt = receipts[payment_id]
        if (receipt.pk, document.value) not in handed:
            yield Draft(
                receipt.pk, code_of(receipt, document), RowKind.ORIGINAL, document, None,
                total(share.amount for share, _ruling in found), content_of(receipt, found),
            )  # fmt: skip


def _shares(school_id: int, first: dt.date, last: dt.date) -> Iterable[Allocation]:
    rows = Allocation.objects.for_school(school_id).filter(
        payment__received_on__range=(first, last), payment__reversed_at__isnull=True, reverses__isnull=True,
        reversed_by__isnull=True,
    )  # fmt: skip
    return rows.select_related("line__fee_item", "invoice").order_by("pk")
