"""Accepting many proposals at once, and what matching again would change: both looked at before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking import services
from truongso.banking.bulk.queries import LEAST, MOST, Plan, plan
from truongso.banking.bulk.services import Accepted, accept_many
from truongso.banking.types import LineRefusedError
from truongso.banking.web.answers import in_transaction, refusal_text
from truongso.banking.web.board import account_numbers
from truongso.banking.web.messages import EXEMPT, line_text, reason_text
from truongso.kernel.money import Dong, total
from truongso.kernel.ui.formatting import dong

_LEVELS = (99, 95, 90, 80, 70)
_DEFAULT = 90
_SHOWN = 500


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
@gzip_page
def accept(request: AuthedRequest) -> HttpResponse:
    """Proposals above a confidence, with counts and đồng, and those that are left out; then they are accepted."""
    least = _least(request.POST.get("nguong") or request.GET.get("nguong", ""))
    if request.method != "POST":
        return _show(request, least)
    seen, chosen = request.POST.get("tong", ""), list(dict.fromkeys(request.POST.getlist("dong")))[:MOST]
    if not seen.isascii() or not seen.isdigit() or len(seen) > 15:
        return _show(request, least, notice=line_text("bulk_changed", {}))
    try:
        done: Accepted = in_transaction(
            lambda: accept_many(
                request.caller.school.pk, least=least, line_ids=chosen, seen=Dong(int(seen)),
                actor=request.caller.actor,
            )
        )  # fmt: skip
    except LineRefusedError as refusal:
        return _show(request, least, notice=refusal_text(refusal), kept=chosen)
    text = ngettext(
        "Đã nhận %(n)s giao dịch, %(amount)s. Hoàn tác được cả lượt ở bàn đối soát.",
        "Đã nhận %(n)s giao dịch, %(amount)s. Hoàn tác được cả lượt ở bàn đối soát.", done.count,
    )  # fmt: skip
    messages.success(request, text % {"n": done.count, "amount": dong(done.amount)})
    for line, why in done.refused[:20]:
        messages.warning(
            request, _("Giao dịch %(amount)s: %(why)s") % {"amount": line.amount, "why": refusal_text(why)}
        )
    return redirect("banking:queue")


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_GET
@gzip_page
def match_preview(request: AuthedRequest) -> HttpResponse:
    """What would change if the rules ran again; nothing is stored."""
    school = request.caller.school
    changes = services.preview_match_again(school.pk)
    numbers = account_numbers(school)
    booked = [c for c in changes if c.would_book]
    rows = [
        {
            "line": c.line, "books": c.would_book, "confidence": c.after.confidence,
            "before": reason_text(c.before.reason, numbers) if c.before else _("Chưa được so khớp."),
            "after": reason_text(c.after.reason, numbers),
            "codes": [x["code"] for x in c.after.candidates if x["amount"] is not None],
        }
        for c in [*booked, *(c for c in changes if not c.would_book)][:_SHOWN]
    ]  # fmt: skip
    context = {
        "rows": rows, "count": len(changes), "booked": len(booked), "amount": total(c.line.amount for c in booked),
        "hidden": max(0, len(changes) - _SHOWN),
    }  # fmt: skip
    return render(request, "banking/match_preview.html", context)


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def match_again(request: AuthedRequest) -> HttpResponse:
    """Run the rules over everything that waits."""
    school_id, actor = request.caller.school.pk, request.caller.actor
    try:
        booked: int = in_transaction(lambda: services.match_again(school_id, actor=actor))
    except LineRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
        return redirect("banking:queue")
    text = ngettext(
        "Đã khớp lại: %(n)s giao dịch được ghi nhận.", "Đã khớp lại: %(n)s giao dịch được ghi nhận.", booked
    )
    messages.success(request, text % {"n": booked} if booked else _("Đã khớp lại: chưa có giao dịch nào khớp thêm."))
    return redirect("banking:queue")


def _show(request: AuthedRequest, least: int, *, notice: str = "", kept: list[str] | None = None) -> HttpResponse:
    found: Plan = plan(request.caller.school.pk, least)
    numbers = account_numbers(request.caller.school)
    kept_here = [p for p in found.picks if kept is None or p.line.public_id in kept]
    picks = [
        {
            "pick": p, "reason": reason_text(p.decision.reason, numbers),
            "is_kept": p in kept_here,
        }
        for p in found.picks
    ]  # fmt: skip
    context: dict[str, Any] = {
        "least": least, "levels": _LEVELS, "picks": picks, "notice": notice,
        "count": len(kept_here),
        "amount": total(p.line.amount for p in kept_here),
        "exempt": [{"one": e, "why": _(EXEMPT[e.why.value])} for e in found.exempt],
        "exempt_amount": total(e.line.amount for e in found.exempt),
    }  # fmt: skip
    return render(request, "banking/bulk.html", context, status=409 if notice else 200)


def _least(text: str) -> int:
    """The percent asked for, within what may be asked."""
    return min(99, max(LEAST, int(text))) if text.isascii() and text.isdigit() and len(text) < 4 else _DEFAULT
