"""Forms of refunds: what to refund, accounts, paying out."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.fees.public import FeeItem, class_names, rounds_of
from truongso.kernel import banks
from truongso.kernel.money import Dong
from truongso.kernel.ui.fields import DongFormField
from truongso.organizations.public import BankAccount, School
from truongso.payments.refunds.accounts import checked_account
from truongso.payments.refunds.bank_files import layouts
from truongso.payments.refunds.messages import REQUEST_STATES, WAYS, refund_text
from truongso.payments.refunds.types import Account, Ask, RefundKind, RefundRefusedError, RefundWay, RequestState

_MOST_CODES = 400
_MOST_DAYS = 366
_KINDS = [
    (RefundKind.FEE.value, gettext_lazy("Một khoản thu (ví dụ tiền ăn không phục vụ)")),
    (RefundKind.INVOICE.value, gettext_lazy("Cả phiếu (ví dụ học sinh thôi học)")),
    (RefundKind.CREDIT.value, gettext_lazy("Trả lại tiền gia đình nộp thừa")),
]
_RULES = [
    ("days", gettext_lazy("Số ngày × mức một ngày")),
    ("amount", gettext_lazy("Số tiền cho mỗi học sinh")),
    ("whole", gettext_lazy("Toàn bộ")),
]


class RefundForm(forms.Form):
    """What is refunded to whom, how much and how."""

    loai = forms.ChoiceField(label=gettext_lazy("Hoàn gì"), choices=_KINDS, initial=RefundKind.FEE.value)
    dot = forms.ChoiceField(label=gettext_lazy("Đợt thu"), required=False)
    khoan = forms.ChoiceField(label=gettext_lazy("Khoản thu"), required=False)
    khoi = forms.CharField(label=gettext_lazy("Khối"), required=False, max_length=10)
    lop = forms.ChoiceField(label=gettext_lazy("Lớp"), required=False)
    ma = forms.CharField(
        label=gettext_lazy("Mã phiếu của từng học sinh"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Để trống: mọi học sinh của đợt thu, khối hoặc lớp đã chọn."),
    )
    cach = forms.ChoiceField(label=gettext_lazy("Cách tính"), choices=_RULES, initial="days")
    ngay = forms.IntegerField(label=gettext_lazy("Số ngày"), required=False, min_value=1, max_value=_MOST_DAYS)
    muc = DongFormField(label=gettext_lazy("Mức một ngày"), required=False)
    so_tien = DongFormField(label=gettext_lazy("Số tiền mỗi học sinh"), required=False)
    tra = forms.ChoiceField(
        label=gettext_lazy("Trả bằng"), choices=[(w.value, t) for w, t in WAYS.items()], initial=RefundWay.BANK.value
    )
    ly_do = forms.CharField(label=gettext_lazy("Lý do hoàn tiền"), max_length=300)

    def __init__(self, data: QueryDict | None, *, school: School, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        rounds = [r for r in rounds_of(school.pk) if r.state != "draft"]
        self.rounds = {r.public_id: r for r in rounds}
        choices: Any = self.fields
        choices["dot"].choices = [("", _("Chọn đợt thu")), *((r.public_id, r.name) for r in rounds)]
        items = FeeItem.objects.for_school(school).order_by("name")
        choices["khoan"].choices = [("", _("Chọn khoản thu")), *((str(i.pk), i.name) for i in items)]
        choices["lop"].choices = [("", _("Tất cả các lớp")), *((n, n) for n in class_names(school.pk))]
        choices["tra"].choices = [(w.value, _(t)) for w, t in WAYS.items()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        rule = data.get("cach")
        if rule == "days" and not (data.get("ngay") and data.get("muc")):
            self.add_error("ngay", _("Ghi số ngày và mức một ngày."))
        if rule == "amount" and not data.get("so_tien"):
            self.add_error("so_tien", _("Ghi số tiền cho mỗi học sinh."))
        if len(self._codes()) > _MOST_CODES:
            self.add_error("ma", _("Mỗi lần ghi được nhiều nhất %(most)s mã. Chọn cả lớp hoặc khối.") % {
                "most": _MOST_CODES})  # fmt: skip
        return data

    def _codes(self) -> tuple[str, ...]:
        text = str(self.data.get("ma", "")).upper()
        return tuple(dict.fromkeys(re.findall(r"[A-Z0-9]{5,12}", text)))

    def ask(self, families: frozenset[int] | None = None) -> Ask:
        """The request of a valid form."""
        data = self.cleaned_data
        amount: Dong | None = {
            "days": (data.get("muc") or Dong(0)) * (data.get("ngay") or 0), "amount": data.get("so_tien"), "whole": None
        }[data["cach"]]  # fmt: skip
        round_row = self.rounds.get(data.get("dot") or "")
        return Ask(
            kind=RefundKind(data["loai"]), way=RefundWay(data["tra"]), round_id=round_row.id if round_row else None,
            fee_item_id=int(data["khoan"]) if data.get("khoan") else None, grade=(data.get("khoi") or "").strip(),
            class_name=data.get("lop") or "", codes=self._codes(), amount=amount, families=families,
        )  # fmt: skip

    def scope(self) -> dict[str, object]:
        """What was asked for in words, kept with the request."""
        data = self.cleaned_data
        names = dict(self.fields["khoan"].choices)  # type: ignore[attr-defined]
        round_row = self.rounds.get(data.get("dot") or "")
        item = names.get(data["khoan"], "") if data["khoan"] else ""
        return {
            "round": round_row.name if round_row else "", "item": item,
            "grade": data.get("khoi") or "", "class": data.get("lop") or "", "codes": list(self._codes()),
            "rule": data["cach"], "days": data.get("ngay"), "rate": int(data["muc"]) if data.get("muc") else None,
            "amount": int(data["so_tien"]) if data.get("so_tien") else None, "way": data["tra"],
        }  # fmt: skip


def typed_accounts(data: QueryDict, families: list[int]) -> tuple[dict[int, Account], dict[int, str]]:
    """Accounts typed in the preview, and what is wrong with them, by family id; rows left empty are neither."""
    accounts, faults = {}, {}
    for family in families:
        bank, number = data.get(f"nh-{family}", "").strip(), data.get(f"stk-{family}", "").strip()
        holder = data.get(f"ten-{family}", "").strip()
        if not number or not bank:
            continue
        try:
            accounts[family] = checked_account(bank, number, holder)
        except RefundRefusedError as refusal:
            faults[family] = refund_text(refusal)
    return accounts, faults


def bank_choices() -> list[tuple[str, str]]:
    """Banks that receive transfers, by short name."""
    return [(b.bin, b.short_name) for b in banks.receivers()]


class FileForm(forms.Form):
    """Layout and account of a payment file."""

    mau = forms.ChoiceField(label=gettext_lazy("Mẫu của ngân hàng"))
    tai_khoan = forms.ChoiceField(label=gettext_lazy("Trích từ tài khoản"))

    def __init__(self, data: QueryDict | None, *, school: School) -> None:
        super().__init__(data, auto_id="tep_%s")
        accounts = BankAccount.objects.for_school(school).filter(is_active=True).order_by("pk")
        choices: Any = self.fields
        choices["mau"].choices = [(one.code, one.name) for one in layouts().values()]
        choices["tai_khoan"].choices = [(str(a.pk), f"{a.number} {a.label}".strip()) for a in accounts]


class ListForm(forms.Form):
    """Filters of the list."""

    q = forms.CharField(
        label=gettext_lazy("Tìm"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("Số, mã, tên, lớp, lý do")}),
    )
    trang_thai = forms.ChoiceField(label=gettext_lazy("Trạng thái"), required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        choices: Any = self.fields
        states = [(s.value, _(text)) for s, (text, _kind) in REQUEST_STATES.items()]
        choices["trang_thai"].choices = [("", _("Tất cả")), *states]

    def state(self) -> RequestState | None:
        """The chosen state; None for all or for nonsense."""
        self.is_valid()
        value = self.cleaned_data.get("trang_thai")
        return RequestState(value) if value else None

    def words(self) -> str:
        """What was searched for."""
        return str(self.cleaned_data.get("q") or "")
