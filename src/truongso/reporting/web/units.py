"""The first page of a department or commune: its schools by totals, what is due, and one school down to its sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.kernel.names import fold
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import ExportingUnit, xlsx_response
from truongso.kernel.ui.formatting import phan_tram
from truongso.organizations.public import LEVELS, OrgUnit, School, schools_under
from truongso.organizations.types import SchoolLevel
from truongso.payments.public import FOUR, METHOD_NAMES
from truongso.reporting.cashless import add_up
from truongso.reporting.flags.queries import flags
from truongso.reporting.labels import period_label
from truongso.reporting.periods import months_of
from truongso.reporting.queries import day_figures
from truongso.reporting.rules import next_reports, read_period, target_percent
from truongso.reporting.types import CashlessFigures
from truongso.reporting.units.overview import STALE_DAYS, SchoolRow, rows_of, totals_of
from truongso.reporting.web.flag_texts import title_of
from truongso.reporting.web.forms import PeriodForm

PAGE_SIZE = 50
NEEDS = {
    "flags": (gettext_lazy("có điểm chưa giải thích"), "bad"),
    "claims": (gettext_lazy("trả lời phụ huynh quá hạn"), "bad"),
    "months": (gettext_lazy("chưa khóa sổ tháng trước"), "warn"),
    "waiting": (gettext_lazy("tiền về lâu chưa khớp"), "warn"),
    "ways": (gettext_lazy("chưa đủ 3 cách nộp"), "warn"),
}
_Key = Callable[[SchoolRow], Any]
_ORDERS: dict[str, _Key] = {
    "truong": lambda r: fold(r.school.name),
    "gia-tri": lambda r: _sortable(r.value_percent),
    "so-luot": lambda r: _sortable(r.count_percent),
    "tien": lambda r: r.figures.all.value.value,
    "con-no": lambda r: r.outstanding.value,
    "viec": lambda r: len(r.needs),
}


class SchoolsForm(forms.Form):
    """Which schools are listed."""

    cap = forms.ChoiceField(
        label=gettext_lazy("Cấp học"), required=False,
        choices=[("", gettext_lazy("Tất cả")), *((level.value, name) for level, name in LEVELS.items())],
    )  # fmt: skip
    viec = forms.ChoiceField(
        label=gettext_lazy("Cần chú ý"), required=False,
        choices=[("", gettext_lazy("Tất cả")), *((code, text) for code, (text, _kind) in NEEDS.items())],
    )  # fmt: skip
    q = forms.CharField(
        label=gettext_lazy("Tìm trường"), required=False, max_length=80, widget=forms.TextInput({"type": "search"})
    )

    def holds(self, row: SchoolRow) -> bool:
        """Whether a school is listed."""
        level, need, words = (str(self.data.get(name, "")) for name in ("cap", "viec", "q"))
        named = fold(f"{row.school.name} {row.school.short_name} {row.school.code}")
        return (
            (level not in LEVELS or row.school.level == level)
            and (need not in NEEDS or need in row.needs)
            and all(word in named for word in fold(words).split())
        )


@requires(Permission.UNIT_OVERVIEW_READ)
@require_safe
def overview(request: AuthedRequest) -> HttpResponse:
    """Targets, deadlines, and every school by its totals."""
    unit, form = _unit(request), PeriodForm(request.GET, today=clock.today())
    narrowing = SchoolsForm(request.GET)
    if not form.is_valid():
        context = {"form": form, "narrowing": narrowing, "unit": unit}
        return render(request, "reporting/unit_overview.html", context, status=400)
    everything = rows_of(_schools(unit), form.period)
    rows = _ordered([row for row in everything if narrowing.holds(row)], request.GET.get("sap", ""))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("trang"))
    target, totals = target_percent(), totals_of(everything, target_percent())
    due_day, due_periods = next_reports(clock.today())
    context = {
        "unit": unit, "form": form, "narrowing": narrowing, "period": form.period, "label": period_label(form.period),
        "rows": [_shown(row) for row in page], "page": page, "totals": totals, "target": target,
        "goals": _goals(totals.schools, totals.ready, totals.reached),
        "shares": [
            (_("Giá trị không tiền mặt"), totals.value_percent), (_("Số lượt không tiền mặt"), totals.count_percent),
        ],
        "due_on": due_day, "due": [period_label(p) for p in due_periods], "now": clock.now(),
        "needing": sum(bool(row.needs) for row in everything), "stale_days": STALE_DAYS,
        "has_schools": bool(everything),
    }  # fmt: skip
    return render(request, "reporting/unit_overview.html", context)


@requires(Permission.UNIT_OVERVIEW_READ)
@require_safe
def export(request: AuthedRequest) -> HttpResponse:
    """The schools that the page lists, as a workbook."""
    unit, form = _unit(request), PeriodForm(request.GET, today=clock.today())
    period = form.period if form.is_valid() else PeriodForm({}, today=clock.today()).period
    narrowing = SchoolsForm(request.GET)
    rows = [row for row in rows_of(_schools(unit), period) if narrowing.holds(row)]
    header = [
        _("Trường"), _("Mã"), _("Cấp học"), _("Tổng thu"), _("Không tiền mặt"), _("Tỷ lệ giá trị (%)"),
        _("Tỷ lệ số lượt (%)"), _("Cách nộp sẵn sàng (trong 4)"), _("Cách nộp đã dùng (trong 4)"), _("Còn phải thu"),
        _("Điểm chưa giải thích"), _("Giao dịch chưa khớp"), _("Trả lời phụ huynh quá hạn"), _("Tháng chưa khóa sổ"),
    ]  # fmt: skip
    cells: list[list[ExportCell]] = [
        [
            r.school.name, r.school.code, str(LEVELS[SchoolLevel(r.school.level)]), r.figures.all.value,
            r.figures.cashless.value, _tenths(r.value_percent), _tenths(r.count_percent), len(r.ready & set(FOUR)),
            len(r.used), r.outstanding, r.flags, r.waiting, r.late_claims, r.open_months,
        ]
        for r in _ordered(rows, request.GET.get("sap", ""))
    ]  # fmt: skip
    return xlsx_response(
        [SheetOut(_("Các trường"), header, cells, banner=[[unit.name], [period_label(period)]])],
        name="tong-quan-cac-truong", action="reporting:unit_overview:export",
        school=ExportingUnit(unit.code, unit.name, unit.pk),
        actor=request.caller.actor, count=len(cells), asked={k: str(v) for k, v in request.GET.items() if v},
    )  # fmt: skip


@requires(Permission.UNIT_OVERVIEW_READ)
@require_safe
def school(request: AuthedRequest, code: str) -> HttpResponse:
    """One school by its sums: ways to pay, months, what waits. No pupil, no family, no payer."""
    unit = _unit(request)
    found = next((one for one in _schools(unit) if one.code == code), None)
    if found is None:
        raise Http404
    form = PeriodForm(request.GET, today=clock.today())
    if not form.is_valid():
        return render(request, "reporting/unit_school.html", {"form": form, "school": found}, status=400)
    (row,) = rows_of([found], form.period)
    days = day_figures(found.pk, form.period.first, form.period.last)
    context = {
        "school": found, "form": form, "period": form.period, "label": period_label(form.period), "row": _shown(row),
        "level": LEVELS[SchoolLevel(found.level)],
        "methods": [
            (METHOD_NAMES[m.method], m.figures, _percent(row.figures.value_share_of(m.method)))
            for m in row.figures.by_method
        ],
        "months": [
            (f"{m.first:%m/%Y}", *_of_month(add_up(days, m)))
            for m in months_of(form.period) if m.first <= clock.today()
        ],
        "flags": [
            {"flag": f, "title": title_of(f.pattern), "period": period_label(read_period(f.period))}
            for f in flags([found.pk])
        ],
        "target": target_percent(),
    }  # fmt: skip
    return render(request, "reporting/unit_school.html", context)


def _of_month(figures: CashlessFigures) -> tuple[Any, Any, Fraction | None, Fraction | None]:
    return (
        figures.all.value, figures.cashless.value, _percent(figures.value_share), _percent(figures.count_share)
    )  # fmt: skip


def _shown(row: SchoolRow) -> dict[str, Any]:
    return {
        "row": row,
        "ready": len(row.ready & set(FOUR)),
        "used": len(row.used),
        "ways": [(METHOD_NAMES[m], m in row.ready, m in row.used) for m in FOUR],
        "needs": [NEEDS[code] for code in row.needs],
        "change": "" if row.change is None else _points(row.change),
        "is_better": row.change is not None and row.change >= 0,
    }


def _goals(schools: int, ready: int, reached: int) -> list[tuple[str, int, Fraction]]:
    """What every school is to reach: how many have, and how much of all that is, in percent."""
    return [
        (text, count, Fraction(100 * count, schools or 1))
        for text, count in (
            (_("Trường có ít nhất 3/4 cách nộp sẵn sàng"), ready),
            (_("Trường đạt mục tiêu cả giá trị và số lượt"), reached),
        )
    ]


def _points(change: Fraction) -> str:
    sign = "+" if change >= 0 else ""
    return _("%(sign)s%(points)s điểm") % {"sign": sign, "points": phan_tram(change).removesuffix("%").strip()}


def _ordered(rows: Iterable[SchoolRow], asked: str) -> list[SchoolRow]:
    """By the column asked for; without one those with the largest share by value first."""
    key = _ORDERS.get(asked.removeprefix("-"))
    if key is None:
        return sorted(rows, key=lambda r: (-_sortable(r.value_percent), fold(r.school.name)))
    return sorted(rows, key=key, reverse=asked.startswith("-"))


def _sortable(percent: Fraction | None) -> Fraction:
    return Fraction(-1) if percent is None else percent


def _percent(value: Fraction | None) -> Fraction | None:
    return None if value is None else value * 100


def _tenths(percent: Fraction | None) -> str | None:
    return None if percent is None else phan_tram(percent).removesuffix("%").strip()


def _unit(request: AuthedRequest) -> OrgUnit:
    membership = request.caller.membership
    if membership is None or membership.unit is None:
        raise Http404
    return membership.unit


def _schools(unit: OrgUnit) -> list[School]:
    return schools_under(unit, clock.today())
