"""Forms of the closing pages."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from truongso.banking.closing.queries import LONGEST
from truongso.kernel.ui.fields import VietnameseDateField


def last_day(first: dt.date) -> dt.date:
    """The last day that may be closed together with the first: nobody looks at centuries."""
    return first + LONGEST


class DaysForm(forms.Form):
    """Which days to look at; what cannot be read is what was offered."""

    tu = VietnameseDateField(label=_("Từ ngày"), required=False)
    den = VietnameseDateField(label=_("Đến hết ngày"), required=False)

    def __init__(self, data: Any, *, first: dt.date, last: dt.date, is_first_open: bool) -> None:
        super().__init__(data or None, initial={"tu": first, "den": last}, auto_id="khoa_%s")
        self.offered = (first, last)
        if not is_first_open:
            del self.fields["tu"]

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """First and last day; a last one too far off is brought nearer."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        first = given.get("tu") or self.offered[0]
        return first, min(given.get("den") or self.offered[1], last_day(first))


class SignForm(forms.Form):
    """What whoever signs writes beside the figures."""

    note = forms.CharField(
        label=_("Giải thích"), required=False, max_length=500, widget=forms.Textarea({"rows": 2}),
        help_text=_("Bắt buộc khi có dòng chỉ có ở một bên; lưu cùng chữ ký."),
    )  # fmt: skip


class WhyForm(forms.Form):
    """A reason."""

    why = forms.CharField(label=_("Lý do"), max_length=300, widget=forms.TextInput({"autocomplete": "off"}))


class BookForm(forms.Form):
    """A month (`thang=2026-10`), or days; what cannot be read is the running month."""

    thang = forms.CharField(required=False, max_length=7, widget=forms.HiddenInput)
    tk = forms.CharField(required=False, max_length=26, widget=forms.HiddenInput)
    tu = VietnameseDateField(label=_("Từ ngày"), required=False)
    den = VietnameseDateField(label=_("Đến ngày"), required=False)

    def __init__(self, data: Any, *, today: dt.date) -> None:
        super().__init__(data or None, auto_id="so_%s")
        self.today = today
        first, last = self.days
        self.initial = {"tu": first, "den": last}
        if self.is_bound and not data.get("tu") and not data.get("den"):
            shown = data.copy()
            shown["tu"], shown["den"] = f"{first:%d/%m/%Y}", f"{last:%d/%m/%Y}"
            self.data = shown

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """First and last day: at most a year, in order."""
        values = self.cleaned_data if self.is_bound and self.is_valid() else {}
        first, last = values.get("tu"), values.get("den")
        if first is None and last is None:
            return _month(str(values.get("thang", "")), self.today)
        first, last = first or last, last or first
        assert first is not None  # noqa: S101 - one of the two was given
        assert last is not None  # noqa: S101
        first, last = min(first, last), max(first, last)
        return max(first, last - dt.timedelta(days=366)), last


def _month(text: str, today: dt.date) -> tuple[dt.date, dt.date]:
    found = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", text)
    year, month = (int(found[1]), int(found[2])) if found else (today.year, today.month)
    return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])
