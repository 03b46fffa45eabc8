"""Closing months: the trial balance of a month, what is in the way, signing, confirming, reopening, paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking.closing import month_services
from truongso.banking.closing.models import MonthClose
from truongso.banking.closing.months import days_of_month, month_figures
from truongso.banking.closing.queries import month_closes, passed_over
from truongso.banking.closing.types import STANDING, ClosingRefusedError
from truongso.banking.web.closing import signing_context
from truongso.banking.web.closing_forms import SignForm
from truongso.banking.web.closing_texts import closing_text
from truongso.kernel.db import retrying, transaction
from truongso.kernel.money import Dong
from truongso.ledger.types import AccountRole


@requires(Permission.SCHOOL_CLOSE_READ)
@require_safe
def month_page(request: AuthedRequest, month: str) -> HttpResponse:
    """A month as it stands: figures, what keeps it open, or who closed it."""
    return render(request, "banking/closing_month.html", _context(request, month))


@requires(Permission.SCHOOL_CLOSE_READ)
@require_safe
def month_paper(request: AuthedRequest, month: str) -> HttpResponse:
    """The trial balance with signatures, on A4."""
    return render(request, "banking/closing_month_paper.html", _context(request, month))


@requires(Permission.SCHOOL_CLOSE_SIGN, fresh=True)
@require_POST
def sign(request: AuthedRequest, month: str) -> HttpResponse:
    """The accountant signs the month as shown."""
    year, number = _parts(month)
    school, actor, posted = request.caller.school, request.caller.actor, request.POST
    return _act(
        request, month, _("Đã ký khóa sổ tháng. Hiệu trưởng ký xác nhận thì tháng khóa hẳn."),
        lambda: month_services.sign_month(
            school, year=year, month=number, note=posted.get("note", ""), seen=posted.get("seen", ""), actor=actor
        ),
    )  # fmt: skip


@requires(Permission.SCHOOL_CLOSE_CONFIRM, fresh=True)
@require_POST
def confirm(request: AuthedRequest, month: str) -> HttpResponse:
    """The principal signs too."""
    school, actor, seen = request.caller.school, request.caller.actor, request.POST.get("seen", "")
    pk = _latest(request, month).pk
    return _act(
        request, month, _("Đã ký xác nhận, tháng đã khóa sổ."),
        lambda: month_services.confirm_month(school, close_id=pk, seen=seen, actor=actor),
    )  # fmt: skip


@requires(Permission.SCHOOL_CLOSE_CONFIRM, fresh=True)
@require_POST
def refuse(request: AuthedRequest, month: str) -> HttpResponse:
    """The principal sends it back."""
    school, actor, why = request.caller.school, request.caller.actor, request.POST.get("why", "")
    pk = _latest(request, month).pk
    return _act(
        request, month, _("Đã trả lại; tháng mở như trước."),
        lambda: month_services.refuse_month(school, close_id=pk, reason=why, actor=actor),
    )  # fmt: skip


@requires(Permission.SCHOOL_CLOSE_REOPEN, fresh=True)
@require_POST
def ask_reopening(request: AuthedRequest, month: str) -> HttpResponse:
    """Ask to open a closed month again."""
    school, actor, why = request.caller.school, request.caller.actor, request.POST.get("why", "")
    pk = _latest(request, month).pk
    return _act(
        request, month, _("Đã gửi đề nghị mở lại tháng. Người thứ hai đồng ý thì mở."),
        lambda: month_services.ask_month_reopening(school, close_id=pk, reason=why, actor=actor),
    )  # fmt: skip


@requires(Permission.SCHOOL_CLOSE_REOPEN, fresh=True)
@require_POST
def reopen(request: AuthedRequest, month: str) -> HttpResponse:
    """A second person agrees."""
    school, actor = request.caller.school, request.caller.actor
    pk = _latest(request, month).pk
    return _act(
        request, month, _("Đã mở lại tháng. Sửa xong thì khóa lại."),
        lambda: month_services.reopen_month(school, close_id=pk, actor=actor),
    )  # fmt: skip


def _context(request: AuthedRequest, month: str) -> dict[str, Any]:
    year, number = _parts(month)
    school = request.caller.school
    figures = month_figures(school, year, number)
    history = list(month_closes(school.pk).filter(year=year, month=number))
    latest = history[0] if history else None
    standing = latest is not None and latest.state in STANDING
    context: dict[str, Any] = {
        "school": school,
        "month": month,
        "label": f"{number:02}/{year}",
        "figures": figures,
        "rows": [(a.code, a.name, a.opening, a.debit, a.credit, a.closing) for a in figures.accounts],
        "suspense": -figures.of(AccountRole.SUSPENSE),
        "transit": figures.of(AccountRole.IN_TRANSIT),
        "receivable": figures.of(AccountRole.RECEIVABLE),
        "standing": standing,
        "blockers": [] if standing else [closing_text(b.code, b.params) for b in figures.blockers],
        "may_sign": request.caller.may(Permission.SCHOOL_CLOSE_SIGN) and not figures.blockers and not standing,
        "sign_form": SignForm(),
        "earlier": history[1:] if standing else history,
        "passed_over": passed_over(school, *days_of_month(year, number)),
    }
    if latest is not None and standing:
        after = month_closes(school.pk).filter(state__in=STANDING).first()
        context |= signing_context(request, latest, is_last=after is not None and after.pk == latest.pk)
        context["rows"] = [
            (code, name, *(Dong(v) for v in values)) for code, name, *values in latest.details["accounts"]
        ]
    return context


def _act(request: AuthedRequest, month: str, done: str, act: Callable[[], MonthClose]) -> HttpResponse:
    def attempt() -> MonthClose:
        with transaction():
            return act()

    try:
        retrying(attempt)
    except ClosingRefusedError as refusal:
        messages.error(request, closing_text(refusal.code, refusal.params))
    else:
        messages.success(request, done)
    return redirect("banking:closing_month", month)


def _latest(request: AuthedRequest, month: str) -> MonthClose:
    year, number = _parts(month)
    found: MonthClose | None = month_closes(request.caller.school.pk).filter(year=year, month=number).first()
    if found is None:
        raise Http404
    return found


def _parts(month: str) -> tuple[int, int]:
    found = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", month)
    if found is None:
        raise Http404
    return int(found[1]), int(found[2])
