"""Forms of the banking pages. Amounts are read as amounts, codes against the school's own invoices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from truongso.banking.models import BankLine
from truongso.banking.statements.read import LIMITS
from truongso.banking.web.messages import file_text, line_text
from truongso.kernel.money import ZERO, Dong, total
from truongso.kernel.ui.fields import DongFormField
from truongso.organizations.public import BankAccount


class UploadForm(forms.Form):
    """A statement file for one of the school's own accounts."""

    account = forms.ChoiceField(label=_("Tài khoản nhận tiền"))
    file = forms.FileField(
        label=_("Tệp sao kê"),
        help_text=_("XLSX, XLS, CSV, MT940 hoặc camt như ngân hàng xuất ra, tối đa 32 MB."),
        widget=forms.FileInput({"accept": ".xlsx,.xls,.csv,.tsv,.txt,.xml,.sta,.mt940,.940,.htm,.html"}),
    )

    def __init__(self, accounts: Sequence[BankAccount], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = {a.public_id: a for a in accounts}
        field = self.fields["account"]
        field.choices = [  # type: ignore[attr-defined]
            (a.public_id, f"{a.number} – {a.label or a.holder_name}") for a in accounts
        ]
        field.error_messages = {
            "invalid_choice": _("Chọn một tài khoản nhận tiền của trường."),
            "required": _("Chọn một tài khoản nhận tiền của trường."),
        }
        if len(accounts) == 1:
            field.initial = accounts[0].public_id
        missing = file_text("no_file", {})
        empty = file_text("empty", {})
        self.fields["file"].error_messages |= {"required": missing, "missing": missing, "empty": empty}

    def clean_file(self) -> Any:
        """Too large is refused before the file is read."""
        file = self.cleaned_data["file"]
        if file.size > LIMITS.max_bytes:
            raise ValidationError(file_text("too_large", {"limit": LIMITS.max_bytes}))
        return file

    @property
    def chosen(self) -> BankAccount:
        """The account of a valid form."""
        return self.accounts[self.cleaned_data["account"]]


class ReasonForm(forms.Form):
    """Why something is done to a bank line."""

    ly_do = forms.CharField(
        label=_("Lý do"), max_length=300, error_messages={"required": _("Ghi lý do, để sau này ai xem cũng hiểu.")}
    )


class SharesForm(forms.Form):
    """How a bank line is divided among invoices; what is left over becomes credit of the first one's family.

    Never more than the line has, nor more on an invoice than it owes (all of the line on a settled one: credit).
    `thua` is the credit the person has seen; the booking is refused when it comes out otherwise.
    """

    thua = DongFormField(required=False, widget=forms.HiddenInput)

    def __init__(self, line: BankLine, invoices: Sequence[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line, self.invoices = line, list(invoices)
        left = line.amount
        for invoice in self.invoices:
            owed = invoice.total - invoice.paid
            share = min(left, owed)
            left = left - share
            self.fields[self.name_of(invoice)] = DongFormField(
                label=_("Ghi nhận cho %(code)s") % {"code": invoice.code},
                least=Dong(1),
                most=line.amount,
                initial=share if share > ZERO else line.amount,
            )

    @staticmethod
    def name_of(invoice: Any) -> str:
        """Name of the amount field of an invoice."""
        return f"so_tien_{invoice.code}"

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each invoice with what it owes and its amount field."""
        return [{"invoice": i, "owed": i.total - i.paid, "field": self[self.name_of(i)]} for i in self.invoices]

    def clean(self) -> dict[str, Any]:
        """The sum and each part against what is there."""
        values: dict[str, Any] = super().clean() or {}
        if not self.invoices:
            raise ValidationError(line_text("nothing_chosen", {}))
        for invoice in self.invoices:
            owed, amount = invoice.total - invoice.paid, values.get(self.name_of(invoice))
            if amount is not None and ZERO < owed < amount:
                text = line_text("share_above_owed", {"code": invoice.code, "owed": owed})
                self.add_error(self.name_of(invoice), text)
        given = total(self.amounts(values))
        if given > self.line.amount:
            raise ValidationError(line_text("shares_exceed_amount", {"sum": given, "amount": self.line.amount}))
        return values

    def amounts(self, values: dict[str, Any]) -> list[Dong]:
        """The amounts given so far, in the order of the invoices."""
        found = [values.get(self.name_of(i)) for i in self.invoices]
        return [a for a in found if a is not None]

    @property
    def shares(self) -> list[tuple[int, Dong]]:
        """(invoice id, amount) of a valid form."""
        return [(i.pk, self.cleaned_data[self.name_of(i)]) for i in self.invoices]

    @property
    def surplus(self) -> Dong:
        """What a valid form leaves for the family's credit."""
        used = total(min(self.cleaned_data[self.name_of(i)], i.total - i.paid) for i in self.invoices)
        left: Dong = self.line.amount - used
        return left

    @property
    def agreed(self) -> bool:
        """True when the credit that comes out is the one the person has seen."""
        return self.surplus == (self.cleaned_data.get("thua") or ZERO)
