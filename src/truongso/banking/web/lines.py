"""One bank line: everything known of it, and what a person does with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.banking import queries, services
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.types import LineRefusedError, LineState
from truongso.banking.web.batches import batch_context
from truongso.banking.web.deposits import deposit_context
from truongso.banking.web.forms import ReasonForm, SharesForm
from truongso.banking.web.messages import line_text, payment_text, reason_text, state_text
from truongso.banking.web.queue import account_numbers, address, show
from truongso.banking.web.refunds import refund_context
from truongso.banking.web.taken_back import original_cells, taken_back_context
from truongso.fees.public import invoices_by_code
from truongso.kernel.db import retrying, transaction
from truongso.kernel.money import ZERO
from truongso.kernel.ui.formatting import dong
from truongso.ledger.public import entries_of
from truongso.ledger.types import EntryKind
from truongso.payments.public import Payment, payments_of_evidence
from truongso.payments.types import EvidenceKind, PaymentRefusedError

_STATE_KINDS = {
    "waiting": "warn", "matched": "ok", "parked": "info", "deposit": "info", "reversed": "bad", "refund": "ok",
}  # fmt: skip
_SET_ASIDE = {
    "de-sau": LineState.PARKED,
    "khong-phai": LineState.NOT_FEES,
    "cho-lai": LineState.WAITING,
}
_MOST_INVOICES = 12


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
            "is_matched": line.state == LineState.MATCHED.value,
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
    """Book the line on the chosen invoices; a credit that the person has not seen is shown first."""
    line = _line(request, public_id)
    if line.state not in {LineState.WAITING.value, LineState.PARKED.value}:
        messages.error(request, line_text("not_waiting", {"state": line.state}))
        return redirect(address(request, dong=line.public_id))
    codes = list(dict.fromkeys(request.POST.getlist("phieu")))[:_MOST_INVOICES]
    by_code = invoices_by_code(line.school_id, codes)
    unknown = [code for code in codes if code not in by_code]
    if unknown:
        return show(request, line=line, notice=line_text("unknown_invoice_code", {"code": unknown[0]}))
    form = SharesForm(line, [by_code[code] for code in codes], request.POST)
    if not form.is_valid() or not form.agreed:
        return show(request, line=line, form=form)

    def act() -> Payment:
        return services.assign(
            line.school_id, line_id=line.pk, shares=form.shares, actor=request.caller.actor, surplus=form.surplus
        )

    try:
        payment = _in_transaction(act)
    except (LineRefusedError, PaymentRefusedError) as refusal:
        text = _refused(refusal)
        if isinstance(refusal, LineRefusedError) and refusal.code == "surplus_differs":
            return show(request, line=line, notice=text)
        messages.error(request, text)
        return redirect(address(request, dong=line.public_id))
    messages.success(request, _booked_text(payment))
    return redirect(address(request, dong=request.POST.get("tiep", ""), xong=line.public_id))


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def set_aside(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Park a line, mark it as no fees, or put it back."""
    line, form = _line(request, public_id), ReasonForm(request.POST)
    state = _SET_ASIDE.get(request.POST.get("viec", ""))
    if state is None or not form.is_valid():
        messages.error(request, line_text("reason_missing", {}))
        return redirect(address(request, dong=line.public_id))
    reason = form.cleaned_data["ly_do"]

    def act() -> None:
        services.set_aside(line.school_id, line_id=line.pk, state=state, reason=reason, actor=request.caller.actor)

    try:
        _in_transaction(act)
    except LineRefusedError as refusal:
        messages.error(request, _refused(refusal))
        return redirect(address(request, dong=line.public_id))
    messages.success(
        request, _("Giao dịch %(amount)s: %(state)s.") % {"amount": line.amount, "state": state_text(state.value)}
    )
    following = line.public_id if state is LineState.WAITING else request.POST.get("tiep", "")
    return redirect(address(request, dong=following))


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
        services.undo_match(line.school_id, line_id=line.pk, reason=reason, actor=request.caller.actor)

    try:
        _in_transaction(act)
    except (LineRefusedError, PaymentRefusedError) as refusal:
        messages.error(request, _refused(refusal))
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


def _in_transaction(act: Callable[[], Any]) -> Any:
    """Run in one transaction, again after a deadlock; a closed month is a refusal like others."""

    def attempt() -> Any:
        with transaction():
            return act()

    try:
        return retrying(attempt)
    except IntegrityError as error:
        if "period is closed" in str(error):
            raise LineRefusedError("period_closed") from error
        raise


def _refused(refusal: LineRefusedError | PaymentRefusedError) -> str:
    if isinstance(refusal, LineRefusedError):
        return line_text(refusal.code, refusal.params)
    return payment_text(refusal.code, refusal.params)


def _booked_text(payment: Payment) -> str:
    values = {"amount": dong(payment.amount), "codes": payment.invoice_code, "credit": dong(payment.credited)}
    if payment.credited > ZERO:
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
    rules = _("Quy tắc %(rule)s, bản %(version)s") % {"rule": decision.rule, "version": decision.version}
    return _("%(rules)s · tự ghi nhận") % {"rules": rules} if decision.payment_id else rules
