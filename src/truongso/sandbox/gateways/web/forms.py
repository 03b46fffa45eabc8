"""Forms of the wallet and the terminal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from truongso.kernel.money import Dong
from truongso.kernel.ui.fields import DongFormField
from truongso.kernel.ui.formatting import dong
from truongso.sandbox.gateways.pos.types import CARDS


class WalletForm(forms.Form):
    """Which wallet pays how much, with which words."""

    payload = forms.CharField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    wallet = forms.ChoiceField(label=_("Ví"))
    amount = DongFormField(label=_("Số tiền"), least=Dong(1))
    memo = forms.CharField(
        label=_("Nội dung"), max_length=140, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, wallets: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["wallet"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                (one["number"], f"{one['operator']} · {one['holder']} · {dong(one['balance'])}") for one in wallets
            ]


class SaleForm(forms.Form):
    """What the cashier types and which card is held to the terminal."""

    amount = DongFormField(label=_("Số tiền"), least=Dong(1))
    invoice = forms.CharField(
        label=_("Mã phiếu thu"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    card = forms.ChoiceField(
        label=_("Thẻ thử"),
        choices=[
            (
                card.name,
                f"{card.brand.value} •••• {card.last4}" + (f" (bị từ chối {card.refusal})" if card.refusal else ""),
            )
            for card in CARDS.values()
        ],
    )
