"""One person proposes, another decides; a decision is on exactly what was proposed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from truongso.fees.public import lock_invoices
from truongso.fees.types import FeesRefusedError
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import ZERO, Dong, total
from truongso.kernel.names import tidy
from truongso.payments.credit.moves import Taken
from truongso.payments.credit.services import LineReduction, draw_credit, keep, reduce_lines, take_out
from truongso.payments.refunds import gateway
from truongso.payments.refunds.accounts import remember
from truongso.payments.refunds.models import RefundDecision, RefundItem, RefundPart, RefundRequest
from truongso.payments.refunds.numbers import new_codes, next_number
from truongso.payments.refunds.planning import plan
from truongso.payments.refunds.types import (
    Account,
    Ask,
    CounterKind,
    ItemState,
    PlannedItem,
    RefundKind,
    RefundRefusedError,
    RefundWay,
    RequestState,
)
from truongso.payments.types import PaymentRefusedError


@transaction_required
def propose(
    school_id: int,
    *,
    ask: Ask,
    reason: str,
    actor: Actor,
    scope: Mapping[str, object] | None = None,
    accounts: Mapping[int, Account] | None = None,
    lacking_to_credit: bool = False,
) -> RefundRequest:
    """Put a request before the one who decides; no money moves. `accounts` (by family id) are what the proposer typed
    and confirmed; with `lacking_to_credit` families without an account keep the money as credit.

    Raises RefundRefusedError `needs_person`, `reason_missing`, `nothing_to_refund`, `accounts_missing` (count, names),
    and those of `plan`.
    """
    if actor.user_id is None:
        raise RefundRefusedError("needs_person")
    reason = _reasoned(reason)
    if accounts:
        remember(school_id, accounts, actor=actor)
    items = list(plan(school_id, ask).items)
    if not items:
        raise RefundRefusedError("nothing_to_refund")
    lacking = [i for i in items if i.lacks_account]
    if lacking and not lacking_to_credit:
        names = ", ".join(i.student_name for i in lacking[:5])
        raise RefundRefusedError("accounts_missing", count=len(lacking), names=names)
    items = [replace(i, way=RefundWay.CREDIT) if i.lacks_account else i for i in items]
    year, number = next_number(school_id, CounterKind.REQUEST)
    request: RefundRequest = RefundRequest.objects.create(
        school_id=school_id, year=year, number=number, kind=ask.kind.value, reason=reason, scope=dict(scope or {}),
        amount=total(i.amount for i in items), lowered=total(i.lowered for i in items), digest=_digest(ask.kind, items),
        proposed_at=clock.now(), proposed_by=actor.user_id,
    )  # fmt: skip
    _write_items(request, items)
    _note(actor, "propose", request, reason)
    return request


@transaction_required
def approve(school_id: int, *, request_id: int, digest: str, actor: Actor) -> RefundRequest:
    """Decide that a request is carried out, and book it: credit notes, money freed, refunds to pay. All or nothing.

    Raises RefundRefusedError `needs_person`, `unknown_request`, `already_decided`, `own_request`, `digest_differs`,
    `figures_changed` (what the fees or the credit are now no longer allows what was proposed).
    """
    request = _open_request(school_id, request_id, actor, digest)
    if request.proposed_by == actor.user_id:
        raise RefundRefusedError("own_request")
    items = list(RefundItem.objects.for_school(school_id).filter(request=request).order_by("pk"))
    parts = list(RefundPart.objects.for_school(school_id).filter(item__request=request).order_by("pk"))
    lock_invoices(school_id, (p.invoice_id for p in parts))
    _decide(request, RequestState.APPROVED, "", actor)
    taken = _free(request, items, parts, actor)
    out = {i.pk for i in items if i.amount and i.way != RefundWay.CREDIT.value}
    leaving = [t for t in taken if t.item_id in out]
    _check_gateway(school_id, items, leaving)
    take_out(school_id, taken=leaving, reason=request.reason, actor=actor)
    rows = RefundItem.objects.for_school(school_id).filter(request=request)
    rows.filter(pk__in=out).update(state=ItemState.DUE.value)
    rows.exclude(pk__in=out).update(state=ItemState.DONE.value)
    _note(actor, "approve", request, "")
    return request


@transaction_required
def reject(school_id: int, *, request_id: int, digest: str, reason: str, actor: Actor) -> RefundRequest:
    """Decide that a request is not carried out. Raises like `approve`, and `reason_missing`."""
    reason = _reasoned(reason)
    request = _open_request(school_id, request_id, actor, digest)
    if request.proposed_by == actor.user_id:
        raise RefundRefusedError("own_request")
    return _drop(request, RequestState.REJECTED, reason, actor)


@transaction_required
def withdraw(school_id: int, *, request_id: int, reason: str, actor: Actor) -> RefundRequest:
    """The proposer takes an undecided request back. Raises `reason_missing`, `unknown_request`, `already_decided`,
    `not_yours`."""
    reason = _reasoned(reason)
    request = _open_request(school_id, request_id, actor, None)
    if request.proposed_by != actor.user_id:
        raise RefundRefusedError("not_yours")
    return _drop(request, RequestState.WITHDRAWN, reason, actor)


@transaction_required
def keep_as_credit(school_id: int, *, item_id: int, reason: str, actor: Actor) -> RefundItem:
    """Money due that does not leave (wrong account, the bank sent it back) stays the family's credit; another way
    out is a new request, decided anew. Raises `reason_missing`, `unknown_item`, `not_due` (state)."""
    reason = _reasoned(reason)
    item = locked_item(school_id, item_id)
    if item.state != ItemState.DUE.value:
        raise RefundRefusedError("not_due", state=item.state)
    keep(school_id, item_ids=[item.pk], reason=reason, actor=actor)
    set_state(item, ItemState.DONE)
    audit.record(
        actor, "payments:refund:keep", school_id=school_id, subject=("refund", item.code), reason=reason,
        params={"amount": int(item.amount)},
    )  # fmt: skip
    return item


def locked_item(school_id: int, item_id: int) -> RefundItem:
    """Hold one refund. Raises RefundRefusedError `unknown_item`."""
    rows = RefundItem.objects.for_school(school_id).filter(pk=item_id)
    item: RefundItem | None = rows.select_for_update().first()
    if item is None:
        raise RefundRefusedError("unknown_item")
    return item


def set_state(item: RefundItem, state: ItemState) -> None:
    """Move a held refund on; triggers refuse what its payouts do not show."""
    item.state = state.value
    item.save(update_fields=["state"])


def _free(
    request: RefundRequest, items: Sequence[RefundItem], parts: Sequence[RefundPart], actor: Actor
) -> list[Taken]:
    """Lower the fees, or draw on the credit; what comes free must be what was proposed."""
    school_id = request.school_id
    try:
        if request.kind == RefundKind.CREDIT.value:
            return draw_credit(school_id, wants=[(i.family_id, i.amount, i.pk) for i in items])
        reductions = [LineReduction(p.invoice_id, p.line_id, p.amount, p.item_id) for p in parts]
        taken = reduce_lines(school_id, reductions=reductions, reason=request.reason, actor=actor)
    except (PaymentRefusedError, FeesRefusedError) as error:
        raise RefundRefusedError("figures_changed") from error
    freed: dict[int | None, Dong] = {}
    for one in taken:
        freed[one.item_id] = freed.get(one.item_id, ZERO) + one.amount
    if any(freed.get(i.pk, ZERO) != i.amount for i in items):
        raise RefundRefusedError("figures_changed")
    return taken


def _check_gateway(school_id: int, items: Sequence[RefundItem], leaving: Sequence[Taken]) -> None:
    for item in items:
        if item.way != RefundWay.GATEWAY.value or not item.amount:
            continue
        payments = {t.payment_id for t in leaving if t.item_id == item.pk}
        if len(payments) != 1 or not gateway.is_possible(school_id, payments.pop()):
            raise RefundRefusedError("figures_changed")


def _drop(request: RefundRequest, state: RequestState, reason: str, actor: Actor) -> RefundRequest:
    _decide(request, state, reason, actor)
    RefundItem.objects.for_school(request.school_id).filter(request=request).update(state=ItemState.DROPPED.value)
    _note(actor, "reject" if state is RequestState.REJECTED else "withdraw", request, reason)
    return request


def _open_request(school_id: int, request_id: int, actor: Actor, digest: str | None) -> RefundRequest:
    if actor.user_id is None:
        raise RefundRefusedError("needs_person")
    rows = RefundRequest.objects.for_school(school_id).filter(pk=request_id)
    request: RefundRequest | None = rows.select_for_update().first()
    if request is None:
        raise RefundRefusedError("unknown_request")
    if request.state != RequestState.PROPOSED.value:
        raise RefundRefusedError("already_decided", state=request.state)
    if digest is not None and digest != request.digest:
        raise RefundRefusedError("digest_differs")
    return request


def _decide(request: RefundRequest, state: RequestState, reason: str, actor: Actor) -> None:
    RefundDecision.objects.create(
        school_id=request.school_id, request=request, decision=state.value, reason=reason, digest=request.digest,
        decided_at=clock.now(), decided_by=actor.user_id,
    )  # fmt: skip
    request.state = state.value
    request.save(update_fields=["state"])


def _write_items(request: RefundRequest, items: Sequence[PlannedItem]) -> None:
    school_id = request.school_id
    codes = new_codes(school_id, len(items))
    rows = RefundItem.objects.bulk_create(
        RefundItem(
            school_id=school_id, request=request, code=code, family_id=i.family_id, student_name=i.student_name,
            class_name=i.class_name, invoice_codes=i.invoice_codes, amount=i.amount, lowered=i.lowered,
            way=i.way.value, bank_bin=i.account.bank_bin if i.account else "",
            account_number=i.account.number if i.account else "",
            account_name=i.account.holder_name if i.account else "",
        )
        for i, code in zip(items, codes, strict=True)
    )  # fmt: skip
    RefundPart.objects.bulk_create(
        RefundPart(
            school_id=school_id, item=row, invoice_id=p.invoice_id, line_id=p.line_id, amount=p.amount,
            surplus=p.surplus,
        )
        for row, item in zip(rows, items, strict=True)
        for p in item.parts
    )  # fmt: skip


def _digest(kind: RefundKind, items: Sequence[PlannedItem]) -> str:
    """Hash of what is put to the decision: every family with amounts, way and account."""
    content = [
        [
            i.family_id, int(i.amount), i.way.value, [i.account.bank_bin, i.account.number] if i.account else None,
            [[p.line_id, int(p.amount), int(p.surplus)] for p in i.parts],
        ]
        for i in items
    ]  # fmt: skip
    return hashlib.sha256(json.dumps([kind.value, content]).encode()).hexdigest()


def _note(actor: Actor, verb: str, request: RefundRequest, reason: str) -> None:
    audit.record(
        actor, f"payments:refund:{verb}", school_id=request.school_id,
        subject=("refund_request", request.public_id), reason=reason,
        params={
            "number": f"HT-{request.year}-{request.number:04}", "amount": int(request.amount),
            "lowered": int(request.lowered), "digest": request.digest,
        },
    )  # fmt: skip


def _reasoned(reason: str) -> str:
    reason = tidy(reason)
    if not reason:
        raise RefundRefusedError("reason_missing")
    return reason[:300]
