"""Forms of the family's and of the public pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.kernel.money import Dong
from truongso.kernel.ui.fields import DongFormField, VietnameseDateField
from truongso.kernel.ui.formatting import dong
from truongso.kernel.ui.uploads import UploadField
from truongso.kernel.uploads import MB, Content, only

LEAST_PART = Dong(10_000)
MOST_PICTURE = 8 * MB
_TYPED = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_PROOF = gettext_lazy("Ngày sinh của học sinh hoặc số điện thoại phụ huynh")


class PartForm(forms.Form):
    """The part of an invoice that a family pays now. Sent in the address: it changes nothing here."""

    def __init__(self, data: Any = None, *, outstanding: Dong) -> None:
        super().__init__(data)
        least = min(LEAST_PART, outstanding)
        self.fields["so-tien"] = DongFormField(
            label=_("Số tiền nộp lần này"), least=least, most=outstanding,
            help_text=_("Từ %(least)s đến %(most)s.") % {"least": dong(least), "most": dong(outstanding)},
        )  # fmt: skip

    @property
    def amount(self) -> Dong | None:
        """The amount, once the form is valid."""
        found: Dong | None = self.cleaned_data.get("so-tien")
        return found


class ClaimForm(forms.Form):
    """What a family says it paid."""

    reference = forms.CharField(
        label=gettext_lazy("Số giao dịch của ngân hàng"),
        max_length=80,
        widget=forms.TextInput(_TYPED),
        help_text=gettext_lazy("Trong app ngân hàng, mục Lịch sử giao dịch: “Mã giao dịch” hoặc “Số tham chiếu”."),
    )
    amount = DongFormField(label=gettext_lazy("Số tiền đã chuyển"), least=Dong(1), most=Dong(9_999_999_999))
    paid_on = VietnameseDateField(label=gettext_lazy("Ngày chuyển"))
    payer_name = forms.CharField(label=gettext_lazy("Tên người chuyển"), max_length=120, required=False)


class LookUpForm(forms.Form):
    """An invoice code and a second thing that only the family knows."""

    code = forms.CharField(
        label=gettext_lazy("Mã hóa đơn"),
        max_length=20,
        widget=forms.TextInput({**_TYPED, "autocapitalize": "characters"}),
        help_text=gettext_lazy("9 chữ và số in trên phiếu báo thu."),
    )
    proof = forms.CharField(
        label=_PROOF,
        max_length=20,
        widget=forms.TextInput(_TYPED),
        help_text=gettext_lazy("Ví dụ 14/03/2018, hoặc số điện thoại đã đăng ký với trường."),
    )


class AddForm(forms.Form):
    """A further invoice for a basket: a family's link, or a code with the second thing."""

    what = forms.CharField(
        label=gettext_lazy("Đường dẫn phiếu hoặc mã hóa đơn"),
        max_length=300,
        widget=forms.TextInput(_TYPED),
        help_text=gettext_lazy("Dán đường dẫn trong tin nhắn của trường, hoặc gõ 9 chữ và số in trên phiếu."),
    )
    proof = forms.CharField(
        label=_PROOF,
        max_length=20,
        required=False,
        widget=forms.TextInput(_TYPED),
        help_text=gettext_lazy("Chỉ cần khi gõ mã. Ví dụ 14/03/2018."),
    )


class CheckForm(forms.Form):
    """A check code as printed."""

    ma = forms.CharField(
        label=gettext_lazy("Mã kiểm tra"),
        max_length=120,
        widget=forms.TextInput(_TYPED),
        help_text=gettext_lazy("12 chữ và số in trên phiếu báo thu hoặc biên lai, hoặc cả đường dẫn."),
    )


class QrForm(forms.Form):
    """A picture of a code, or its text."""

    picture = UploadField(
        only(Content.PICTURE, most=MOST_PICTURE),
        label=gettext_lazy("Ảnh chụp mã QR"),
        required=False,
        help_text=gettext_lazy("PNG hoặc JPEG, tối đa 8 MB. Ảnh không được lưu lại."),
        error_messages={
            "too_large": gettext_lazy("Ảnh quá lớn (tối đa 8 MB). Chụp lại riêng mã QR."),
            "wrong_content": gettext_lazy("Không mở được ảnh này. Dùng ảnh PNG hoặc JPEG."),
        },
        widget=forms.FileInput({"accept": "image/png,image/jpeg"}),
    )
    payload = forms.CharField(
        label=gettext_lazy("Hoặc dán nội dung mã"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3, **_TYPED}),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        picture = given.get("picture")
        if picture is None and not (given.get("payload") or "").strip() and not self.errors:
            raise forms.ValidationError(_("Chọn ảnh mã QR hoặc dán nội dung mã."))
        return given
