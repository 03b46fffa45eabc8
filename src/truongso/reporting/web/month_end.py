"""The end of a month: what is owed by class and item, unknown money with owner and age, the ways to books and files."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.banking.public import Suspense, SuspenseLine, closed_month_signatures, no_fees, suspense
from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import xlsx_response
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.public import School, bank_accounts
from truongso.reporting.month_end.receivables import Receivable, by_class, by_item, receivables, sum_of

_SHOWN = 50
_BACK = 12
_KINDS = {
    "": gettext_lazy("chưa ai nhận"),
    "later": gettext_lazy("đang tìm hiểu"),
    "asked": gettext_lazy("đã hỏi gia đình"),
    "send_back": gettext_lazy("chờ trả lại người gửi"),
    "interest": gettext_lazy("lãi tiền gửi"),
    "own_transfer": gettext_lazy("chuyển giữa các tài khoản của trường"),
    "fee_returned": gettext_lazy("ngân hàng trả lại phí"),
    "other_income": gettext_lazy("khoản khác, không phải thu của học sinh"),
}


@requires(Permission.SCHOOL_CLOSE_READ)
@require_safe
def page(request: AuthedRequest) -> HttpResponse:
    """A month at its end."""
    return render(request, "reporting/month_end.html", _context(request))


@requires(Permission.SCHOOL_CLOSE_READ)
@require_safe
def paper(request: AuthedRequest) -> HttpResponse:
    """What is owed, on A4."""
    return render(request, "reporting/month_end_paper.html", _context(request))


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def export(request: AuthedRequest) -> HttpResponse:
    """What is owed and what is unknown, as a workbook."""
    context, school = _context(request), request.caller.school
    rows: list[Receivable] = context["receivables"]
    unknown: Suspense = context["unknown"]
    label = context["label"]
    first = SheetOut(
        _("Phải thu"),
        [_("Lớp"), _("Khoản thu"), _("Đầu tháng"), _("Phát sinh"), _("Giảm"), _("Đã thu"), _("Cuối tháng")],
        [
            *[[r.class_name, r.item, *_sums(r)] for r in rows],
            [_("Cộng"), "", *_sums(context["total"])],
        ],
        banner=[[school.name], [_("Phải thu của người học tháng %(month)s, đơn vị: đồng") % {"month": label}]],
    )
    second = SheetOut(
        _("Tiền chưa rõ"),
        [_("Ngày"), _("Tài khoản"), _("Nội dung"), _("Số tiền"), _("Tình trạng"), _("Người theo dõi"), _("Số ngày")],
        [_unknown_row(x, context) for x in unknown.lines],
        banner=[[school.name], [_("Tiền chưa rõ của ai đến hết tháng %(month)s") % {"month": label}]],
    )
    others: list[SuspenseLine] = context["no_fees"]
    third = SheetOut(
        _("Không phải khoản thu"),
        [_("Ngày"), _("Tài khoản"), _("Nội dung"), _("Số tiền"), _("Loại"), _("Lý do")],
        [
            [x.line.booked_on, x.line.bank_account.number, x.line.memo, x.amount, str(_KINDS[x.kind]), x.reason]
            for x in others
        ],
        banner=[[school.name], [_("Tiền vào không phải thu của học sinh tháng %(month)s") % {"month": label}]],
    )
    return xlsx_response(
        [first, second, third], name=f"cuoi-thang-{context['month']}", action="reporting:month_end:export",
        school=school, actor=request.caller.actor, count=len(rows) + len(unknown.lines) + len(others),
        asked={"month": context["month"]},
    )  # fmt: skip


def months_offered() -> list[tuple[str, str]]:
    """(key, label) of the latest months, the running one first."""
    today = clock.today()
    found = []
    for back in range(_BACK):
        year, index = divmod(today.year * 12 + today.month - 1 - back, 12)
        found.append((f"{year}-{index + 1:02}", f"{index + 1:02}/{year}"))
    return found


class MonthForm(forms.Form):
    """Which month."""

    thang = forms.ChoiceField(label=gettext_lazy("Tháng"), choices=months_offered)

    def __init__(self, data: dict[str, str]) -> None:
        super().__init__(data)
        known = months_offered()
        if data["thang"] not in dict(known):
            year, month = data["thang"].split("-")
            self.fields["thang"].widget = forms.Select(choices=[(data["thang"], f"{month}/{year}"), *known])


def month_of(request: AuthedRequest) -> tuple[int, int]:
    """The month asked for, else the last one that is over in the first ten days of a month, else the running one."""
    found = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", request.GET.get("thang", "") or request.POST.get("thang", ""))
    if found:
        return int(found[1]), int(found[2])
    today = clock.today()
    shown = today - dt.timedelta(days=10)
    return shown.year, shown.month


def _context(request: AuthedRequest) -> dict[str, Any]:
    school = request.caller.school
    year, month = month_of(request)
    first, last = dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])
    rows, unknown = receivables(school.pk, first, last), suspense(school.pk, last)
    others = no_fees(school.pk, first, last)
    key, until = f"{year}-{month:02}", min(last, clock.today())
    return {
        "school": school,
        "month": key,
        "label": f"{month:02}/{year}",
        "month_form": MonthForm({"thang": key}),
        "first": first,
        "last": last,
        "until": until,
        "close": closed_month_signatures(school.pk).get((year, month)),
        "receivables": rows,
        "classes": by_class(rows),
        "items": by_item(rows),
        "total": sum_of(rows, ""),
        "unknown": unknown,
        "shown_unknown": [_unknown(x, until) for x in unknown.lines[:_SHOWN]],
        "more_unknown": max(0, len(unknown.lines) - _SHOWN),
        "owners": user_names(x.owner_id for x in unknown.lines),
        "booked_unknown": _booked_unknown(school, last),
        "no_fees": others,
        "shown_no_fees": [_unknown(x, until) for x in others[:_SHOWN]],
        "more_no_fees": max(0, len(others) - _SHOWN),
        "accounts": bank_accounts(school, active_only=False),
        "today": clock.today(),
        "bank_form": settings.BANK_BOOK_FORM,
        "cash_form": settings.CASH_BOOK_FORM,
    }


def _booked_unknown(school: School, last: dt.date) -> Dong:
    """Money of unknown purpose by the books, at the end of the month."""
    account = account_ids(school.pk).get((AccountRole.SUSPENSE, 0))
    return Dong(0) if account is None else -balance(school.pk, account, through=last)


def _unknown(line: SuspenseLine, until: dt.date) -> dict[str, Any]:
    return {"one": line, "days": line.days(until), "kind": _KINDS.get(line.kind, line.kind)}


def _unknown_row(line: SuspenseLine, context: dict[str, Any]) -> list[ExportCell]:
    row = line.line
    return [
        row.booked_on, row.bank_account.number, row.memo, line.amount, str(_KINDS.get(line.kind, line.kind)),
        context["owners"].get(line.owner_id or 0, ""), line.days(context["until"]),
    ]  # fmt: skip


def _sums(row: Receivable) -> list[ExportCell]:
    return [row.opening, row.charged, row.reduced, row.paid, row.closing]
