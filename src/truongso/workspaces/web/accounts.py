"""Receiving accounts of a school: those in use, those replaced, what waits; asking for another (A28)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.fees.public import open_invoice_counts
from truongso.kernel import banks
from truongso.kernel.db import retrying, transaction
from truongso.organizations.public import BankAccount, School, bank_accounts, checked_account
from truongso.organizations.types import OrganizationError
from truongso.payments.public import (
    ChangeKind,
    ChangeRefusedError,
    change_problem_text,
    change_text,
    changes_of,
    is_first,
    open_changes,
    propose_account,
)
from truongso.workspaces.web.changes import shown

ACCOUNT_KINDS = (ChangeKind.ACCOUNT_ADD, ChangeKind.ACCOUNT_REPLACE, ChangeKind.NUMBER_RULE)
_HISTORY = 30
_ADD = "them"


class AccountForm(forms.Form):
    """Another receiving account."""

    thay = forms.ChoiceField(label=gettext_lazy("Dùng để"))
    ngan_hang = forms.ChoiceField(label=gettext_lazy("Ngân hàng"))
    so = forms.CharField(
        label=gettext_lazy("Số tài khoản"), max_length=30, widget=forms.TextInput({"autocomplete": "off"})
    )
    so_lan_hai = forms.CharField(
        label=gettext_lazy("Gõ lại số tài khoản"), max_length=30, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=gettext_lazy("Gõ lại, không chép, để bắt được số gõ nhầm."),
    )  # fmt: skip
    chu = forms.CharField(
        label=gettext_lazy("Chủ tài khoản"), max_length=120,
        help_text=gettext_lazy("Đúng như ngân hàng ghi. Phụ huynh thấy tên này khi quét mã."),
    )  # fmt: skip
    ten_goi = forms.CharField(
        label=gettext_lazy("Tên gọi trong trường"), max_length=80, required=False,
        help_text=gettext_lazy("Ví dụ: Tài khoản học phí."),
    )  # fmt: skip
    ly_do = forms.CharField(
        label=gettext_lazy("Lý do và căn cứ"), max_length=300,
        help_text=gettext_lazy("Ví dụ: Công văn số 15 ngày 02/10/2026 về mở tài khoản tại BIDV."),
    )  # fmt: skip

    def __init__(self, accounts: list[BankAccount], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ngan_hang"].choices = [  # type: ignore[attr-defined]
            ("", _("Chọn ngân hàng")), *((b.bin, b.short_name) for b in banks.receivers())
        ]  # fmt: skip
        self.fields["thay"].choices = [  # type: ignore[attr-defined]
            *([("", _("Chọn việc cần làm"))] if accounts else []),
            *((a.public_id, _("Thay tài khoản %(number)s") % {"number": a.number}) for a in accounts),
            (_ADD, _("Dùng thêm, không thay tài khoản nào")),
        ]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        once, twice = ("".join(values.get(name, "").split()).upper() for name in ("so", "so_lan_hai"))
        if once and twice and once != twice:
            self.add_error("so_lan_hai", _("Hai lần gõ khác nhau. Xem lại số tài khoản."))
        return values


@requires(Permission.SCHOOL_ACCOUNT_PROPOSE, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def account_new(request: AuthedRequest) -> HttpResponse:
    """Ask for another receiving account; nothing changes before somebody else approves and the delay is over."""
    school = request.caller.school
    accounts = bank_accounts(school)
    form = AccountForm(accounts, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _propose(request, school, form):
        messages.success(request, _("Đã gửi đề nghị và báo cho hiệu trưởng, kế toán, cơ quan quản lý."))
        return redirect("workspaces:accounts")
    context = {"form": form, "hours": settings.ACCOUNT_DELAY_HOURS, "is_first": is_first(school)}
    return render(request, "workspaces/school/account_new.html", context, status=422 if form.errors else 200)


@requires(Permission.SCHOOL_ACCOUNT_READ)
@require_http_methods(["GET", "HEAD"])
def accounts_page(request: AuthedRequest) -> HttpResponse:
    """Accounts in use with what waits for them, accounts replaced with the papers that still name them, history."""
    school = request.caller.school
    rows = bank_accounts(school, active_only=False)
    open_counts = open_invoice_counts(school.pk)
    waiting = open_changes(school.pk, ACCOUNT_KINDS)
    past = [c for c in changes_of(school.pk, ACCOUNT_KINDS)[:_HISTORY] if not c.is_open]
    names = user_names(who for c in [*waiting, *past] for who in (c.proposed_by, c.decided_by, c.ended_by))
    by_id = {a.pk: a for a in rows}
    context = {
        "in_use": [{"row": a, "bank": bank_name(a.bank_bin), "open": open_counts.get(a.pk, 0)}
                   for a in rows if a.is_active],
        "former": [
            {"row": a, "bank": bank_name(a.bank_bin), "open": open_counts.get(a.pk, 0),
             "successor": by_id.get(a.replaced_by_id) if a.replaced_by_id else None}
            for a in rows if not a.is_active
        ],
        "waiting": [shown(c, names) for c in waiting],
        "past": [shown(c, names) for c in past],
        "may_propose": request.caller.may(Permission.SCHOOL_ACCOUNT_PROPOSE),
        "hours": settings.ACCOUNT_DELAY_HOURS,
    }  # fmt: skip
    return render(request, "workspaces/school/accounts.html", context)


def bank_name(bank_bin: str) -> str:
    """What people call the bank."""
    bank = banks.find(bank_bin)
    return bank.short_name if bank else bank_bin


def _propose(request: AuthedRequest, school: School, form: AccountForm) -> bool:
    data = form.cleaned_data

    def act() -> None:
        with transaction():
            account = checked_account(bank_bin=data["ngan_hang"], number=data["so"], holder_name=data["chu"])
            propose_account(
                school, account=account, label=data["ten_goi"], reason=data["ly_do"],
                replaces="" if data["thay"] == _ADD else data["thay"], actor=request.caller.actor,
            )  # fmt: skip

    try:
        retrying(act)
    except OrganizationError as refusal:
        form.add_error(
            {"bad_account_number": "so", "unknown_bank": "ngan_hang", "holder_missing": "chu"}.get(refusal.code),
            change_problem_text(refusal.code, refusal.params),
        )
        return False
    except ChangeRefusedError as refusal:
        form.add_error("thay" if refusal.code == "no_such_account" else None, change_text(refusal))
        return False
    return True
