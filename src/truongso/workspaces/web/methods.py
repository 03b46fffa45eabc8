"""The staff's page of ways to pay: what is ready, what is used and proved, what is missing; and the settings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.ui.fields import DongFormField, PercentFormField
from truongso.organizations.public import school_year_on
from truongso.payments.public import (
    FOUR,
    LEAST_OF_FOUR,
    Lack,
    MethodChange,
    MethodRefusedError,
    ending_contracts,
    readiness,
    save_methods,
    settings_of,
)
from truongso.payments.types import Method
from truongso.workspaces.ways import NAMINGS

_BY_CHANNEL = {Method.WEB, Method.QR_TRANSFER}
LACKS = {
    Lack.OFF: gettext_lazy("Đang tắt. Bật ở mục Thiết lập bên dưới."),
    Lack.NO_ACCOUNT: gettext_lazy("Chưa có tài khoản nhận tiền đang dùng. Thêm ở trang Tài khoản nhận tiền."),
    Lack.NO_CHANNEL: gettext_lazy("Chưa có cổng thanh toán nào đang mở. Xem danh mục ở trang Đối tác thanh toán."),
    Lack.NOT_LIVE: gettext_lazy("Đối tác chưa được đưa vào vận hành. Hoàn tất danh mục ở trang Đối tác thanh toán."),
    Lack.CHANNEL_DOWN: gettext_lazy("Mọi cổng đang gián đoạn. Phụ huynh được mời quét mã QR cho đến khi cổng trở lại."),
    Lack.NO_TERMINAL: gettext_lazy("Chưa khai báo máy POS nào đang dùng. Nhận máy của ngân hàng rồi khai báo."),
    Lack.NO_PARTNER: gettext_lazy("Chưa có ngân hàng nào nối dịch vụ thu hộ. Đăng ký đối tác rồi bật cho trường."),
}


class MethodForm(forms.Form):
    """How one way to pay is offered."""

    is_on = forms.BooleanField(label=gettext_lazy("Cho phụ huynh dùng cách này"), required=False)
    position = forms.IntegerField(label=gettext_lazy("Thứ tự"), min_value=1, max_value=9)
    how_to = forms.CharField(
        label=gettext_lazy("Hướng dẫn cho phụ huynh"),
        max_length=600,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Ở đâu, giờ nào, gặp ai, nói mã gì."),
    )
    payer_pays = forms.BooleanField(label=gettext_lazy("Phụ huynh chịu phí"), required=False)
    fee_basis_points = PercentFormField(
        label=gettext_lazy("Phí theo tỷ lệ (%)"),
        required=False,
        help_text=gettext_lazy("Theo hợp đồng, ví dụ 1,1. Để trống là không có."),
    )
    fee_fixed = DongFormField(label=gettext_lazy("Phí cố định mỗi lần (đồng)"), required=False, most=Dong(1_000_000))

    def __init__(self, *args: Any, method: Method, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "prefix": method.value})
        if method in _BY_CHANNEL:  # a channel brings its own fee, a transfer has none
            for name in ("payer_pays", "fee_fixed", "fee_basis_points"):
                del self.fields[name]

    def change(self) -> MethodChange:
        """What was asked, once the form is valid."""
        data = self.cleaned_data
        return MethodChange(
            is_on=data["is_on"], payer_pays=data.get("payer_pays", False), fee_fixed=data.get("fee_fixed") or ZERO,
            fee_basis_points=data.get("fee_basis_points") or 0, how_to=data["how_to"],
        )  # fmt: skip


@requires(Permission.SCHOOL_PAYMENT_READ)
@require_safe
def methods_page(request: AuthedRequest) -> HttpResponse:
    """The meter "n of 4 ready, n of 4 used" of this school year, with a booked payment as proof of each."""
    school = request.caller.school
    first, last = year_of_use()
    found = readiness(school.pk, first=first, last=last)
    four = [found[method] for method in FOUR]
    context = {
        "rows": [{"naming": NAMINGS[m], "state": r, "lack": LACKS[r.lack] if r.lack else ""} for m, r in found.items()],
        "ready": sum(r.is_ready for r in four),
        "used": sum(r.is_used for r in four),
        "least": LEAST_OF_FOUR,
        "is_enough": sum(r.is_ready for r in four) >= LEAST_OF_FOUR,
        "first": first,
        "last": last,
        "may_write": request.caller.may(Permission.SCHOOL_METHOD_WRITE),
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
        "ending": ending_contracts(school.pk) if request.caller.may(Permission.SCHOOL_SETUP_READ) else [],
    }
    return render(request, "workspaces/school/methods.html", context)


@requires(Permission.SCHOOL_METHOD_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def methods_settings(request: AuthedRequest) -> HttpResponse:
    """Which ways are offered, in which order, who bears the fee, what families are told."""
    school = request.caller.school
    present = settings_of(school.pk)
    shown = {
        method: MethodForm(request.POST or None, method=method, initial={
            "is_on": row.is_on, "position": number, "how_to": row.how_to, "payer_pays": row.payer_pays,
            "fee_fixed": row.fee_fixed, "fee_basis_points": row.fee_basis_points,
        })
        for number, (method, row) in enumerate(present.items(), start=1)
    }  # fmt: skip
    refused = ""
    if request.method == "POST" and _all_valid(shown.values()):
        order = sorted(shown, key=lambda m: shown[m].cleaned_data["position"])
        try:
            with transaction():
                changes = {method: form.change() for method, form in shown.items()}
                save_methods(school.pk, changes=changes, order=order, actor=request.caller.actor)
        except MethodRefusedError:
            refused = _("Bật ít nhất một cách nộp tiền.")
        else:
            messages.success(request, _("Đã lưu các cách nộp tiền."))
            return redirect("workspaces:methods")
    context = {"forms": [{"naming": NAMINGS[m], "form": form} for m, form in shown.items()], "refused": refused}
    status = 422 if refused or any(form.errors for form in shown.values()) else 200
    return render(request, "workspaces/school/methods_settings.html", context, status=status)


def _all_valid(shown: Iterable[MethodForm]) -> bool:
    """Whether every form is valid, each one looked at so that each shows its faults."""
    found = [form.is_valid() for form in shown]
    return all(found)


def year_of_use() -> tuple[dt.date, dt.date]:
    """The days of this school year so far."""
    today = clock.today()
    year = school_year_on(today)
    return (year.starts_on if year else dt.date(today.year, 1, 1)), today
