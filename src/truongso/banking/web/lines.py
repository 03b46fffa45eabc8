"""One bank line: everything known of it, and what a person does with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.banking import queries
from truongso.banking.acts import handling
from truongso.banking.acts.handling import merge
from truongso.banking.acts.places import rests_of
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.questions.queries import questions_of
from truongso.banking.types import LineRefusedError, LineState
from truongso.banking.web.answers import done, in_transaction, refusal_text, refused
from truongso.banking.web.batches import batch_context
from truongso.banking.web.board import account_numbers, address, is_open, neighbour
from truongso.banking.web.deposits import deposit_context
from truongso.banking.web.detail import MOST_CODES, merged_lines, shares_form
from truongso.banking.web.forms import AsideForm, ReasonForm
from truongso.banking.web.messages import QUESTION_STATES, line_text, payment_text, reason_text, state_text
from truongso.banking.web.queue import show
from truongso.banking.web.refunds import refund_context
from truongso.banking.web.taken_back import original_cells, taken_back_context
from truongso.fees.public import invoices_by_code
from truongso.kernel.money import ZERO, Dong, total
from truongso.kernel.ui.formatting import dong
from truongso.ledger.public import entries_of
from truongso.ledger.types import EntryKind
from truongso.payments.public import Payment, payments_of_evidence
from truongso.payments.types import EvidenceKind, PaymentRefusedError

_MATCHED = (LineState.MATCHED.value, LineState.PARTLY.value, LineState.PARKED.value)
_STATE_KINDS = {
    "waiting": "warn", "partly": "warn", "matched": "ok", "parked": "info", "deposit": "info", "reversed": "bad",
    "refund": "ok",
}  # fmt: skip


@requires(Permission.SCHOOL_MATCH_READ)
@require_GET
def line_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Sightings, decisions, payments with receipts, and the books of one line."""
    line = _line(request, public_id)
    school_id = line.school_id
    rows, notices = queries.sightings_of(line)
    decisions = queries.decisions_of(line)
    payments = payments_of_evidence(school_id, kind=EvidenceKind.BANK_LINE, reference=str(line.pk))
    sources = {EntryKind.BANK_LINE: [line.pk], EntryKind.PAYMENT: [p.pk for p in payments]}
    sources[EntryKind.SETTLEMENT] = list(line.batch_links.order_by("pk").values_list("pk", flat=True))
    sources[EntryKind.DEPOSIT_LINK] = list(line.deposit_links.order_by("pk").values_list("pk", flat=True))
    sources[EntryKind.NO_FEE] = list(line.asides.order_by("pk").values_list("pk", flat=True))
    refund = refund_context(line)
    sources[EntryKind.REFUND_PAID] = [link.payout_id for link in refund["refund_links"]]
    return render(
        request,
        "banking/line.html",
        {
            "line": line,
            "state_text": state_text(line.state),
            "state_kind": _STATE_KINDS.get(line.state, ""),
            "statement_rows": [{"row": row, "cells": original_cells(row.cells)} for row in rows],
            "notices": notices,
            "payments": [_paid(p) for p in payments],
            "entries": entries_of(school_id, sources),
            "history": _history(decisions, account_numbers(request.caller.school)),
            "reason_form": ReasonForm(auto_id=False),
            "may_decide": request.caller.may(Permission.SCHOOL_MATCH_DECIDE),
            "is_matched": line.state in _MATCHED and any(p.reversed_at is None for p in payments),
            "questions": [{"question": q, "state": QUESTION_STATES[q.state]} for q in questions_of(line)],
            "is_credit": line.direction == "in",
            **batch_context(line),
            **deposit_context(line),
            **taken_back_context(line),
            **refund,
        },
    )


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def assign(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Book the line, or several put together, on the chosen invoices; a credit that the person has not seen is shown
    first."""
    line = _line(request, public_id)
    if not is_open(line):
        return refused(request, line, refusal_text(LineRefusedError("not_waiting", state=line.state), line))
    codes = list(dict.fromkeys(request.POST.getlist("phieu")))[:MOST_CODES]
    by_code = invoices_by_code(line.school_id, codes)
    unknown = [code for code in codes if code not in by_code]
    if unknown:
        return show(request, line=line, notice=line_text("unknown_invoice_code", {"code": unknown[0]}))
    merged = merged_lines(request, line, request.POST.getlist("gop"))
    amount = total(rests_of(line.school_id, [line, *merged]).values())
    form = shares_form(line, codes, amount, request.POST)
    if form.is_valid() and merged and form.keeps_rest:
        form.add_error(None, line_text("merge_keeps", {}))
    if not form.is_valid() or not form.agreed:
        return show(request, line=line, form=form)

    def act() -> list[Payment]:
        if merged:
            ids = [line.pk, *(x.pk for x in merged)]
            return merge(
                line.school_id, line_ids=ids, shares=form.shares, actor=request.caller.actor, surplus=form.surplus
            )
        return [
            handling.assign(
                line.school_id, line_id=line.pk, shares=form.shares, actor=request.caller.actor,
                surplus=form.surplus, keeps_rest=form.keeps_rest,
            )
        ]  # fmt: skip

    try:
        payments = in_transaction(act)
    except (LineRefusedError, PaymentRefusedError) as refusal:
        text = refusal_text(refusal, line)
        if isinstance(refusal, LineRefusedError) and refusal.code == "surplus_differs":
            return show(request, line=line, notice=text)
        return refused(request, line, text)
    messages.success(request, _booked_text(payments, left=amount - total(p.amount for p in payments)))
    following = line.public_id if form.keeps_rest else request.POST.get("tiep", "")
    is_merged = following in {x.public_id for x in merged}
    return done(request, line, neighbour(request, line) if is_merged else following, also=merged)


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def set_aside(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Park a line with somebody who sees to it, mark it as no fees, or put it back."""
    line, kind, state = _line(request, public_id), None, LineState.WAITING
    form: ReasonForm | AsideForm = ReasonForm(request.POST)
    if request.POST.get("viec") != "cho-lai":
        form = aside = AsideForm(request.POST)
        kind = aside.kind if aside.is_valid() else None
        state = LineState.PARKED if kind is not None and kind.is_parked else LineState.NOT_FEES
    if not form.is_valid():
        return refused(request, line, line_text("reason_missing" if "ly_do" in form.errors else "unknown_kind", {}))
    reason, owner_id = form.cleaned_data["ly_do"], form.cleaned_data.get("nguoi")

    def act() -> None:
        handling.set_aside(
            line.school_id, line_id=line.pk, state=state, reason=reason, actor=request.caller.actor, kind=kind,
            owner_id=owner_id,
        )  # fmt: skip

    try:
        in_transaction(act)
    except LineRefusedError as refusal:
        return refused(request, line, refusal_text(refusal, line))
    messages.success(
        request, _("Giao dịch %(amount)s: %(state)s.") % {"amount": line.amount, "state": state_text(state.value)}
    )
    following = line.public_id if state is LineState.WAITING else request.POST.get("tiep", "")
    return done(request, line, following)


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def undo(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Take the booking of a line back by reversing entries; the line waits again."""
    line, form = _line(request, public_id), ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, payment_text("reason_missing", {}))
        return redirect("banking:line", public_id=line.public_id)
    reason = form.cleaned_data["ly_do"]

    def act() -> None:
        handling.undo_match(line.school_id, line_id=line.pk, reason=reason, actor=request.caller.actor)

    try:
        in_transaction(act)
    except (LineRefusedError, PaymentRefusedError) as refusal:
        messages.error(request, refusal_text(refusal, line))
        return redirect("banking:line", public_id=line.public_id)
    messages.success(
        request,
        _("Đã hoàn tác giao dịch %(amount)s bằng bút toán đảo; biên lai đã hủy. Giao dịch chờ xử lý lại.")
        % {"amount": line.amount},
    )
    return redirect(address(request, dong=line.public_id))


def _line(request: AuthedRequest, public_id: str) -> BankLine:
    rows = BankLine.objects.for_school(request.caller.school).select_related("bank_account")
    line: BankLine = get_object_or_404(rows, public_id=public_id)
    return line


def _booked_text(payments: list[Payment], *, left: Dong) -> str:
    amount, credit = total(p.amount for p in payments), total(p.credited for p in payments)
    codes = " ".join(dict.fromkeys(code for p in payments for code in p.invoice_code.split()))
    values = {"amount": dong(amount), "codes": codes, "credit": dong(credit), "left": dong(left)}
    if left > ZERO:
        return _("Đã ghi nhận %(amount)s cho phiếu %(codes)s; còn %(left)s chờ xử lý tiếp.") % values
    if credit > ZERO:
        return _("Đã ghi nhận %(amount)s cho phiếu %(codes)s, trong đó ghi có %(credit)s cho gia đình.") % values
    return _("Đã ghi nhận %(amount)s cho phiếu %(codes)s.") % values


def _paid(payment: Payment) -> dict[str, Any]:
    """A payment with what it settled by invoice, its receipt and why it was undone."""
    invoices: dict[str, dict[str, Any]] = {}
    for a in payment.allocations.all():
        if a.reverses_id is None:
            row = invoices.setdefault(a.invoice.code, {"invoice": a.invoice, "amount": ZERO})
            row["amount"] = row["amount"] + a.amount
    return {
        "payment": payment,
        "invoices": list(invoices.values()),
        "credit": next((c.amount for c in payment.credits.all() if c.reverses_id is None), None),
        "receipt": next(iter(payment.receipts.all()), None),
        "reversal": next(iter(payment.reversals.all()), None),
    }


def _history(decisions: list[MatchDecision], numbers: dict[str, str]) -> list[dict[str, Any]]:
    names = user_names(d.decided_by for d in decisions)
    return [
        {
            "title": reason_text(d.reason, numbers),
            "note": _note(d, names),
            "at": d.decided_at,
            "kind": "ok" if d.payment_id else "bad" if d.decision == "undone" else "warn",
            "icon": "circle-check" if d.payment_id else "arrow-back-up" if d.decision == "undone" else "clock",
        }
        for d in decisions
    ]


def _note(decision: MatchDecision, names: dict[int, str]) -> str:
    who = names.get(decision.decided_by or 0)
    if who:
        return who
    # The title said in words which rule it was; its version leads to what the rules were that day.
    rules = _("Quy tắc so khớp, bản %(version)s") % {"version": decision.version}
    return _("%(rules)s · tự ghi nhận") % {"rules": rules} if decision.payment_id else rules
