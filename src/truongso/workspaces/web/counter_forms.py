"""The form of the counter: what one family pays now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.kernel.money import Dong
from truongso.kernel.names import tidy
from truongso.kernel.ui.fields import DongFormField, DongInput
from truongso.workspaces.counter import CashRequest, Chosen
from truongso.workspaces.counter_find import FamilyDebt, OpenInvoice

_TOKEN = re.compile(r"[0-9a-z]{26}")
MOST = Dong(499_999_999)


class CounterForm(forms.Form):
    """`token` is made when the form is opened: sending it twice books once. `line` names the chosen lines, `seen` what
    each invoice owed when the page was made: whoever was slower is asked to look again.
    """

    given = DongFormField(
        label=gettext_lazy("Khách đưa"), least=Dong(1), most=MOST,
        error_messages={"required": gettext_lazy("Ghi số tiền khách đưa.")},
    )  # fmt: skip
    amount = DongFormField(label=gettext_lazy("Ghi thu"), required=False, least=Dong(1), most=MOST)
    payer_name = forms.CharField(label=gettext_lazy("Người nộp tiền"), max_length=120)
    keeps_surplus = forms.BooleanField(
        label=gettext_lazy("Nhận cả phần thừa, ghi vào số dư của gia đình"), required=False
    )
    is_sure = forms.BooleanField(label=gettext_lazy("Đúng là khách đưa số tiền này"), required=False)
    token = forms.CharField(widget=forms.HiddenInput, max_length=26)

    def __init__(self, debt: FamilyDebt, data: Any = None, *, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}), auto_id="quay_%s")
        self.debt = debt
        self.asked = ""  # the refusal that a person may overrule, by a box shown then
        self.fields["payer_name"].widget.attrs["autocomplete"] = "off"
        self.fields["amount"].help_text = _("Để trống: thu đủ các dòng đã chọn")
        self.focus("given")

    def focus(self, name: str) -> None:
        """Put the cursor into a field, and only there."""
        for one in self.fields.values():
            one.widget.attrs.pop("autofocus", None)
        self.fields[name].widget.attrs["autofocus"] = True
        if isinstance(self.fields[name].widget, DongInput):
            self.fields[name].widget.attrs["enterkeyhint"] = "go"

    @property
    def keys(self) -> set[str]:
        """The chosen lines: as sent, or as the page starts."""
        if self.is_bound:
            return set(self.data.getlist("line"))  # type: ignore[attr-defined]
        return set(self.initial.get("keys", ()))

    def clean_payer_name(self) -> str:
        name = tidy(self.cleaned_data["payer_name"])
        if not name:
            raise forms.ValidationError(_("Ghi họ tên người nộp tiền."))
        return name

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        if not _TOKEN.fullmatch(token):
            raise forms.ValidationError(_("Biểu mẫu không còn dùng được. Tìm lại gia đình rồi thu."))
        return token

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        known = {line.key for one in self.debt.open for line in one.lines}
        gone = sorted(key.rsplit("-", 1)[0] for key in self.keys - known)
        if gone:
            raise forms.ValidationError(
                _("Phiếu %(code)s vừa được nộp hoặc đã hủy. Số tiền bên dưới là số mới; xem lại rồi thu.")
                % {"code": gone[0][:12]}
            )
        if not self.keys:
            raise forms.ValidationError(_("Chưa chọn dòng nào để thu. Đánh dấu ít nhất một dòng."))
        return given

    @property
    def request(self) -> CashRequest:
        """What a valid form asks for."""
        values = self.cleaned_data
        chosen = (self._chosen(one) for one in self.debt.open)
        return CashRequest(
            chosen=tuple(c for c in chosen if c is not None), given=values["given"], amount=values["amount"],
            payer_name=values["payer_name"], token=values["token"], keeps_surplus=values["keeps_surplus"],
            is_sure=values["is_sure"],
        )  # fmt: skip

    def _chosen(self, one: OpenInvoice) -> Chosen | None:
        wanted = [line for line in one.lines if line.key in self.keys]
        if not wanted:
            return None
        ids = tuple(line.line.pk for line in wanted) if len(wanted) < len(one.lines) else ()
        return Chosen(one.invoice.pk, self._seen(one.invoice.code), ids)

    def _seen(self, code: str) -> Dong:
        """What the page said the invoice owes; nothing that any invoice owes when the page did not say."""
        for text in self.data.getlist("seen"):  # type: ignore[attr-defined]
            named, _sep, amount = str(text).partition(":")
            if named == code and amount.isascii() and amount.isdigit() and len(amount) < 16:
                return Dong(int(amount))
        return Dong(-1)
