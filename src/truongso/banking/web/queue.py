"""The workbench: credits that wait for a person, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.banking import queries
from truongso.banking.asides.queries import asides_of
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.web.board import (
    account_numbers,
    address,
    aside_text,
    chosen_line,
    frame,
    listed,
    listing,
    rows_of,
)
from truongso.banking.web.detail import detail
from truongso.banking.web.forms import SharesForm
from truongso.banking.web.messages import DIFFERENCES, reason_text, state_text
from truongso.kernel.sheet_writer import SheetOut
from truongso.kernel.ui.downloads import xlsx_response

DETAIL = "recon-detail"
"""The part of the page that changes when another line is opened."""


@requires(Permission.SCHOOL_MATCH_READ)
@require_GET
@gzip_page  # five hundred rows; the CSRF token is masked anew on every page, so BREACH finds nothing
@vary_on_headers("HX-Request", "HX-Target")
def queue(request: AuthedRequest) -> HttpResponse:
    """The list of waiting credits and the chosen one."""
    return show(request)


@requires(Permission.SCHOOL_EXPORT_READ)
@require_GET
def export(request: AuthedRequest) -> HttpResponse:
    """The list as it is filtered, as XLSX with the reasons in words."""
    school = request.caller.school
    lines = list(listed(request))
    decisions = queries.last_suggestions(school.pk, lines)
    numbers = account_numbers(school)
    asides = asides_of(school.pk, lines)
    names = user_names(a.owner_id for a in asides.values())
    header = [
        _("Ngày"), _("Giờ"), _("Số tiền"), _("Người chuyển"), _("Tài khoản chuyển"), _("Nội dung"),
        _("Số tham chiếu"), _("Tài khoản nhận"), _("Trạng thái"), _("Lý do"), _("Phiếu gợi ý"), _("Độ chắc (%)"),
        _("Điểm khác"), _("Xếp riêng"), _("Lý do xếp riêng"),
    ]  # fmt: skip
    rows = [
        [
            line.booked_on, line.booked_at, line.amount, line.counter_name, line.counter_account, line.memo,
            line.reference, line.bank_account.number, state_text(line.state), _reason(decisions.get(line.pk), numbers),
            " ".join(c["code"] for c in _candidates(decisions.get(line.pk))), _confidence(decisions.get(line.pk)),
            _differs(decisions.get(line.pk)), aside_text(asides.get(line.pk), names),
            asides[line.pk].reason if line.pk in asides else "",
        ]
        for line in lines
    ]  # fmt: skip
    return xlsx_response(
        [SheetOut(_("Đối soát"), header, rows)], name="doi-soat", action="banking:queue:export", school=school,
        actor=request.caller.actor, count=len(rows), asked=request.GET.dict(),
    )  # fmt: skip


def show(
    request: AuthedRequest, *, line: BankLine | None = None, form: SharesForm | None = None, notice: str = ""
) -> HttpResponse:
    """The workbench with a line opened; `form` is a division that was refused, `notice` says why.

    Asked for by htmx it is the part that changes alone: the line, or the whole board.
    """
    chosen = line or chosen_line(request)
    context: dict[str, Any] = {"notice": notice, "is_chosen": bool(request.GET.get("dong") or line)}
    if chosen is not None:
        context |= detail(request, chosen, form=form)
    context |= frame(request)
    if is_partial(request) and request.headers.get("HX-Target") == DETAIL:
        return render(request, "banking/_part.html", context)
    context |= listing(request, chosen)
    return render(request, "banking/_board.html" if is_partial(request) else "banking/queue.html", context)


def show_next(request: AuthedRequest, handled: Sequence[BankLine], following: str) -> HttpResponse:
    """After an act by htmx: the next line, the counts, and the handled rows as they stand in the list now."""
    school_id = request.caller.school.pk
    rows = BankLine.objects.for_school(school_id).select_related("bank_account")
    line = rows.filter(public_id=following, direction="in").first() if following else None
    staying = list(listed(request).filter(pk__in=[x.pk for x in handled]))
    context: dict[str, Any] = {
        "notice": "", "is_chosen": line is not None, "rows": rows_of(request, staying), "chosen": line,
        "gone": [x for x in handled if x not in staying],
    }  # fmt: skip
    if line is not None:
        context |= detail(request, line)
    context |= frame(request)
    response = render(request, "banking/_after.html", context)
    response["HX-Push-Url"] = address(request, dong=following)
    return response


def is_partial(request: AuthedRequest) -> bool:
    """Whether htmx asks for a part of the page."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")


def _reason(decision: MatchDecision | None, numbers: dict[str, str]) -> str:
    return reason_text(decision.reason, numbers) if decision else _("Chưa được so khớp.")


def _candidates(decision: MatchDecision | None) -> list[dict[str, Any]]:
    return decision.candidates if decision else []


def _confidence(decision: MatchDecision | None) -> int | None:
    return decision.confidence if decision else None


def _differs(decision: MatchDecision | None) -> str:
    return ", ".join(_(DIFFERENCES[x]) for x in decision.differs if x in DIFFERENCES) if decision else ""
