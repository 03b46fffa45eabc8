"""Choosing a period and narrowing a list of payments."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from truongso.kernel.ui.fields import VietnameseDateField
from truongso.organizations.public import school_years
from truongso.payments.public import METHOD_NAMES
from truongso.payments.types import Method
from truongso.reporting import periods
from truongso.reporting.labels import period_label, period_refusal
from truongso.reporting.periods import Period, PeriodError, PeriodKind
from truongso.reporting.rules import read_period

CASHLESS = "khong-tien-mat"
_QUARTERS, _MONTHS, _YEARS = 8, 12, 3


def methods_of(choice: str) -> tuple[Method, ...]:
    """The methods behind the value of the list's filter; all of them for an unknown one."""
    if choice == CASHLESS:
        return tuple(m for m in Method if m.is_cashless)
    return (Method(choice),) if choice in set(Method) else tuple(Method)


def offered(today: dt.date) -> list[tuple[str, list[Period]]]:
    """Periods to choose from, the present one of each kind first."""
    quarter = periods.quarter(today.year, (today.month + 2) // 3)
    half = periods.half(today.year, 1 if today.month <= 6 else 2)
    years = [periods.calendar_year(today.year - n) for n in range(_YEARS)]
    known = [periods.school_year(y.starts_on.year, (y.starts_on, y.ends_on)) for y in school_years()]
    return [
        (str(_("Quý")), _backwards(quarter, _QUARTERS)),
        (str(_("Nửa năm")), _backwards(half, _YEARS)),
        (str(_("Năm")), years),
        (str(_("Năm học")), known),
        (str(_("Tháng")), _backwards(periods.month(today.year, today.month), _MONTHS)),
    ]


class PeriodForm(forms.Form):
    """A period of the list, a written one (`?ky=2026-Q4`), or any days; days win when both are given."""

    ky = forms.CharField(label=_("Kỳ báo cáo"), required=False, max_length=40)
    tu = VietnameseDateField(label=_("Hoặc từ ngày"), required=False)
    den = VietnameseDateField(label=_("đến ngày"), required=False)

    def __init__(self, data: Any, *, today: dt.date) -> None:
        super().__init__(data)
        self.period = periods.quarter(today.year, (today.month + 2) // 3)
        choices: list[tuple[str, Any]] = [
            (group, [(p.key, period_label(p)) for p in found]) for group, found in offered(today) if found
        ]
        known = {key for _group, found in choices for key, _label in found}
        written = str(data.get("ky", "")).strip().upper()
        if written and written not in known:
            choices.insert(0, (written, self._written_label(written)))
        self.fields["ky"].widget = forms.Select(choices=choices)
        if not written:
            self.initial["ky"] = self.period.key

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = given.get("tu"), given.get("den")
        try:
            if first or last:
                if not (first and last):
                    raise forms.ValidationError(_("Điền cả ngày đầu và ngày cuối của kỳ."))
                self.period = periods.between(first, last)
            elif given.get("ky"):
                self.period = read_period(given["ky"])
        except PeriodError as error:
            raise forms.ValidationError(period_refusal(error)) from None
        return given

    def _written_label(self, written: str) -> str:
        try:
            period = read_period(written)
        except PeriodError:
            return written
        return period_label(period) if period.kind is not PeriodKind.DAYS else written


def _method_choices() -> list[tuple[str, Any]]:
    named = [(method.value, METHOD_NAMES[method]) for method in Method]
    return [("", _("Tất cả")), (CASHLESS, _("Không dùng tiền mặt")), *named]


class PaymentListForm(forms.Form):
    """Narrows the payments behind a report."""

    cach = forms.ChoiceField(label=_("Phương thức"), required=False, choices=_method_choices)
    q = forms.CharField(label=_("Tìm học sinh, người nộp, mã"), required=False, max_length=80)


def _backwards(period: Period, count: int) -> list[Period]:
    found = [period]
    while len(found) < count:
        found.append(periods.before(found[-1]))
    return found
