"""Which parts of the product a school does without."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from truongso.accounts.access import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel.db import transaction
from truongso.organizations.public import switch_modules
from truongso.organizations.types import Module

NAMES = {
    Module.COUNTER: (
        gettext_lazy("Quầy thu"), gettext_lazy("Thu tiền mặt và ghi phiếu quẹt thẻ tại trường."),
    ),
    Module.REMINDERS: (gettext_lazy("Nhắc nộp"), gettext_lazy("Gửi tin nhắc tới gia đình còn khoản chưa nộp.")),
    Module.EINVOICE: (
        gettext_lazy("Bàn giao hóa đơn"), gettext_lazy("Chuyển số liệu sang phần mềm hóa đơn điện tử."),
    ),
    Module.GATEWAYS: (gettext_lazy("Kênh thu"), gettext_lazy("Cổng thanh toán và ví điện tử.")),
}  # fmt: skip


class ModulesForm(forms.Form):
    """One box for each part; ticked: the school uses it."""

    used = forms.MultipleChoiceField(
        label=gettext_lazy("Trường đang dùng"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(module.value, name) for module, (name, _note) in NAMES.items()],
    )  # fmt: skip


@requires(Permission.SCHOOL_MODULE_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def modules(request: AuthedRequest) -> HttpResponse:
    """Switch parts on and off. Receipts, figures and reports of what was recorded stay."""
    school = request.caller.school
    on = [module.value for module in Module if module.value not in school.switched_off]
    form = ModulesForm(request.POST if request.method == "POST" else None, initial={"used": on})
    if request.method == "POST" and form.is_valid():
        off = [module for module in Module if module.value not in form.cleaned_data["used"]]
        with transaction():
            switch_modules(actor=request.caller.actor, school=school, off=off)
        messages.success(request, _("Đã lưu. Biên lai, số liệu và báo cáo đã có không đổi."))
        return redirect("accounts:modules")
    rows = [(module.value, name, note, module.value in on) for module, (name, note) in NAMES.items()]
    return render(request, "accounts/modules.html", {"form": form, "rows": rows})
