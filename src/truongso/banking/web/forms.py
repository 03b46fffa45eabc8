"""Forms of the banking pages. Amounts are read as amounts, codes against the school's own invoices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from truongso.banking.asides.types import AsideKind
from truongso.banking.statements.read import LIMITS
from truongso.banking.web.messages import ASIDE_KINDS, file_text, line_text
from truongso.kernel.money import ZERO, Dong, total
from truongso.kernel.ui.fields import DongFormField
from truongso.kernel.ui.uploads import UploadField
from truongso.kernel.uploads import tables
from truongso.organizations.public import BankAccount
from truongso.payments.types import Share


class UploadForm(forms.Form):
    """A statement file for one of the school's own accounts."""

    account = forms.ChoiceField(label=_("Tài khoản nhận tiền"))
    file = UploadField(
        tables(LIMITS.max_bytes),
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
        large = file_text("too_large", {"limit": LIMITS.max_bytes})
        self.fields["file"].error_messages |= {
            "required": missing, "missing": missing, "empty": empty, "too_large": large,
        }  # fmt: skip

    @property
    def chosen(self) -> BankAccount:
        """The account of a valid form."""
        return self.accounts[self.cleaned_data["account"]]


class ReasonForm(forms.Form):
    """Why something is done to a bank line."""

    ly_do = forms.CharField(
        label=_("Lý do"), max_length=300, error_messages={"required": _("Ghi lý do, để sau này ai xem cũng hiểu.")}
    )


class AsideForm(forms.Form):
    """Why a line is put aside: what it waits for and who sees to it, or what it is when it is no fee."""

    loai = forms.ChoiceField(choices=[(k.value, ASIDE_KINDS[k]) for k in AsideKind])
    ly_do = forms.CharField(
        label=_("Lý do"), max_length=300, error_messages={"required": _("Ghi lý do, để sau này ai xem cũng hiểu.")}
    )
    nguoi = forms.IntegerField(required=False, min_value=1)

    @property
    def kind(self) -> AsideKind:
        """The kind of a valid form."""
        return AsideKind(self.cleaned_data["loai"])


def _first_guess(share: Dong, owed: Dong, amount: Dong) -> Dong | None:
    """What stands in an amount's field at first: what is left of the money for it; on a settled invoice all of it
    (credit); nothing when the invoices before it take all."""
    if share > ZERO:
        return share
    return amount if owed <= ZERO else None


class SharesForm(forms.Form):
    """How money is divided among invoices, and among the items of an invoice where the person says so.

    Never more than there is, nor more on an invoice than it owes (all of the money on a settled one: credit). What is
    left becomes credit of the first invoice's family, or stays waiting. `thua` is the credit the person has seen; the
    booking is refused when it comes out otherwise.
    """

    thua = DongFormField(required=False, widget=forms.HiddenInput)
    du = forms.ChoiceField(
        label=_("Phần còn lại"), required=False, widget=forms.RadioSelect,
        choices=[("", _("Ghi có cho gia đình, trừ vào lần thu sau")), ("de-lai", _("Để lại, chờ xử lý tiếp"))],
    )  # fmt: skip

    def __init__(
        self, amount: Dong, invoices: Sequence[Any], lines: Mapping[int, Sequence[Any]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.amount, self.invoices = amount, list(invoices)
        self.lines = {i.pk: [x for x in lines.get(i.pk, ()) if rest_of(x) > ZERO] for i in self.invoices}
        left = amount
        for invoice in self.invoices:
            owed = invoice.total - invoice.paid
            share = min(left, owed)
            left = left - share
            self.fields[self.name_of(invoice)] = DongFormField(
                label=_("Ghi nhận cho %(code)s") % {"code": invoice.code},
                least=Dong(1),
                most=amount,
                initial=_first_guess(share, owed, amount),
            )
            for line in self.lines[invoice.pk]:
                self.fields[self.item_name(line)] = DongFormField(
                    label=line.description, required=False, most=rest_of(line),
                    help_text=_("còn nợ %(amount)s") % {"amount": rest_of(line)},
                )  # fmt: skip

    @staticmethod
    def name_of(invoice: Any) -> str:
        """Name of the amount field of an invoice."""
        return f"so_tien_{invoice.code}"

    @staticmethod
    def item_name(line: Any) -> str:
        """Name of the amount field of an invoice line."""
        return f"khoan_{line.pk}"

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each invoice with what it owes, its amount field, and its items where there are several."""
        return [
            {
                "invoice": i, "owed": i.total - i.paid, "field": self[self.name_of(i)],
                "items": [
                    {"line": x, "field": self[self.item_name(x)]} for x in self.lines[i.pk]
                ] if len(self.lines[i.pk]) > 1 else [],
                "by_item": any(self[self.item_name(x)].value() for x in self.lines[i.pk]),
            }
            for i in self.invoices
        ]  # fmt: skip

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
            items = self._items(invoice, values)
            if amount is not None and items and total(a for _x, a in items) != amount:
                given = {"code": invoice.code, "sum": total(a for _x, a in items), "amount": amount}
                self.add_error(self.name_of(invoice), line_text("items_differ", given))
        given_sum = total(self.amounts(values))
        if given_sum > self.amount:
            raise ValidationError(line_text("shares_exceed_amount", {"sum": given_sum, "amount": self.amount}))
        return values

    def amounts(self, values: dict[str, Any]) -> list[Dong]:
        """The amounts given so far, in the order of the invoices."""
        found = [values.get(self.name_of(i)) for i in self.invoices]
        return [a for a in found if a is not None]

    @property
    def shares(self) -> list[Share]:
        """The parts of a valid form: by invoice, or by item where the person gave amounts to items."""
        found = []
        for invoice in self.invoices:
            items = self._items(invoice, self.cleaned_data)
            found += [Share(invoice.pk, amount, (line.pk,)) for line, amount in items] or [
                Share(invoice.pk, self.cleaned_data[self.name_of(invoice)])
            ]
        return found

    @property
    def keeps_rest(self) -> bool:
        """True when a valid form leaves money that is to go on waiting."""
        is_kept: bool = self.cleaned_data.get("du") == "de-lai"
        return is_kept and total(self.amounts(self.cleaned_data)) < self.amount

    @property
    def surplus(self) -> Dong:
        """What a valid form leaves for the family's credit."""
        used = total(min(self.cleaned_data[self.name_of(i)], i.total - i.paid) for i in self.invoices)
        whole = total(self.amounts(self.cleaned_data)) if self.keeps_rest else self.amount
        left: Dong = whole - used
        return left

    @property
    def agreed(self) -> bool:
        """True when the credit that comes out is the one the person has seen."""
        return self.surplus == (self.cleaned_data.get("thua") or ZERO)

    def _items(self, invoice: Any, values: dict[str, Any]) -> list[tuple[Any, Dong]]:
        given = [(line, values.get(self.item_name(line))) for line in self.lines[invoice.pk]]
        return [(line, amount) for line, amount in given if amount]


def rest_of(line: Any) -> Dong:
    """What an invoice line still takes."""
    left: Dong = line.amount - line.credited - line.paid
    return left
