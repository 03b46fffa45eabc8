"""Operators of the installation: their list, and campaigns over their own accounts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from truongso.accounts.access import AuthedRequest, requires
from truongso.accounts.hygiene import operator_reviews, unit_reviews
from truongso.accounts.hygiene.inventory import accounts_of_operators
from truongso.accounts.hygiene.models import ReviewRound
from truongso.accounts.hygiene.types import ReviewDecision
from truongso.accounts.labels import role_name
from truongso.accounts.types import AccountRefusedError, Permission
from truongso.accounts.web.hygiene_texts import DECISIONS, FACTORS, STATES
from truongso.accounts.web.refusals import refusal_text
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.ui.formatting import ngay


@requires(Permission.OPERATOR_ACCOUNT_REVIEW)
@require_safe
def operators(request: AuthedRequest) -> HttpResponse:
    """Who runs the installation, and the campaigns so far."""
    rows = operator_reviews.campaigns()
    context = {
        "accounts": [
            {"account": one, "state": STATES[one.state], "factors": [FACTORS[kind] for kind in one.factors]}
            for one in accounts_of_operators()
        ],
        "campaigns": rows, "may_open": not rows or rows[0].closed_at is not None,
    }  # fmt: skip
    return render(request, "accounts/hygiene/operators.html", context)


@requires(Permission.OPERATOR_ACCOUNT_REVIEW, fresh=True)
@require_POST
def operators_open(request: AuthedRequest) -> HttpResponse:
    """Start a campaign."""
    try:
        with transaction():
            row = operator_reviews.open_campaign(by=request.caller.user, actor=request.caller.actor)
    except AccountRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
        return redirect("accounts:operators")
    messages.success(request, _("Đã mở đợt rà soát."))
    return redirect(_address(row))


@requires(Permission.OPERATOR_ACCOUNT_REVIEW)
@require_safe
def operators_review(request: AuthedRequest) -> HttpResponse:
    """A campaign account by account: the one named, else the latest; before the first, to where it is opened."""
    if not operator_reviews.campaigns():
        messages.info(request, _("Chưa có đợt rà soát nào. Bấm Mở đợt rà soát."))
        return redirect("accounts:operators")
    return render(request, "accounts/hygiene/operators_review.html", _context(request))


@requires(Permission.OPERATOR_ACCOUNT_REVIEW)
@require_safe
def operators_paper(request: AuthedRequest) -> HttpResponse:
    """The result to print, keep, and have signed where one operator is alone."""
    return render(request, "accounts/hygiene/operators_paper.html", _context(request))


@requires(Permission.OPERATOR_ACCOUNT_REVIEW, fresh=True)
@require_POST
def operators_decide(request: AuthedRequest) -> HttpResponse:
    """Confirm chosen accounts, or suspend one."""
    row, by, actor = _found(request), request.caller.user, request.caller.actor
    one, reason = request.POST.get("khoa", ""), request.POST.get("reason", "")[:300]
    try:
        with transaction():
            if one:
                number = next(iter(_numbers_of([one])), 0)
                operator_reviews.disable(by=by, actor=actor, row=row, item_id=number, reason=reason)
                text = _("Đã tạm khóa.")
            else:
                chosen = _numbers_of(request.POST.getlist("tk"))
                count = operator_reviews.confirm(by=by, actor=actor, row=row, item_ids=chosen)
                text = _("Đã xác nhận %(count)d tài khoản.") % {"count": count}
    except AccountRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
    else:
        messages.success(request, text)
    return redirect(_address(row))


@requires(Permission.OPERATOR_ACCOUNT_REVIEW, fresh=True)
@require_POST
def operators_sign(request: AuthedRequest) -> HttpResponse:
    """Sign the result; who is alone says where the signed paper lies."""
    row = _found(request)
    try:
        with transaction():
            operator_reviews.sign(
                by=request.caller.user, actor=request.caller.actor, row=row, paper=request.POST.get("giay", "")[:300]
            )
    except AccountRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
    else:
        messages.success(request, _("Đã ký kết quả rà soát."))
    return redirect(_address(row))


def _context(request: AuthedRequest) -> dict[str, Any]:
    row = _found(request)
    items = unit_reviews.items_of(row)
    by = request.caller.user
    is_alone = not operator_reviews.others_than(by).exists()
    waiting = [one for one in items if not one.decision and not (is_alone and one.user_id == by.pk)]
    shown = []
    for one in items:
        text, kind = DECISIONS[ReviewDecision(one.decision)] if one.decision else (_("Chưa rà soát"), "")
        shown.append({"item": one, "text": text, "kind": kind, "is_own": one.user_id == by.pk})
    return {
        "round": row, "rows": shown, "is_alone": is_alone, "today": clock.today(), "role": role_name("operator"),
        "may_decide": row.closed_at is None and row.due_on >= clock.today(),
        "may_confirm": any(not one.decision and one.user_id != by.pk for one in items),
        "may_sign": row.signed_at is None and not waiting and bool(items),
        "tally": unit_reviews.tally_of(items),
        "headline": _("Rà soát người vận hành từ %(start)s") % {"start": ngay(clock.school_date(row.started_at))},
    }  # fmt: skip


def _found(request: AuthedRequest) -> ReviewRound:
    wanted = (request.POST if request.method == "POST" else request.GET).get("dot", "")
    row = next((one for one in operator_reviews.campaigns() if not wanted or one.public_id == wanted), None)
    if row is None:
        raise Http404
    return row


def _address(row: ReviewRound) -> str:
    return f"{reverse('accounts:operators_review')}?dot={row.public_id}"


def _numbers_of(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]
