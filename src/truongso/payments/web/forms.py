"""Filters of the list of receipts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.fees.public import class_names, issued_rounds
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.payments.receipt_queries import ReceiptFilter, ReceiptState

_STATES = [
    ("", gettext_lazy("Tất cả")),
    ("con-gia-tri", gettext_lazy("Còn giá trị")),
    ("da-huy", gettext_lazy("Đã huỷ")),
]
_STATE_OF = {"con-gia-tri": ReceiptState.VALID, "da-huy": ReceiptState.CANCELLED}


class ReceiptFilterForm(forms.Form):
    """What the list is narrowed to; everything may stay empty."""

    q = forms.CharField(
        label=gettext_lazy("Tìm"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("Số biên lai, mã, tên, lớp")}),
    )
    tu = VietnameseDateField(label=gettext_lazy("Từ ngày"), required=False)
    den = VietnameseDateField(label=gettext_lazy("Đến ngày"), required=False)
    lop = forms.ChoiceField(label=gettext_lazy("Lớp"), required=False)
    dot = forms.ChoiceField(label=gettext_lazy("Đợt thu"), required=False)
    trang_thai = forms.ChoiceField(label=gettext_lazy("Trạng thái"), required=False, choices=_STATES)

    def __init__(self, data: QueryDict, *, school_id: int) -> None:
        super().__init__(data)
        names = class_names(school_id)
        self.fields["lop"].choices = [("", _("Tất cả")), *((n, n) for n in names)]  # type: ignore[attr-defined]
        self.rounds = issued_rounds(school_id)
        choices = [("", _("Tất cả")), *((r.public_id, r.name) for r in self.rounds)]
        self.fields["dot"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first: dt.date | None = cleaned.get("tu")
        last: dt.date | None = cleaned.get("den")
        if first and last and first > last:
            self.add_error("den", _("Ngày cuối đứng trước ngày đầu. Đổi lại hai ngày."))
        return cleaned

    def wanted(self) -> ReceiptFilter:
        """The filter of what was understood; a field in error narrows nothing."""
        self.is_valid()
        data = self.cleaned_data
        return ReceiptFilter(
            first=data.get("tu"),
            last=data.get("den"),
            class_name=data.get("lop") or "",
            round_id=next((r.pk for r in self.rounds if r.public_id == data.get("dot")), None),
            state=_STATE_OF.get(data.get("trang_thai") or ""),
            words=data.get("q") or "",
        )
