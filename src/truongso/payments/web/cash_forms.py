"""Forms of the cash pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from truongso.kernel.money import Dong
from truongso.kernel.ui.fields import DongFormField, VietnameseDateField
from truongso.payments.cash.services import MOST_PIECES
from truongso.payments.cash.types import DENOMINATIONS, CountedCash

_LONGEST = dt.timedelta(days=366)


class BookForm(forms.Form):
    """Which days of the cash book, and whose rows. What cannot be read is today's book."""

    tu = VietnameseDateField(label=_("Từ ngày"), required=False)
    den = VietnameseDateField(label=_("Đến ngày"), required=False)
    nguoi = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, today: dt.date) -> None:
        super().__init__(data, initial={"tu": today, "den": today}, auto_id="so_%s")
        self.today = today

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """First and last day: at most a year, in order."""
        values = self.cleaned_data if self.is_bound and self.is_valid() else {}
        first = values.get("tu") or values.get("den") or self.today
        last = values.get("den") or first
        first, last = min(first, last), max(first, last)
        return max(first, last - _LONGEST), last

    @property
    def cashier(self) -> str:
        return str(self.cleaned_data.get("nguoi", "")) if self.is_bound and self.is_valid() else ""


class CountForm(forms.Form):
    """Pieces of each denomination, the day, and why the sum is not what the book says."""

    day = VietnameseDateField(label=_("Ngày kiểm quỹ"))
    reason = forms.CharField(
        label=_("Lý do chênh lệch"), required=False, max_length=300,
        help_text=_("Chỉ ghi khi số đếm khác số trên sổ."), widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, today: dt.date, locked: dt.date | None) -> None:
        super().__init__(data, initial={"day": today}, auto_id="kiem_%s")
        self.today, self.locked = today, locked
        for value in DENOMINATIONS:
            self.fields[self.name_of(value)] = forms.IntegerField(
                label=str(value), required=False, min_value=0, max_value=MOST_PIECES,
                error_messages={
                    "invalid": _("Ghi số tờ là số nguyên."), "min_value": _("Số tờ không được âm."),
                    "max_value": _("Số tờ quá lớn."),
                },
                widget=forms.TextInput(
                    {"class": "in", "inputmode": "numeric", "autocomplete": "off", "data-pieces": int(value)}
                ),
            )  # fmt: skip

    @staticmethod
    def name_of(value: Dong) -> str:
        """Name of the field of a denomination."""
        return f"to_{int(value)}"

    @property
    def rows(self) -> list[tuple[Dong, Any]]:
        """Each denomination with its field, the largest first."""
        return [(value, self[self.name_of(value)]) for value in DENOMINATIONS]

    @property
    def counted_day(self) -> dt.date:
        """The day of a valid form."""
        found: dt.date = self.cleaned_data["day"]
        return found

    @property
    def shown_day(self) -> dt.date:
        """The day whose book the page shows beside the count."""
        given = self.cleaned_data.get("day") if self.is_bound and hasattr(self, "cleaned_data") else None
        return given or self.today

    @property
    def cash(self) -> CountedCash:
        """The pieces of a valid form."""
        pieces = {int(v): self.cleaned_data[self.name_of(v)] or 0 for v in DENOMINATIONS}
        return CountedCash({value: n for value, n in pieces.items() if n})


class LimitForm(forms.Form):
    """The school's own limit of cash in the box; empty: none."""

    limit = DongFormField(label=_("Định mức tồn quỹ"), required=False)


class WhyForm(forms.Form):
    """A reason."""

    why = forms.CharField(label=_("Lý do"), max_length=300, widget=forms.TextInput({"autocomplete": "off"}))
