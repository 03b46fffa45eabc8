"""Taking settlement files over, and settling what they leave open."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.sheets import Sheet, SheetError, read_sheets
from truongso.organizations.public import School
from truongso.payments.models import Allocation, Evidence, Payment
from truongso.payments.pos.models import PosSlip, PosTerminal
from truongso.payments.pos.services import record_slip
from truongso.payments.pos.types import SOURCE_PREFIX, SlipData
from truongso.payments.services import book, undo
from truongso.payments.settlements.judging import Verdict, judge
from truongso.payments.settlements.models import SettlementBatch, SettlementFile, SettlementItem
from truongso.payments.settlements.reading import ReadFile, masked, read, sums
from truongso.payments.settlements.sources import source_of
from truongso.payments.settlements.types import (
    OPEN_STATES,
    POS_SOURCE,
    ItemRow,
    ItemState,
    SettlementRefusedError,
    SourceKind,
)
from truongso.payments.types import Booking, EvidenceKind, Method, Share


@dataclass(frozen=True, slots=True)
class Applied:
    """What taking a file over did."""

    batches: int
    new: int
    known: int
    open: int  # of the new ones, still to be settled by a person


@transaction_required
def preview(
    school: School, *, source_code: str, content: bytes, file_name: str, settled_on: dt.date, actor: Actor
) -> SettlementFile:
    """Read a file and keep its cells, card numbers masked; nothing is settled yet.

    Raises SettlementRefusedError `unknown_source`, `unreadable` (problem, details).
    """
    source = source_of(school, source_code)
    if source is None:
        raise SettlementRefusedError("unknown_source")
    try:
        sheets = read_sheets(content, file_name)
    except SheetError as error:
        raise SettlementRefusedError("unreadable", problem=error.code, details=error.params) from error
    stored = masked(sheets)
    found = _read(stored, source.kind)
    file: SettlementFile = SettlementFile.objects.create(
        school=school, kind=source.kind.value, source=source.code, file_name=file_name[-200:],
        sha256=hashlib.sha256(content).hexdigest(), cells=stored, columns=dict(found.columns),
        problems=[{"code": p.code, "row": p.row, "params": dict(p.params)} for p in found.problems],
        settled_on=settled_on, uploaded_by=actor.user_id, uploaded_at=clock.now(),
    )  # fmt: skip
    audit.record(
        actor, "payments:settlement:preview", school_id=school.pk, subject=("settlement_file", file.pk),
        params={"source": source.code, "file": file.file_name, "problems": len(found.problems)},
    )  # fmt: skip
    return file


@transaction_required
def apply(file: SettlementFile, *, actor: Actor) -> Applied:
    """Take a previewed file over, whole; items known from an earlier file change nothing.

    Raises SettlementRefusedError `has_problems` (count), `already_applied`.
    """
    held = SettlementFile.objects.for_school(file.school_id).select_for_update().get(pk=file.pk)
    if held.applied_at is not None:
        raise SettlementRefusedError("already_applied")
    if held.problems:
        raise SettlementRefusedError("has_problems", count=len(held.problems))
    items = items_of(held)
    known = known_keys(held, items)
    fresh = [i for i in items if i.key not in known]
    verdicts = dict(zip((i.key for i in fresh), judge_rows(held, fresh), strict=True))
    groups = _groups(held, fresh)
    for (reference, settled_on, account_id), rows in groups.items():
        batch = _batch(held, reference, settled_on, account_id, actor)
        _add(batch, held, rows, verdicts)
    SettlementFile.objects.for_school(held.school_id).filter(pk=held.pk).update(applied_at=clock.now())
    open_count = len([v for v in verdicts.values() if v.state in OPEN_STATES])
    audit.record(
        actor, "payments:settlement:apply", school_id=held.school_id, subject=("settlement_file", held.pk),
        params={"new": len(fresh), "known": len(known), "open": open_count},
    )  # fmt: skip
    return Applied(len(groups), len(fresh), len(known), open_count)


def items_of(file: SettlementFile) -> tuple[ItemRow, ...]:
    """The items a stored file holds."""
    return _read(file.cells, SourceKind(file.kind)).items


def known_keys(file: SettlementFile, items: Sequence[ItemRow]) -> set[str]:
    """Keys that an earlier file brought; 1 query."""
    rows = SettlementItem.objects.for_school(file.school_id).filter(source=file.source, key__in=[i.key for i in items])
    return set(rows.values_list("key", flat=True))


def judge_rows(file: SettlementFile, rows: Sequence[ItemRow]) -> list[Verdict]:
    """What each row of a file would be."""
    return judge(file.school_id, file.source, rows)


@transaction_required
def match_again(school_id: int) -> int:
    """Look at open items again (a slip was recorded late, a lost notice came); returns how many now fit."""
    rows = SettlementItem.objects.for_school(school_id).filter(
        state__in=[s.value for s in OPEN_STATES], batch__paid_at__isnull=True
    )
    waiting = list(rows.select_for_update(of=("self",)))
    fitting = 0
    for source in {i.source for i in waiting}:
        items = [i for i in waiting if i.source == source]
        for item, verdict in zip(items, judge(school_id, source, items), strict=True):
            if (item.state, item.candidate) != (verdict.state.value, verdict.candidate):
                _settle(item, verdict)
                fitting += verdict.state is ItemState.MATCHED
    return fitting


@transaction_required
def assign_slip(school_id: int, *, item_id: int, slip_id: int, actor: Actor) -> SettlementItem:
    """Say that an item is a slip recorded with another code. Raises SettlementRefusedError `unknown_slip`,
    `slip_not_waiting`, `amount_differs` (gross, amount) and those of an item that is not open."""
    item = _open_item(school_id, item_id)
    slip = PosSlip.objects.for_school(school_id).select_related("evidence").filter(pk=slip_id).first()
    if slip is None or item.source != POS_SOURCE:
        raise SettlementRefusedError("unknown_slip")
    settled = SettlementItem.objects.for_school(school_id).filter(evidence_id=slip.evidence_id, gross__gt=0).exists()
    if slip.evidence.used == ZERO or settled or item.gross < ZERO:
        raise SettlementRefusedError("slip_not_waiting")
    if slip.amount != item.gross:
        raise SettlementRefusedError("amount_differs", gross=item.gross, amount=slip.amount)
    return _resolve(item, Verdict(ItemState.MATCHED, evidence=slip.evidence), "assign_slip", actor)


@transaction_required
def correct_slip(school_id: int, *, item_id: int, reason: str, actor: Actor) -> SettlementItem:
    """Record the slip of an item again with the amount that the acquirer settled, on the same invoices.

    The wrong payment is undone with the reason. Raises SettlementRefusedError `reason_missing`, `unknown_slip` and
    those of an item that is not open.
    """
    reason = _reason(reason)
    item = _open_item(school_id, item_id)
    slip = PosSlip.objects.for_school(school_id).select_related("terminal").filter(evidence=item.candidate).first()
    if slip is None or item.candidate is None or item.gross <= ZERO:
        raise SettlementRefusedError("unknown_slip")
    payments = list(Payment.objects.for_school(school_id).filter(evidence=item.candidate).order_by("pk"))
    shares = _shares_again(school_id, payments[-1], item.gross)
    for payment in payments:
        if payment.reversed_at is None:
            undo(school_id, payment_id=payment.pk, reason=reason, actor=actor)
    data = SlipData(
        slip.approval_code, slip.rrn, slip.trace, slip.batch_no, slip.card_tail, slip.card_brand, item.gross,
        slip.paid_at,
    )  # fmt: skip
    terminal: PosTerminal = slip.terminal
    again = record_slip(terminal, data, shares=shares, payer_name=payments[-1].payer_name, actor=actor)
    evidence = Evidence.objects.for_school(school_id).get(pk=again.slip.evidence_id)
    return _resolve(item, Verdict(ItemState.MATCHED, evidence=evidence), "correct_slip", actor, reason)


@transaction_required
def assign_invoices(school_id: int, *, item_id: int, shares: Sequence[Share], actor: Actor) -> SettlementItem:
    """Book an item nobody recorded on invoices: the settlement row itself is the evidence (card terminals only, what
    gateways and banks settle without a notice is asked of them). Raises SettlementRefusedError `not_for_pos` and those
    of an item that is not open, PaymentRefusedError."""
    item = _open_item(school_id, item_id)
    if item.source != POS_SOURCE or item.gross <= ZERO:
        raise SettlementRefusedError("not_for_pos")
    payment = book(school_id, booking=_booking(item, shares), actor=actor)
    evidence = Evidence.objects.for_school(school_id).get(pk=payment.evidence_id)
    return _resolve(item, Verdict(ItemState.MATCHED, evidence=evidence), "assign_invoices", actor)


@transaction_required
def set_aside(school_id: int, *, item_id: int, reason: str, actor: Actor) -> SettlementItem:
    """Say that an item is no fee money of the school, with a reason. Raises SettlementRefusedError `reason_missing`
    and those of an item that is not open."""
    reason = _reason(reason)
    item = _open_item(school_id, item_id)
    return _resolve(item, Verdict(ItemState.OTHER), "set_aside", actor, reason)


@transaction_required
def take_up_again(school_id: int, *, item_id: int, actor: Actor) -> SettlementItem:
    """Open an item again that was set aside. Raises SettlementRefusedError `item_settled`, `batch_paid`."""
    item = _held_item(school_id, item_id)
    if item.state != ItemState.OTHER.value:
        raise SettlementRefusedError("item_settled")
    return _resolve(item, judge(school_id, item.source, [item])[0], "take_up_again", actor)


@transaction_required
def mark_paid(school_id: int, batch_ids: Sequence[int], *, paid: bool) -> None:
    """Note that the net of batches was found on the account, or was not after all (for the room of bank lines)."""
    rows = SettlementBatch.objects.for_school(school_id).filter(pk__in=batch_ids)
    rows.update(paid_at=clock.now() if paid else None)


def _read(stored: Sequence[Sequence[Sequence[str]]], kind: SourceKind) -> ReadFile:
    """Stored cells are read exactly as they were shown; empty ones are empty again."""
    return read([Sheet("", [[cell or None for cell in row] for row in sheet]) for sheet in stored], kind)


def _groups(file: SettlementFile, items: Sequence[ItemRow]) -> dict[tuple[str, dt.date, int | None], list[ItemRow]]:
    """Items that are paid together: by the file's own settlement number, else by terminal batch, and by day."""
    accounts = dict(PosTerminal.objects.for_school(file.school_id).values_list("code", "bank_account_id"))
    found: dict[tuple[str, dt.date, int | None], list[ItemRow]] = {}
    for item in items:
        day = item.settled_on or file.settled_on
        account = accounts.get(item.terminal_code) if file.kind == SourceKind.POS.value else None
        parts = [item.batch_reference] if item.batch_reference else [item.terminal_code, item.batch_no]
        name = " ".join(p for p in (*parts, f"{day:%d/%m/%Y}") if p)[:50]
        found.setdefault((name, day, account), []).append(item)
    return found


def _batch(
    file: SettlementFile, reference: str, settled_on: dt.date, account_id: int | None, actor: Actor
) -> SettlementBatch:
    """The batch of this name, made when new; one that was paid takes no more, the rest goes into the next."""
    rows = SettlementBatch.objects.for_school(file.school_id).filter(source=file.source)
    number = 1
    while True:
        name = reference if number == 1 else f"{reference} /{number}"
        batch: SettlementBatch
        batch, _made = rows.select_for_update().get_or_create(
            school_id=file.school_id, source=file.source, reference=name,
            defaults={
                "kind": file.kind, "settled_on": settled_on, "bank_account_id": account_id, "gross": ZERO, "fee": ZERO,
                "net": ZERO, "created_at": clock.now(), "created_by": actor.user_id,
            },
        )  # fmt: skip
        if batch.paid_at is None and batch.bank_account_id == account_id:
            return batch
        number += 1


def _add(batch: SettlementBatch, file: SettlementFile, rows: Sequence[ItemRow], verdicts: dict[str, Verdict]) -> None:
    figures = sums(rows)
    batch.gross, batch.fee, batch.net = (
        batch.gross + figures.gross, batch.fee + figures.fee, batch.net + figures.net,
    )  # fmt: skip
    batch.save(update_fields=["gross", "fee", "net"])
    SettlementItem.objects.bulk_create(

            SettlementItem(
                school_id=batch.school_id, batch=batch, file=file, source=batch.source, key=r.key,
                row_number=r.row_number, terminal_code=r.terminal_code, merchant_code=r.merchant_code,
                batch_no=r.batch_no, trace=r.trace, rrn=r.rrn, approval_code=r.approval_code,
                transaction_id=r.transaction_id, order_reference=r.order_reference, card_tail=r.card_tail,
                card_brand=r.card_brand, transacted_on=r.transacted_on, transacted_time=r.transacted_time,
                gross=r.gross, fee=r.fee, net=r.net,
                state=verdicts[r.key].state.value, evidence=verdicts[r.key].evidence,
                candidate=verdicts[r.key].candidate,
            )
            for r in rows

    )  # fmt: skip


def _booking(item: SettlementItem, shares: Sequence[Share]) -> Booking:
    return Booking(
        kind=EvidenceKind.SETTLEMENT, source=f"{SOURCE_PREFIX}{item.terminal_code}",
        reference=f"{item.rrn}/{item.approval_code}", evidence_amount=item.gross, amount=item.gross,
        method=Method.CARD_POS, received_at=_moment(item), payer_name="", payer_account="", shares=tuple(shares),
        bank_account_id=None, in_suspense=False,
    )  # fmt: skip


def _moment(item: SettlementItem) -> dt.datetime:
    """When the card was used; noon of the day when the file has days only."""
    day = item.transacted_on or item.batch.settled_on
    return dt.datetime.combine(day, item.transacted_time or dt.time(12), tzinfo=clock.SCHOOL_TIME)


def _shares_again(school_id: int, payment: Payment, amount: Dong) -> list[Share]:
    """The invoices a payment was for, with `amount` in its place: filled in order, the rest on the last."""
    rows = Allocation.objects.for_school(school_id).filter(payment=payment, reverses__isnull=True).order_by("pk")
    parts: dict[int, Dong] = {}
    for row in rows:
        parts[row.invoice_id] = parts.get(row.invoice_id, ZERO) + row.amount
    if not parts:  # all of it had become credit
        entry = payment.credits.filter(reverses__isnull=True).order_by("pk").first()
        parts = {entry.invoice_id: amount} if entry is not None and entry.invoice_id else {}
    shares, left = [], amount
    for number, (invoice_id, part) in enumerate(parts.items(), start=1):
        share = left if number == len(parts) else min(left, part)
        if share > ZERO:
            shares.append(Share(invoice_id, share))
        left = left - share
    return shares


def _held_item(school_id: int, item_id: int) -> SettlementItem:
    """The item with its batch locked. Raises SettlementRefusedError `unknown_item`, `batch_paid`."""
    item: SettlementItem | None = SettlementItem.objects.for_school(school_id).filter(pk=item_id).first()
    if item is None:
        raise SettlementRefusedError("unknown_item")
    batch = SettlementBatch.objects.for_school(school_id).select_for_update().get(pk=item.batch_id)
    if batch.paid_at is not None:
        raise SettlementRefusedError("batch_paid")
    item.refresh_from_db()
    return item


def _open_item(school_id: int, item_id: int) -> SettlementItem:
    item = _held_item(school_id, item_id)
    if item.state not in {s.value for s in OPEN_STATES}:
        raise SettlementRefusedError("item_settled")
    return item


def _settle(item: SettlementItem, verdict: Verdict) -> None:
    item.state, item.evidence, item.candidate = verdict.state.value, verdict.evidence, verdict.candidate
    item.save(update_fields=["state", "evidence", "candidate", "note", "resolved_by", "resolved_at"])


def _resolve(item: SettlementItem, verdict: Verdict, act: str, actor: Actor, note: str = "") -> SettlementItem:
    item.note, item.resolved_by, item.resolved_at = note, actor.user_id, clock.now()
    _settle(item, verdict)
    audit.record(
        actor, f"payments:settlement:{act}", school_id=item.school_id, subject=("settlement_item", item.pk),
        reason=note, params={"key": item.key, "gross": int(item.gross)},
    )  # fmt: skip
    return item


def _reason(text: str) -> str:
    reason = " ".join(text.split())[:300]
    if not reason:
        raise SettlementRefusedError("reason_missing")
    return reason
