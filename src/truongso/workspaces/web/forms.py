"""Forms of the school's composed pages."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.kernel.money import Dong
from truongso.kernel.names import tidy
from truongso.kernel.ui.fields import DongFormField
from truongso.kernel.ui.formatting import dong

_TOKEN = re.compile(r"[0-9a-z]{26}")


class CashForm(forms.Form):
    """Cash at the counter. `token` is made when the form is opened: pressing twice books once."""

    amount = DongFormField(label=gettext_lazy("Số tiền nhận"), least=Dong(1), most=Dong(499_999_999))
    payer_name = forms.CharField(label=gettext_lazy("Người nộp tiền"), max_length=120)
    keep_surplus = forms.BooleanField(
        label=gettext_lazy("Nhận cả phần thừa, ghi vào số dư của gia đình"), required=False
    )
    token = forms.CharField(widget=forms.HiddenInput, max_length=26)

    def __init__(self, data: Any = None, *, outstanding: Dong, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.outstanding = outstanding
        self.fields["amount"].help_text = _("Còn phải nộp %(left)s") % {"left": dong(outstanding)}

    def clean_payer_name(self) -> str:
        name = tidy(self.cleaned_data["payer_name"])
        if not name:
            raise forms.ValidationError(_("Ghi họ tên người nộp tiền."))
        return name

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        if not _TOKEN.fullmatch(token):
            raise forms.ValidationError(_("Biểu mẫu không còn dùng được. Mở lại trang phiếu rồi ghi lại."))
        return token

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        amount = given.get("amount")
        if amount is not None and amount > self.outstanding and not given.get("keep_surplus"):
            over = dong(amount - self.outstanding)
            self.add_error(
                "amount",
                _("Nhiều hơn số còn phải nộp %(over)s. Sửa số tiền, hoặc đánh dấu nhận cả phần thừa.") % {"over": over},
            )
        return given


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
