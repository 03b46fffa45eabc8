"""Forms of card terminals, slips and settlement files."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.fees.public import Invoice, invoices_by_code
from truongso.kernel import clock
from truongso.kernel.money import ZERO, Dong, total
from truongso.kernel.sheets import DEFAULT_LIMITS
from truongso.kernel.ui.fields import DongFormField, PercentFormField, VietnameseDateField
from truongso.kernel.ui.uploads import UploadField
from truongso.kernel.uploads import tables
from truongso.organizations.public import BankAccount
from truongso.payments.card_numbers import has_card_number
from truongso.payments.pos.messages import BRANDS, FIELDS, pos_text
from truongso.payments.pos.models import PosTerminal
from truongso.payments.pos.types import SlipData
from truongso.payments.settlements.sources import Source
from truongso.payments.types import Share

MOST_INVOICES = 12
_PLAIN: dict[str, Any] = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
_NUMERIC: dict[str, Any] = {"autocomplete": "off", "inputmode": "numeric"}


class CardlessForm(forms.Form):
    """A form in which a full card number is refused and not even shown again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = [name for name, value in self.data.items() if isinstance(value, str) and has_card_number(value)]
        if found:
            given: Any = self.data
            given = given.copy()
            for name in found:
                given[name] = ""
            self.data = given
        self._card_fields = [name for name in found if name in self.fields]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for name in self._card_fields:
            self.errors.pop(name, None)
            self.add_error(name, pos_text("card_number", {"field": name}))
        return values


class TerminalForm(CardlessForm):
    """A new terminal."""

    code = forms.CharField(label=FIELDS["code"], max_length=16, widget=forms.TextInput(_PLAIN))
    merchant_code = forms.CharField(label=FIELDS["merchant_code"], max_length=20, required=False)
    acquirer = forms.CharField(label=FIELDS["acquirer"], max_length=80)
    label = forms.CharField(label=FIELDS["label"], max_length=80, required=False)
    account = forms.ChoiceField(label=gettext_lazy("Tài khoản nhận tiền"))
    fee = PercentFormField(label=gettext_lazy("Phí theo tỷ lệ (%)"), required=False)
    settle_days = forms.IntegerField(
        label=gettext_lazy("Tiền về sau (ngày làm việc)"), min_value=0, max_value=30, initial=2,
        widget=forms.TextInput(_NUMERIC),
    )  # fmt: skip

    def __init__(self, accounts: Sequence[BankAccount], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = {a.public_id: a for a in accounts}
        choices = [(a.public_id, f"{a.number} – {a.label or a.holder_name}") for a in accounts]
        self.fields["account"].choices = choices  # type: ignore[attr-defined]

    @property
    def basis_points(self) -> int:
        """Hundredths of a percent of a valid form."""
        return int(self.cleaned_data["fee"])


class SlipForm(CardlessForm):
    """A slip in the order in which it is printed; Enter moves on and sends at the end."""

    terminal = forms.ChoiceField(label=gettext_lazy("Máy POS"))
    invoices = forms.CharField(
        label=gettext_lazy("Mã hóa đơn"), max_length=200,
        help_text=gettext_lazy("Mã trên phiếu báo thu. Nhiều phiếu thì cách nhau bằng dấu cách."),
        widget=forms.TextInput({**_PLAIN, "data-autofocus": ""}),
    )  # fmt: skip
    amount = DongFormField(
        label=gettext_lazy("Số tiền trên hóa đơn máy POS"), least=Dong(1), required=False,
        help_text=gettext_lazy("Để trống nếu đúng bằng số còn phải nộp."),
    )  # fmt: skip
    approval_code = forms.CharField(label=FIELDS["approval_code"], max_length=12, widget=forms.TextInput(_PLAIN))
    rrn = forms.CharField(label=FIELDS["rrn"], max_length=24, widget=forms.TextInput(_NUMERIC))
    card_tail = forms.CharField(
        label=FIELDS["card_tail"], max_length=24, required=False, widget=forms.TextInput(_NUMERIC)
    )
    card_brand = forms.ChoiceField(label=FIELDS["card_brand"], required=False)
    batch_no = forms.CharField(
        label=FIELDS["batch_no"], max_length=24, required=False, widget=forms.TextInput(_NUMERIC)
    )
    trace = forms.CharField(label=FIELDS["trace"], max_length=24, required=False, widget=forms.TextInput(_NUMERIC))
    day = VietnameseDateField(label=gettext_lazy("Ngày"))
    time = forms.TimeField(
        label=gettext_lazy("Giờ"), input_formats=["%H:%M", "%H:%M:%S"], widget=forms.TextInput(_NUMERIC),
        error_messages={"invalid": gettext_lazy("Ghi giờ như 09:30.")},
    )  # fmt: skip

    def __init__(self, school_id: int, terminals: Sequence[PosTerminal], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.school_id = school_id
        self.terminals = {t.public_id: t for t in terminals}
        choices = [(t.public_id, str(t)) for t in terminals]
        self.fields["terminal"].choices = choices  # type: ignore[attr-defined]
        brands = [("", "—"), *((brand.value, name) for brand, name in BRANDS.items())]
        self.fields["card_brand"].choices = brands  # type: ignore[attr-defined]
        self.found: list[Invoice] = []

    def add_error(self, field: str | None, error: Any) -> None:
        """As Django does; what was typed for the last four digits never comes back, it may be the whole number."""
        super().add_error(field, error)
        if field == "card_tail":
            self.data = {**{name: self.data.get(name) for name in self.data}, "card_tail": ""}

    def clean_invoices(self) -> str:
        text: str = self.cleaned_data["invoices"]
        codes = list(dict.fromkeys(c for c in re.split(r"[\s,;]+", text.upper()) if c))
        if len(codes) > MOST_INVOICES:
            raise forms.ValidationError(_("Mỗi lần tối đa %(most)s phiếu.") % {"most": MOST_INVOICES})
        found = invoices_by_code(self.school_id, codes)
        unknown = [c for c in codes if c not in found]
        if unknown or not codes:
            raise forms.ValidationError(_("Không có phiếu %(code)s. Xem lại mã.") % {"code": " ".join(unknown)[:40]})
        self.found = [found[c] for c in codes]
        cancelled = next((i.code for i in self.found if i.cancelled_at is not None), "")
        if cancelled:
            raise forms.ValidationError(_("Phiếu %(code)s đã hủy.") % {"code": cancelled})
        return " ".join(codes)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if self.found and "amount" in values and values["amount"] is None:
            if not self.owed:
                self.add_error("amount", _("Các phiếu này đã nộp đủ. Ghi số tiền nếu phụ huynh nộp thêm."))
            values["amount"] = self.owed
        return values

    @property
    def owed(self) -> Dong:
        """What the named invoices still owe."""
        return total(i.total - i.paid for i in self.found)

    @property
    def shares(self) -> list[Share]:
        """The invoices filled in order; what is left over goes to the last one's family."""
        left: Dong = self.cleaned_data["amount"]
        shares = []
        for number, invoice in enumerate(self.found, start=1):
            part = left if number == len(self.found) else min(left, invoice.total - invoice.paid)
            if part > ZERO:
                shares.append(Share(invoice.pk, part))
            left = left - part
        return shares

    @property
    def slip(self) -> SlipData:
        """What is printed, of a valid form."""
        v = self.cleaned_data
        paid_at = dt.datetime.combine(v["day"], v["time"], tzinfo=clock.SCHOOL_TIME)
        return SlipData(
            v["approval_code"], v["rrn"], v["trace"], v["batch_no"], v["card_tail"], v["card_brand"], v["amount"],
            paid_at,
        )  # fmt: skip


class SettlementUploadForm(forms.Form):
    """A settlement file, where it comes from, and the day on which it is paid."""

    source = forms.ChoiceField(label=gettext_lazy("Nơi gửi bảng quyết toán"))
    settled_on = VietnameseDateField(
        label=gettext_lazy("Ngày quyết toán"), help_text=gettext_lazy("Dùng cho dòng không ghi ngày quyết toán.")
    )
    file = UploadField(
        tables(DEFAULT_LIMITS.max_bytes),
        label=gettext_lazy("Tệp quyết toán"), help_text=gettext_lazy("XLSX, XLS hoặc CSV, tối đa 10 MB."),
        widget=forms.FileInput({"accept": ".xlsx,.xls,.csv,.tsv,.txt"}),
    )  # fmt: skip

    def __init__(self, sources: Sequence[Source], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [(s.code, s.name) for s in sources]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why something is done."""

    ly_do = forms.CharField(label=gettext_lazy("Lý do"), max_length=300)
