"""Cash handed in to the bank: recording it, finding its bank line, taking a wrong link back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.banking.deposits import fit, services
from truongso.banking.models import BankLine
from truongso.banking.types import LineRefusedError
from truongso.banking.web.messages import line_text
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.ids import new_public_id
from truongso.kernel.money import Dong, total
from truongso.kernel.ui.fields import DongFormField, VietnameseDateField
from truongso.kernel.ui.formatting import dong
from truongso.organizations.public import BankAccount, bank_accounts
from truongso.payments.public import (
    CashDeposit,
    CashRefusedError,
    DepositRequest,
    box_state,
    cash_deposits,
    cash_refusal_text,
    record_deposit,
)

_PAGE = 50
_LATE_DAYS = 3
"""Days after which a deposit that has not appeared on the account is worth a look."""


class DepositForm(forms.Form):
    """What stands on the bank's slip. `token` is made when the form is opened: sending it twice records once."""

    account = forms.ChoiceField(label=gettext_lazy("Nộp vào tài khoản"))
    amount = DongFormField(label=gettext_lazy("Số tiền nộp"), least=Dong(1))
    day = VietnameseDateField(label=gettext_lazy("Ngày nộp"))
    slip = forms.CharField(
        label=gettext_lazy("Số giấy nộp tiền"), max_length=40, widget=forms.TextInput({"autocomplete": "off"})
    )
    token = forms.CharField(widget=forms.HiddenInput, max_length=26, min_length=26)

    def __init__(self, accounts: list[BankAccount], data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="nop_%s")
        self.accounts = {a.public_id: a for a in accounts}
        self.fields["account"].choices = [  # type: ignore[attr-defined]
            (a.public_id, f"{a.number} – {a.label or a.holder_name}") for a in accounts
        ]
        self.fields["account"].error_messages["invalid_choice"] = _("Chọn một tài khoản của trường.")

    @property
    def request(self) -> DepositRequest:
        """What a valid form asks for."""
        v = self.cleaned_data
        return DepositRequest(self.accounts[v["account"]].pk, v["amount"], v["day"], v["slip"], v["token"])


@requires(Permission.SCHOOL_CASH_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def deposits_page(request: AuthedRequest) -> HttpResponse:
    """Deposits with where they stand; below the form to record one."""
    school_id = request.caller.school.pk
    may_record = request.caller.may(Permission.SCHOOL_DEPOSIT_WRITE)
    box = box_state(school_id)
    initial = {"amount": box.balance if box.balance.value > 0 else None, "day": box.today, "token": new_public_id()}
    accounts = list(bank_accounts(request.caller.school))
    form = DepositForm(accounts, request.POST or None, initial=initial)
    if request.method == "POST" and may_record and form.is_valid():
        made = _act(lambda: record_deposit(school_id, request=form.request, actor=request.caller.actor), form)
        if made is not None:
            deposit, is_repeat = made
            text = _("Biểu mẫu này đã ghi khoản nộp %(amount)s rồi; không ghi lần thứ hai.")
            if not is_repeat:
                text = _("Đã ghi nộp %(amount)s. Khi ngân hàng báo có, nối với đúng giao dịch ở đây.")
            messages.success(request, text % {"amount": dong(deposit.amount)})
            return redirect("banking:deposits")
    page = Paginator(cash_deposits(school_id), _PAGE).get_page(request.GET.get("trang"))
    context = {
        "form": form,
        "box": box,
        "page": page,
        "rows": _rows(school_id, list(page.object_list)),
        "in_transit": total(fit.open_deposits(school_id).values_list("amount", flat=True)),
        "may_record": may_record,
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
        "may_link": request.caller.may(Permission.SCHOOL_MATCH_DECIDE),
        "may_read_lines": request.caller.may(Permission.SCHOOL_MATCH_READ),
    }
    return render(request, "banking/deposits.html", context, status=400 if form.errors else 200)


@requires(Permission.SCHOOL_DEPOSIT_WRITE)
@require_POST
def cancel(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Cancel a deposit that was recorded wrongly."""
    deposit = _deposit(request, public_id)
    why = request.POST.get("ly_do", "")
    done = _act(
        lambda: services.cancel(
            deposit.school_id, deposit_id=deposit.pk, reason=why, actor=request.caller.actor
        ),
        request=request,
    )  # fmt: skip
    if done is not None:
        messages.success(request, _("Đã hủy khoản nộp %(amount)s; tiền trở lại quỹ.") % {"amount": dong(done.amount)})
    return redirect("banking:deposits")


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def link(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Say that a bank line is a deposit (`khoan`: its public id)."""
    line = _line(request, public_id)
    deposit = _deposit(request, request.POST.get("khoan", "")[:26])
    done = _act(
        lambda: services.link(
            line.school_id, line_id=line.pk, deposit_id=deposit.pk, actor=request.caller.actor
        ),
        request=request,
    )  # fmt: skip
    if done is not None:
        text = _("Đã nối %(amount)s với giấy nộp tiền số %(slip)s. Tiền này vẫn là tiền mặt, không ghi nhận lần nữa.")
        messages.success(request, text % {"amount": dong(line.amount), "slip": deposit.slip_number})
    return redirect(_back(request, line))


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def unlink(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Take a wrong link back."""
    line, why = _line(request, public_id), request.POST.get("ly_do", "")

    def act() -> bool:
        services.unlink(line.school_id, line_id=line.pk, reason=why, actor=request.caller.actor)
        return True

    if _act(act, request=request):
        messages.success(request, _("Đã bỏ nối bằng bút toán đảo. Giao dịch chờ xử lý lại, khoản nộp quỹ chờ về lại."))
    return redirect(_back(request, line))


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def not_a_deposit(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Say that a line which looks like a deposit is none."""
    line, why = _line(request, public_id), request.POST.get("ly_do", "")

    def act() -> bool:
        services.not_a_deposit(line.school_id, line_id=line.pk, reason=why, actor=request.caller.actor)
        return True

    if _act(act, request=request):
        messages.success(request, _("Đã ghi: không phải tiền nộp từ quỹ. Xử lý giao dịch như các giao dịch khác."))
    return redirect(_back(request, line))


def deposit_context(line: BankLine) -> dict[str, Any]:
    """What the page of a bank line says about deposits: its link, or deposits it may be; two queries."""
    linked = fit.standing_link(line)
    return {"deposit_link": linked, "deposit_suggestions": [] if linked else fit.deposits_for(line)}


def _rows(school_id: int, deposits: list[CashDeposit]) -> list[dict[str, Any]]:
    links, found = fit.links_of(school_id, deposits), fit.suggestions(school_id)
    people = user_names(d.created_by for d in deposits)
    today = clock.today()
    return [
        {
            "deposit": d,
            "link": links.get(d.pk),
            "suggestions": found.get(d.pk, []),
            "who": people.get(d.created_by or 0, _("hệ thống")),
            "is_late": d.pk in found and (today - d.deposited_on).days > _LATE_DAYS,
        }
        for d in deposits
    ]


def _line(request: AuthedRequest, public_id: str) -> BankLine:
    found: BankLine = get_object_or_404(BankLine.objects.for_school(request.caller.school), public_id=public_id)
    return found


def _deposit(request: AuthedRequest, public_id: str) -> CashDeposit:
    found: CashDeposit = get_object_or_404(CashDeposit.objects.for_school(request.caller.school), public_id=public_id)
    return found


def _back(request: AuthedRequest, line: BankLine) -> str:
    return "banking:deposits" if request.POST.get("ve") == "nop-quy" else reverse("banking:line", args=[line.public_id])


def _act(act: Callable[[], Any], form: forms.Form | None = None, *, request: AuthedRequest | None = None) -> Any:
    """Run in one transaction; what is refused is said on the form, or as a message."""

    def attempt() -> Any:
        with transaction():
            return act()

    try:
        return retrying(attempt)
    except CashRefusedError as refusal:
        text = cash_refusal_text(refusal)
    except LineRefusedError as refusal:
        text = line_text(refusal.code, refusal.params)
    except IntegrityError as error:
        if "period is closed" not in str(error):
            raise
        text = line_text("period_closed", {})
    if form is not None:
        form.add_error(None, text)
    elif request is not None:
        messages.error(request, text)
    return None
