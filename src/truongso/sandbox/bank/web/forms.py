"""Forms of the bank's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from truongso.kernel.money import Dong
from truongso.kernel.ui.fields import DongFormField, VietnameseDateField
from truongso.kernel.ui.formatting import dong
from truongso.sandbox.bank.bills import Biller
from truongso.sandbox.bank.statements import LAYOUT_OF_BANK, FileFormat
from truongso.sandbox.bank.types import Account
from truongso.sandbox.bank.web.texts import CHANNELS, LAYOUTS
from truongso.sandbox.json_client import Json

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


class BillSearchForm(forms.Form):
    """Whose bill, by which number."""

    biller = forms.ChoiceField(label=_("Trường"))
    number = forms.CharField(
        label=_("Mã hóa đơn hoặc mã học sinh"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, billers: list[Biller], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["biller"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(str(one.id), one.name) for one in billers]

    def clean_number(self) -> str:
        return str(self.cleaned_data["number"]).strip()


class BillPayForm(forms.Form):
    """Which of the bills found, from which account."""

    number = forms.CharField(widget=forms.HiddenInput, max_length=40)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    bill = forms.ChoiceField(
        label=_("Hóa đơn cần nộp"),
        error_messages={"invalid_choice": _("Số tiền phải nộp vừa thay đổi, chưa trừ tiền. Hãy xem lại rồi xác nhận.")},
    )
    payer = forms.ChoiceField(label=_("Trừ từ tài khoản"))

    def __init__(self, *args: Any, bills: list[Json], payers: list[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "bill": [(_chosen(b), f"{b['invoice_code']} · {dong(b['outstanding'])}") for b in bills],
            "payer": [(a.number, f"{a.holder} · {dong(a.balance)}") for a in payers],
        }
        for name, values in choices.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = values


def _chosen(bill: Json) -> str:
    """A bill with the amount seen: one whose amount has changed since is no choice any more."""
    return f"{bill['invoice_code']}:{bill['outstanding']}"


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
