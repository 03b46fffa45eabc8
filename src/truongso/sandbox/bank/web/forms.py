"""Forms of the bank's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from truongso.kernel.money import Dong
from truongso.kernel.ui.fields import DongFormField, VietnameseDateField
from truongso.kernel.ui.formatting import dong
from truongso.sandbox.bank.statements import LAYOUT_OF_BANK, FileFormat
from truongso.sandbox.bank.types import Account
from truongso.sandbox.bank.web.texts import CHANNELS, LAYOUTS

_LARGEST_PICTURE = 10 * 1024 * 1024


class PictureForm(forms.Form):
    """A picture with a QR code."""

    picture = forms.FileField(
        label=_("Ảnh mã QR"),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
        error_messages={"required": _("Hãy chọn ảnh mã QR."), "empty": _("Tệp ảnh rỗng. Hãy chọn ảnh khác.")},
    )

    def clean_picture(self) -> Any:
        picture = self.cleaned_data["picture"]
        if picture.size > _LARGEST_PICTURE:
            raise ValidationError(_("Ảnh lớn hơn 10 MB. Hãy thu nhỏ lại."))
        return picture


class PayForm(forms.Form):
    """Who pays, how much, with which words, and what happens to them on the way."""

    payload = forms.CharField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    payer = forms.ChoiceField(label=_("Chuyển từ tài khoản"))
    amount = DongFormField(label=_("Số tiền"), least=Dong(1))
    memo = forms.CharField(
        label=_("Nội dung"),
        max_length=140,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    channel = forms.ChoiceField(
        label=_("Nội dung đến trường thế nào"),
        choices=list(CHANNELS.items()),
        help_text=_("Ngân hàng và ví thật hay làm biến dạng nội dung chuyển khoản."),
    )
    notify = forms.BooleanField(label=_("Báo cho trường ngay (webhook)"), required=False)

    def __init__(self, *args: Any, payers: list[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["payer"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(a.number, f"{a.holder} · {dong(a.balance)}") for a in payers]


class OtherLineForm(forms.Form):
    """A line that no payer makes."""

    INTEREST, PAY_OUT, PAY_IN = "interest", "pay_out", "pay_in"

    kind = forms.ChoiceField(
        label=_("Loại"),
        choices=[
            (INTEREST, _("Lãi tiền gửi")),
            (PAY_OUT, _("Trường chi ra")),
            (PAY_IN, _("Nộp tiền mặt vào tài khoản")),
        ],
    )
    amount = DongFormField(label=_("Số tiền"), least=Dong(1))
    memo = forms.CharField(
        label=_("Nội dung"),
        max_length=140,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class StatementForm(forms.Form):
    """Which lines, in whose layout, as which file."""

    first = VietnameseDateField(label=_("Từ ngày"), required=False)
    last = VietnameseDateField(label=_("Đến ngày"), required=False)
    layout = forms.ChoiceField(label=_("Mẫu của"), choices=list(LAYOUTS.items()))
    file_format = forms.ChoiceField(
        label=_("Dạng tệp"), choices=[(FileFormat.XLSX.value, "Excel (.xlsx)"), (FileFormat.CSV.value, "CSV")]
    )

    @classmethod
    def of(cls, account: Account) -> StatementForm:
        """Empty, with the layout of the account's own bank chosen."""
        return cls(initial={"layout": LAYOUT_OF_BANK.get(account.bank_bin)})
