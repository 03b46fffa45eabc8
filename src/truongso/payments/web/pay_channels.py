"""Channels at gateways: list, add, try, take into use, replace keys. What is secret goes in and never comes out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel.db import transaction
from truongso.kernel.money import ZERO
from truongso.kernel.ui.fields import DongFormField, PercentFormField
from truongso.payments.changes.keys import propose_channel_keys
from truongso.payments.changes.messages import change_text
from truongso.payments.changes.queries import open_changes_of
from truongso.payments.changes.types import ChangeRefusedError
from truongso.payments.gateways import channels as services
from truongso.payments.gateways.addresses import gateway_of, hook_url, sandbox_is_on
from truongso.payments.gateways.channels import ChannelTerms
from truongso.payments.gateways.messages import FIELDS, METHODS, PROVIDER_NAMES, gateway_text, problem_text
from truongso.payments.gateways.models import Channel
from truongso.payments.gateways.queries import channel_by_public_id, channels, recent_attempts
from truongso.payments.gateways.types import ChannelMethod, GatewayRefusedError
from truongso.payments.partners.operation import propose_channel
from truongso.payments.partners.queries import file_of
from truongso.payments.partners.types import PartnerKind
from truongso.payments.providers.registry import GATEWAYS

NEEDS = Permission.SCHOOL_CHANNEL_WRITE


class TermsForm(forms.Form):
    """Name and fee of a channel."""

    label = forms.CharField(
        label=gettext_lazy("Tên phụ huynh nhìn thấy"), max_length=80,
        help_text=gettext_lazy("Ví dụ: Thẻ ATM, thẻ quốc tế qua VNPAY"),
    )  # fmt: skip
    fee_percent = PercentFormField(
        label=gettext_lazy("Phí theo tỷ lệ (%)"), required=False,
        help_text=gettext_lazy("Theo hợp đồng với cổng, ví dụ 1,1. Để trống là không có."),
    )  # fmt: skip
    fee_fixed = DongFormField(label=gettext_lazy("Phí cố định mỗi lần (đồng)"), required=False)
    payer_pays = forms.BooleanField(
        label=gettext_lazy("Phụ huynh chịu phí"), required=False,
        help_text=gettext_lazy("Mặc định nhà trường chịu, phụ huynh nộp đúng số trên phiếu."),
    )  # fmt: skip

    def terms(self) -> ChannelTerms:
        return ChannelTerms(
            label=self.cleaned_data["label"], fee_fixed=self.cleaned_data["fee_fixed"] or ZERO,
            fee_basis_points=self.cleaned_data["fee_percent"], payer_pays=self.cleaned_data["payer_pays"],
        )  # fmt: skip


class KeysForm(forms.Form):
    """The fields a gateway gives to a merchant; what was typed is never sent back."""

    def __init__(self, *args: Any, provider: str, merchant: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.provider = provider
        for field in GATEWAYS[provider].fields:
            hidden = forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"})
            self.fields[field.name] = forms.CharField(
                label=FIELDS[field.name], max_length=128, widget=hidden if field.is_secret else forms.TextInput(),
                initial=merchant if field.name == GATEWAYS[provider].merchant_field else "",
            )  # fmt: skip

    def credentials(self) -> dict[str, str]:
        return {field.name: self.cleaned_data[field.name] for field in GATEWAYS[self.provider].fields}


class ReplacingKeysForm(KeysForm):
    """Other keys, and why."""

    ly_do = forms.CharField(
        label=gettext_lazy("Lý do"), max_length=300,
        help_text=gettext_lazy("Ví dụ: cổng đổi khóa định kỳ, khóa cũ bị lộ."),
    )  # fmt: skip


class NewChannelForm(TermsForm, KeysForm):
    """A new channel."""

    def __init__(self, *args: Any, provider: str, **kwargs: Any) -> None:
        super().__init__(*args, provider=provider, **kwargs)
        self.fields["method"] = forms.ChoiceField(
            label=_("Tính vào phương thức"), choices=[(m.value, METHODS[m.value]) for m in ChannelMethod]
        )
        gateway = GATEWAYS[provider]
        bases = [("", _("Chính thức"))]
        if gateway.test.api != gateway.live.api:
            bases.append((gateway.test.api, _("Thử nghiệm của cổng")))
        self.fields["api_base"] = forms.ChoiceField(label=_("Máy chủ"), choices=bases, required=False)
        if sandbox_is_on():
            self.fields["api_base"] = forms.CharField(label=_("Máy chủ (bản thử)"), required=False, max_length=200)


@requires(NEEDS)
@require_safe
def channel_list(request: AuthedRequest) -> HttpResponse:
    """All channels with their health, and the gateways to add."""
    rows = [_shown(channel) for channel in channels(request.caller.school.pk, active_only=False)]
    return render(request, "payments/pay_channels.html", {"rows": rows, "providers": PROVIDER_NAMES.items()})


@requires(NEEDS)
@require_http_methods(["GET", "POST"])
def channel_new(request: AuthedRequest, provider: str) -> HttpResponse:
    """Add a channel of one gateway."""
    if provider not in GATEWAYS:
        raise Http404
    initial = {"label": _("Trả qua %(name)s") % {"name": PROVIDER_NAMES[provider]}, "description_length": "25"}
    form = NewChannelForm(request.POST or None, provider=provider, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction():
                made = services.add_channel(
                    request.caller.school.pk, provider=provider, credentials=form.credentials(), terms=form.terms(),
                    method=ChannelMethod(form.cleaned_data["method"]), api_base=form.cleaned_data["api_base"].strip(),
                    actor=request.caller.actor,
                )  # fmt: skip
        except GatewayRefusedError as refusal:
            _blame(form, refusal)
        else:
            messages.success(request, _("Đã thêm kênh. Chép địa chỉ nhận thông báo sang cổng rồi làm hồ sơ đối tác."))
            return redirect("payments:pay_channel", made.public_id)
    return render(request, "payments/pay_channel_new.html", {"form": form, "name": PROVIDER_NAMES[provider]})


@requires(NEEDS)
@require_http_methods(["GET", "POST"])
def channel_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One channel; a POST changes its name and fee."""
    channel = _channel(request, public_id)
    form = TermsForm(request.POST or None, initial=_initial(channel))
    if request.method == "POST" and form.is_valid():
        try:
            with transaction():
                services.change_terms(channel, terms=form.terms(), actor=request.caller.actor)
        except GatewayRefusedError as refusal:
            _blame(form, refusal)
        else:
            messages.success(request, _("Đã lưu tên và phí của kênh."))
            return redirect("payments:pay_channel", channel.public_id)
    return _page(request, channel, form=form)


@requires(NEEDS, fresh=True)
@require_POST
def channel_keys(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Ask for other keys; once approved the former ones stay good for notices until they are dropped."""
    channel = _channel(request, public_id)
    if not request.caller.may(Permission.SCHOOL_SETUP_PROPOSE):
        raise PermissionDenied
    form = ReplacingKeysForm(request.POST, provider=channel.provider, merchant=channel.merchant)
    if form.is_valid():
        try:
            with transaction():
                propose_channel_keys(
                    channel, credentials=form.credentials(), reason=form.cleaned_data["ly_do"],
                    actor=request.caller.actor,
                )  # fmt: skip
        except GatewayRefusedError as refusal:
            _blame(form, refusal)
        except ChangeRefusedError as refusal:
            form.add_error(None, change_text(refusal))
        else:
            messages.success(request, _("Đã gửi khóa mới, giữ mã hóa. Người thứ hai duyệt rồi mới dùng."))
            return redirect("payments:pay_channel", channel.public_id)
    return _page(request, channel, keys=form)


@requires(NEEDS)
@require_POST
def channel_forget(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Drop the former keys."""
    channel = _channel(request, public_id)
    with transaction():
        services.forget_former_credentials(channel, actor=request.caller.actor)
    messages.success(request, _("Đã bỏ khóa cũ. Chỉ còn khóa hiện tại."))
    return redirect("payments:pay_channel", channel.public_id)


@requires(NEEDS, fresh=True)
@require_POST
def channel_switch(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Take out of use at once, or ask that somebody else opens the channel."""
    channel = _channel(request, public_id)
    if request.POST.get("bat") != "1":
        with transaction():
            services.set_active(channel, active=False, actor=request.caller.actor)
        messages.success(request, _("Đã tạm dừng kênh. Tiền của lần nộp đang dở vẫn được nhận."))
        return redirect("payments:pay_channel", channel.public_id)
    if not request.caller.may(Permission.SCHOOL_SETUP_PROPOSE):
        raise PermissionDenied
    try:
        with transaction():
            propose_channel(channel, reason=request.POST.get("ly_do", ""), actor=request.caller.actor)
    except ChangeRefusedError as refusal:
        messages.error(request, change_text(refusal))
    else:
        messages.success(request, _("Đã gửi đề nghị mở kênh. Người thứ hai duyệt là phụ huynh chọn được."))
    return redirect("payments:pay_channel", channel.public_id)


@requires(NEEDS)
@require_POST
def channel_try(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Ask the gateway something harmless."""
    channel = _channel(request, public_id)
    problem = services.try_connection(channel)
    if problem:
        messages.error(request, _("Chưa kết nối được. %(problem)s") % {"problem": problem_text(problem)})
    else:
        messages.success(request, _("Cổng đã trả lời và hiểu mã đơn vị, khóa của trường."))
    return redirect("payments:pay_channel", channel.public_id)


def _channel(request: AuthedRequest, public_id: str) -> Channel:
    found = channel_by_public_id(request.caller.school.pk, public_id)
    if found is None:
        raise Http404
    return found


def _page(
    request: AuthedRequest, channel: Channel, *, form: TermsForm | None = None, keys: ReplacingKeysForm | None = None
) -> HttpResponse:
    context = {
        **_shown(channel),
        "form": form or TermsForm(initial=_initial(channel)),
        "keys": keys or ReplacingKeysForm(provider=channel.provider, merchant=channel.merchant),
        "keys_open": keys is not None,
        "has_former": len(channel.sealed_credentials) > 1,
        "hook": hook_url(channel),
        "partner": file_of(channel.school_id, PartnerKind.GATEWAY, channel.public_id),
        "waiting": open_changes_of(channel.school_id, channel.public_id),
        "by_console": channel.provider in {"vnpay", "payos"},
        "is_public_url": settings.PUBLIC_URL.startswith("https://"),
        "attempts": recent_attempts(channel.school_id, channel),
    }
    return render(request, "payments/pay_channel.html", context)


def _shown(channel: Channel) -> dict[str, Any]:
    return {
        "channel": channel, "name": PROVIDER_NAMES[channel.provider], "method": METHODS[channel.method],
        "problem": problem_text(channel.last_problem) if channel.last_problem else "",
        "is_trial": bool(channel.api_base) and channel.api_base != gateway_of(channel).live.api,
    }  # fmt: skip


def _initial(channel: Channel) -> dict[str, Any]:
    return {
        "label": channel.label, "fee_percent": channel.fee_basis_points,
        "fee_fixed": channel.fee_fixed or None, "payer_pays": channel.payer_pays,
    }  # fmt: skip


def _blame(form: forms.Form, refusal: GatewayRefusedError) -> None:
    """Put the refusal at the field it is about."""
    named = {"bad_api_base": "api_base", "bad_label": "label", "bad_fee": "fee_percent"}
    field = str(refusal.params.get("field", "")) or named.get(refusal.code, "")
    if refusal.code == "other_merchant":
        field = next((f for f in form.fields if f in {g.merchant_field for g in GATEWAYS.values()}), "")
    form.add_error(field if field in form.fields else None, gateway_text(refusal))
