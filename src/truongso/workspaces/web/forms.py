"""Forms of the school's composed pages."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.kernel.names import tidy

_TOKEN = re.compile(r"[0-9a-z]{26}")


class UndoForm(forms.Form):
    """Taking a payment back."""

    reason = forms.CharField(
        label=gettext_lazy("Lý do hoàn tác"),
        help_text=gettext_lazy("Ghi rõ để người đọc sổ sau này hiểu, ví dụ: ghi nhầm sang học sinh khác."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_reason(self) -> str:
        reason = tidy(self.cleaned_data["reason"])
        if not reason:
            raise forms.ValidationError(_("Ghi lý do hoàn tác."))
        return reason
