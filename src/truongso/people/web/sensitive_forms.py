"""Forms of sensitive facts: what to open and why, and new values that take the place of old ones unseen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.people.roster import Reason
from truongso.people.roster.facts import LONGEST
from truongso.people.roster.phones import read_phones
from truongso.people.sensitive.labels import FACTS, SEEN
from truongso.people.sensitive.numbers import normal_number
from truongso.people.sensitive.types import FactKind, SeenKind

_REASON = gettext_lazy("Ghi lý do, ví dụ: làm hồ sơ miễn giảm học kỳ 1. Gia đình xem được lý do này.")


class OpenForm(forms.Form):
    """What to open of a pupil, and the reason."""

    what = forms.MultipleChoiceField(
        label=gettext_lazy("Mở thông tin nào"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Chọn thông tin cần mở.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Lý do"),
        max_length=300,
        help_text=gettext_lazy("Gia đình xem được lý do này; không ghi lại thông tin nhạy cảm ở đây."),
        error_messages={"required": _REASON},
    )

    def __init__(self, *args: Any, kept: Sequence[SeenKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [(kind.value, SEEN[kind]) for kind in kept]  # type: ignore[attr-defined]

    @property
    def wanted(self) -> list[SeenKind]:
        """What was chosen, in fixed order."""
        return [kind for kind in SeenKind if kind.value in self.cleaned_data["what"]]


class NumberForm(forms.Form):
    """A whole personal number or phone number to find a pupil by."""

    number_text = forms.CharField(
        label=gettext_lazy("Số định danh cá nhân hoặc số điện thoại"),
        max_length=30,
        error_messages={"required": gettext_lazy("Ghi số cần tìm.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_number_text(self) -> str:
        text = str(self.cleaned_data["number_text"])
        numbers = read_phones(text)
        self.phones: tuple[str, ...] = () if isinstance(numbers, Reason) else numbers
        self.number = normal_number(text) or ""
        if not self.phones and not self.number:
            raise ValidationError(_("Ghi đủ 12 chữ số của số định danh, hoặc đủ 10 số của số điện thoại."))
        return text


class FactsForm(forms.Form):
    """New values; an empty box keeps what is there, "-" takes it away. What is there is never shown."""

    personal_number = forms.CharField(required=False, max_length=20)
    ethnicity = forms.CharField(required=False, max_length=60)
    health = forms.CharField(required=False, max_length=LONGEST)
    hardship = forms.CharField(required=False, max_length=LONGEST)
    reason = forms.CharField(label=gettext_lazy("Lý do"), max_length=300, error_messages={"required": _REASON})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in FactKind:
            self.fields[kind.value].label = str(FACTS[kind])
            self.fields[kind.value].widget.attrs["autocomplete"] = "off"
            self.fields[kind.value].help_text = _("Để trống: giữ như cũ. Ghi dấu - để xóa.")

    def clean_personal_number(self) -> str:
        text = str(self.cleaned_data["personal_number"]).strip()
        if text in ("", "-"):
            return text
        number = normal_number(text)
        if number is None:
            raise ValidationError(_("Số định danh cá nhân có đủ 12 chữ số. Xem lại số trên giấy khai sinh hoặc thẻ."))
        return number

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not self.stated():
            raise ValidationError(_("Ghi ít nhất một thông tin cần sửa."))
        return data

    def stated(self) -> dict[FactKind, str]:
        """What the boxes say: "" where the fact is to go."""
        said = {kind: " ".join(str(self.cleaned_data.get(kind.value, "")).split()) for kind in FactKind}
        return {kind: "" if text == "-" else text for kind, text in said.items() if text}
