"""Forms of the closing pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from truongso.kernel.ui.fields import VietnameseDateField


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
        """First and last day."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return given.get("tu") or self.offered[0], given.get("den") or self.offered[1]


class SignForm(forms.Form):
    """What whoever signs writes beside the figures."""

    note = forms.CharField(
        label=_("Giải thích"), required=False, max_length=500, widget=forms.Textarea({"rows": 2}),
        help_text=_("Bắt buộc khi có dòng chỉ có ở một bên; lưu cùng chữ ký."),
    )  # fmt: skip


class WhyForm(forms.Form):
    """A reason."""

    why = forms.CharField(label=_("Lý do"), max_length=300, widget=forms.TextInput({"autocomplete": "off"}))
