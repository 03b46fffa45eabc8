"""Outgoing lines and the refunds they paid; credits that brought a refund back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking.models import BankLine
from truongso.banking.refunds.services import (
    Ground,
    Suggestion,
    link_refunds,
    link_return,
    refunds_of,
    suggestions,
    unlink_refunds,
)
from truongso.banking.types import Direction, LineRefusedError, LineState
from truongso.banking.web.messages import line_text
from truongso.kernel.db import retrying, transaction
from truongso.payments.public import RefundRefusedError, refund_items_by_code, refund_text

_PAGE = 50


@requires(Permission.SCHOOL_MATCH_READ)
@require_safe
def outgoing(request: AuthedRequest) -> HttpResponse:
    """Debits of the school's accounts: refunds among them, the newest first."""
    school = request.caller.school
    only = request.GET.get("xem", "")
    rows = BankLine.objects.for_school(school).filter(direction=Direction.OUT.value).select_related("bank_account")
    if only in {"cho", "hoan"}:
        rows = rows.filter(state=(LineState.REFUND if only == "hoan" else LineState.OUTGOING).value)
    page = Paginator(rows.order_by("-booked_on", "-pk"), _PAGE).get_page(request.GET.get("trang"))
    return render(request, "banking/outgoing.html", {"page": page, "only": only})


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def link(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Say that the line paid these refunds, or brought one back."""
    line = _line(request, public_id)
    items = refund_items_by_code(line.school_id, request.POST.getlist("khoan"))
    ids = [i.pk for i in items.values()]

    def act() -> None:
        if line.direction == Direction.OUT.value:
            link_refunds(line.school_id, line_id=line.pk, item_ids=ids, actor=request.caller.actor)
        else:
            link_return(line.school_id, line_id=line.pk, item_id=ids[0] if ids else 0, actor=request.caller.actor)

    if _try(request, act):
        done = _("Đã ghi nhận khoản hoàn đã chi.")
        back = _("Đã ghi nhận ngân hàng trả lại; khoản hoàn cần chi lại.")
        messages.success(request, done if line.direction == Direction.OUT.value else back)
    return redirect("banking:line", public_id=line.public_id)


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def unlink(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The line was linked to the wrong refunds."""
    line = _line(request, public_id)
    reason = request.POST.get("ly_do", "")
    if _try(
        request,
        lambda: unlink_refunds(line.school_id, line_id=line.pk, reason=reason, actor=request.caller.actor),
    ):
        messages.success(request, _("Đã bỏ ghi nhận. Khoản hoàn chờ ngân hàng như trước."))
    return redirect("banking:line", public_id=line.public_id)


def refund_context(line: BankLine) -> dict[str, Any]:
    """What the page of a line shows of refunds; at most 6 queries."""
    links = refunds_of(line) if line.state == LineState.REFUND.value else []
    return {
        "refund_links": links,
        "refund_suggestions": [{"one": s, "why": _why(s)} for s in suggestions(line)],
        "is_outgoing": line.direction == Direction.OUT.value,
    }


def _why(one: Suggestion) -> str:
    return {
        Ground.CODE: _("Nội dung có mã hoàn tiền và đúng số tiền"),
        Ground.ACCOUNT: _("Đúng tài khoản nhận và đúng số tiền"),
        Ground.FILE: _("Đúng tổng các khoản chưa chi của tệp %(name)s") % {"name": one.name},
    }[one.ground]


def _line(request: AuthedRequest, public_id: str) -> BankLine:
    found: BankLine = get_object_or_404(BankLine.objects.for_school(request.caller.school), public_id=public_id)
    return found


def _try(request: AuthedRequest, act: Callable[[], None]) -> bool:
    def once() -> None:
        with transaction():
            act()

    try:
        retrying(once)
    except LineRefusedError as refusal:
        messages.error(request, line_text(refusal.code, refusal.params))
        return False
    except RefundRefusedError as refusal:
        messages.error(request, refund_text(refusal))
        return False
    except IntegrityError as error:
        if "period is closed" not in str(error):
            raise
        messages.error(request, line_text("period_closed", {}))
        return False
    return True
