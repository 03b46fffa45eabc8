"""The calendar of covered days of a receiving account."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking import coverage
from truongso.banking.coverage import Day
from truongso.kernel import clock
from truongso.organizations.public import BankAccount, readable_accounts

_MONTHS = 3


@requires(Permission.SCHOOL_MATCH_READ)
@require_GET
def covered_days(request: AuthedRequest) -> HttpResponse:
    """Three months of an account, each day with what covers it; a chosen day with its files."""
    accounts = readable_accounts(request.caller.school)
    account = next((a for a in accounts if a.public_id == request.GET.get("tk")), accounts[0] if accounts else None)
    today = clock.today()
    end = _month(request.GET.get("thang", "")) or today.replace(day=1)
    context: dict[str, Any] = {"accounts": accounts, "account": account}
    if account is not None:
        context |= _shown(account, end, today) | _chosen(account, request.GET.get("ngay", ""))
    return render(request, "banking/calendar.html", context)


def _shown(account: BankAccount, end: dt.date, today: dt.date) -> dict[str, Any]:
    first = _shifted(end, 1 - _MONTHS)
    last = _shifted(end, 1) - dt.timedelta(days=1)
    days = coverage.days_of(account, first, last)
    past = [day for day in days if day.day < today]
    files = list(coverage.applied_files(account, first, last))
    return {
        "months": [_weeks(days, _shifted(first, n), today) for n in range(_MONTHS)],
        "gaps": coverage.gaps(past),
        "overlaps": coverage.overlaps(days),
        "breaks": coverage.breaks(files),
        "flagged": [file for file in files if file.flagged],
        "earlier": f"{_shifted(end, -_MONTHS):%Y-%m}",
        "later": f"{_shifted(end, _MONTHS):%Y-%m}" if last < today else "",
        "weekdays": [_("T2"), _("T3"), _("T4"), _("T5"), _("T6"), _("T7"), _("CN")],
    }


def _weeks(days: list[Day], month: dt.date, today: dt.date) -> dict[str, Any]:
    by_day = {day.day: day for day in days}
    weeks = calendar.Calendar().monthdatescalendar(month.year, month.month)
    cells = [[_cell(by_day.get(d), d, today) if d.month == month.month else None for d in week] for week in weeks]
    return {"month": month, "weeks": cells}


def _cell(day: Day | None, date: dt.date, today: dt.date) -> dict[str, Any]:
    kind = "future" if day is None or date > today else day.kind
    if day is not None and day.flagged:
        kind = "flagged"
    files = len(day.files) if day is not None else 0
    text = _("%(text)s, %(n)s tệp") % {"text": _text(kind), "n": files} if files > 1 else _text(kind)
    return {
        "day": date, "kind": kind, "text": text, "links": kind not in {"none", "future"}, "is_double": files > 1,
    }  # fmt: skip


def _text(kind: str) -> str:
    return {
        "statement": _("có sao kê"),
        "partial": _("sao kê tải trong ngày, có thể thiếu"),
        "feed": _("chỉ có thông báo tự động"),
        "flagged": _("sao kê không khớp số dư"),
        "none": _("chưa có gì"),
        "future": "",
    }[kind]


def _chosen(account: BankAccount, text: str) -> dict[str, Any]:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return {}
    return {"chosen": coverage.days_of(account, day, day)[0]}


def _month(text: str) -> dt.date | None:
    match = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", text)
    return dt.date(int(match[1]), int(match[2]), 1) if match else None


def _shifted(month: dt.date, by: int) -> dt.date:
    year, index = divmod(month.year * 12 + month.month - 1 + by, 12)
    return dt.date(year, index + 1, 1)
