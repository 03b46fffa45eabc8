"""The cashless report of a school: figures, the payments behind each, the workbook, the paper."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking.public import queue_figures
from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.kernel.ui.downloads import xlsx_response
from truongso.organizations.public import School, supervising_unit
from truongso.payments.public import METHOD_NAMES, Payment, RefundMovement, refund_movements
from truongso.payments.types import EvidenceKind, Method
from truongso.reporting.cashless import add_up
from truongso.reporting.labels import EVIDENCE_NAMES, NATURES, period_label
from truongso.reporting.periods import Period, before, months_of
from truongso.reporting.queries import (
    NatureFigures,
    cashless_figures,
    credit_figures,
    day_figures,
    nature_figures,
    payments_behind,
)
from truongso.reporting.rules import last_day_in_time, target_percent
from truongso.reporting.types import CashlessFigures, Figures, Movement
from truongso.reporting.web.forms import CASHLESS, PaymentListForm, PeriodForm, methods_of
from truongso.reporting.web.workbook import workbook

PAGE_SIZE = 50
REFUNDS_SHOWN = 200
READ = ["GET", "HEAD"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of figures; shares in percent, None where there is nothing to compare."""

    label: str
    figures: Figures
    collected: Dong
    refunded: Dong
    count_percent: Fraction | None
    value_percent: Fraction | None
    url: str = ""


@requires(Permission.SCHOOL_REPORT_READ)
@require_http_methods(READ)
def report(request: AuthedRequest) -> HttpResponse:
    """The figures of a period, each with the way to what stands behind it."""
    school, today = request.caller.school, clock.today()
    form = PeriodForm(request.GET, today=today)
    if not form.is_valid():
        return render(request, "reporting/cashless.html", {"form": form}, status=400)
    period = form.period
    days = day_figures(school.pk, period.first, period.last)
    figures = add_up(days, period)
    natures = nature_figures(school.pk, period)
    credit = credit_figures(figures, natures)
    waiting, waiting_value = queue_figures(school.pk)
    context = {
        "form": form,
        **_common(school, period, figures, today),
        "rows": [_method_row(m.method, figures, period) for m in figures.by_method],
        "months": [_month_row(add_up(days, m), m) for m in months_of(period) if m.first <= today],
        "natures": _nature_rows([*natures, *([credit] if credit else [])]),
        "trend": _trend(school, period, figures),
        "waiting": waiting,
        "waiting_value": waiting_value,
        "all_url": _list_url(period),
        "cashless_url": _list_url(period, CASHLESS),
        "cash_url": _list_url(period, Method.CASH.value),
    }
    return render(request, "reporting/cashless.html", context)


@requires(Permission.SCHOOL_REPORT_READ)
@require_http_methods(READ)
def payments(request: AuthedRequest) -> HttpResponse:
    """The payments whose counts and amounts add up to a figure of the report, 50 a page."""
    school, today = request.caller.school, clock.today()
    form, narrowing = PeriodForm(request.GET, today=today), PaymentListForm(request.GET)
    if not form.is_valid():
        return render(request, "reporting/cashless.html", {"form": form}, status=400)
    choice = request.GET.get("cach", "")
    methods = methods_of(choice)
    words = request.GET.get("q", "")[:80]
    behind = payments_behind(school.pk, form.period, methods=methods, words=words)
    page = Paginator(behind.payments, PAGE_SIZE).get_page(request.GET.get("trang"))
    figures = cashless_figures(school.pk, form.period)
    chosen = [m for m in figures.by_method if m.method in methods]
    refunds = [] if words else refund_movements(school.pk, first=form.period.first, last=form.period.last)
    context = {
        "form": form,
        "narrowing": narrowing,
        "period": form.period,
        "label": period_label(form.period),
        "choice": choice,
        "page": page,
        "rows": [_payment_row(p, behind.undone.get(p.pk)) for p in page.object_list],
        "words": words,
        "figures": _sum([m.figures for m in chosen]),
        "collected": _sum([m.collected for m in chosen]),
        "refunded": _sum([m.refunded for m in chosen]),
        "refunds": [_refund_row(r) for r in refunds if r.method in methods][:REFUNDS_SHOWN],
        "back_url": _url("cashless", period=form.period),
    }
    return render(request, "reporting/payments.html", context)


@requires(Permission.SCHOOL_EXPORT_READ)
@require_http_methods(READ)
def export(request: AuthedRequest) -> HttpResponse:
    """The report as a workbook: the figures, and every payment behind them with the four fields and its proof."""
    school = request.caller.school
    form = PeriodForm(request.GET, today=clock.today())
    if not form.is_valid():
        return render(request, "reporting/cashless.html", {"form": form}, status=400)
    sheets = workbook(school, form.period)
    return xlsx_response(
        sheets, name=f"khong-tien-mat-{slugify(school.code)}-{form.period.key.replace('..', '-den-')}", dated=False,
        action="reporting:cashless:export", school=school, actor=request.caller.actor,
        count=sum(len(list(sheet.rows)) for sheet in sheets), asked={"ky": form.period.key},
    )  # fmt: skip


@requires(Permission.SCHOOL_REPORT_READ)
@require_http_methods(READ)
def paper(request: AuthedRequest) -> HttpResponse:
    """The figures on one A4 page."""
    school, today = request.caller.school, clock.today()
    form = PeriodForm(request.GET, today=today)
    if not form.is_valid():
        return render(request, "reporting/cashless.html", {"form": form}, status=400)
    figures = cashless_figures(school.pk, form.period)
    context = {
        **_common(school, form.period, figures, today),
        "rows": [_method_row(m.method, figures, form.period) for m in figures.by_method],
        "unit": supervising_unit(school, min(today, form.period.last)),
        "today": today,
    }
    return render(request, "reporting/paper.html", context)


def _common(school: School, period: Period, figures: CashlessFigures, today: dt.date) -> dict[str, Any]:
    due_on = last_day_in_time(period)
    return {
        "school": school,
        "period": period,
        "label": period_label(period),
        "figures": figures,
        "count_percent": _percent(figures.count_share),
        "value_percent": _percent(figures.value_share),
        "target": target_percent(),
        "due_on": due_on if due_on is not None and due_on >= today else None,
        "until": min(today, period.last),
        "is_running": period.first <= today <= period.last,
        "is_future": today < period.first,
    }


def _method_row(method: Method, figures: CashlessFigures, period: Period) -> Row:
    of_method = next(m for m in figures.by_method if m.method is method)
    return Row(
        str(METHOD_NAMES[method]),
        of_method.figures,
        of_method.collected.value,
        of_method.refunded.value,
        _percent(figures.count_share_of(method)),
        _percent(figures.value_share_of(method)),
        _list_url(period, method.value),
    )


def _month_row(figures: CashlessFigures, month: Period) -> Row:
    return Row(
        period_label(month),
        figures.all,
        figures.collected.value,
        figures.refunded.value,
        _percent(figures.count_share),
        _percent(figures.value_share),
        _list_url(month),
    )


def _nature_rows(natures: list[NatureFigures]) -> list[tuple[str, Dong, Dong]]:
    above = _("Nộp thừa, ghi vào số dư gia đình")
    return [(str(NATURES[n.nature]) if n.nature else above, n.value, n.cashless_value) for n in natures]


def _refund_row(moved: RefundMovement) -> dict[str, Any]:
    return {"moved": moved, "method": METHOD_NAMES[moved.method], "came_back": moved.value.value < 0,
            "amount": -moved.value}  # fmt: skip


def _payment_row(payment: Payment, undone: Movement | None) -> dict[str, Any]:
    return {
        "payment": payment,
        "method": METHOD_NAMES[Method(payment.method)],
        "evidence": EVIDENCE_NAMES[EvidenceKind(payment.evidence.kind)],
        "amount": -payment.amount if undone else payment.amount,
        "undone_on": undone.day if undone else None,
    }


def _trend(school: School, period: Period, figures: CashlessFigures) -> dict[str, Any] | None:
    """The change of the value share against the period before, in tenths of a percentage point."""
    earlier_period = before(period)
    earlier = cashless_figures(school.pk, earlier_period)
    if figures.value_share is None or earlier.value_share is None:
        return None
    now, then = _tenths(figures.value_share), _tenths(earlier.value_share)
    return {
        "label": period_label(earlier_period),
        "percent": earlier.value_share * 100,
        "change": _points(now - then),
        "is_better": now >= then,
    }


def _points(tenths: int) -> str:
    sign = "+" if tenths >= 0 else "\u2212"
    return _("%(sign)s%(whole)d,%(tenth)d điểm") % {
        "sign": sign,
        "whole": abs(tenths) // 10,
        "tenth": abs(tenths) % 10,
    }


def _tenths(share: Fraction) -> int:
    return (2 * 1000 * share.numerator + share.denominator) // (2 * share.denominator)


def _percent(share: Fraction | None) -> Fraction | None:
    return None if share is None else share * 100


def _sum(figures: list[Figures]) -> Figures:
    result = Figures()
    for one in figures:
        result += one
    return result


def _list_url(period: Period, method: str = "") -> str:
    return _url("payments", period=period, **({"cach": method} if method else {}))


def _url(name: str, *, period: Period, **params: str) -> str:
    return f"{reverse(f'reporting:{name}')}?{urlencode({'ky': period.key, **params})}"
