"""Setting messages up: the wording of reminders with a preview, channels with their secrets, quiet hours and limits."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel.db import transaction
from truongso.messaging.public import (
    CATALOGUE,
    Text,
    channels_of,
    check_subject,
    check_text,
    delivery_counts,
    example_of,
    is_security,
    opt_in,
    opt_out,
    refusal_text,
    reset_template,
    rules_of,
    save_channel,
    save_rules,
    save_template,
    text_of,
    texts,
)
from truongso.messaging.types import ChannelKind, MessagingRefusedError
from truongso.payments.reminders.messages import WAYS
from truongso.payments.reminders.types import Way

_NAMES = {kind: WAYS[Way(kind.value)] for kind in ChannelKind}


class TemplateForm(forms.Form):
    """The wording of a message on one channel."""

    tieu_de = forms.CharField(label=gettext_lazy("Tiêu đề (chỉ e-mail)"), required=False, max_length=120)
    noi_dung = forms.CharField(
        label=gettext_lazy("Nội dung"), max_length=2000, widget=forms.Textarea(attrs={"rows": 8})
    )  # fmt: skip


class ChannelForm(forms.Form):
    """One channel's settings; the secret is written, never shown."""

    bat = forms.BooleanField(label=gettext_lazy("Bật kênh này"), required=False)
    nguoi_gui = forms.CharField(label=gettext_lazy("Người gửi"), required=False, max_length=120)
    dia_chi = forms.CharField(label=gettext_lazy("Địa chỉ kết nối của đối tác"), required=False, max_length=300)
    khoa = forms.CharField(
        label=gettext_lazy("Khóa bí mật"), required=False, max_length=4000,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Để trống là giữ khóa đang có. Khóa không hiện lại sau khi lưu."),
    )  # fmt: skip


class RulesForm(forms.Form):
    """Quiet hours and the daily limit."""

    tu = forms.TimeField(label=gettext_lazy("Yên lặng từ"), input_formats=["%H:%M"])
    den = forms.TimeField(label=gettext_lazy("đến"), input_formats=["%H:%M"])
    moi_ngay = forms.IntegerField(label=gettext_lazy("Nhiều nhất mỗi người một ngày"), min_value=1, max_value=20)


class OptOutForm(forms.Form):
    """An address that wants no more reminders, or wants them again."""

    kenh = forms.ChoiceField(label=gettext_lazy("Kênh"), choices=[(k.value, name) for k, name in _NAMES.items()])
    dia_chi = forms.CharField(label=gettext_lazy("Số điện thoại hoặc e-mail"), max_length=254)


@requires(Permission.SCHOOL_REMINDER_WRITE)
@require_safe
def template_list(request: AuthedRequest) -> HttpResponse:
    """Messages and channels, with what is worded by the school itself."""
    found = texts(request.caller.school.pk)
    rows = [
        {"title": CATALOGUE[code].title, "code": code, "kind": kind.value, "channel": _NAMES[kind], "own": text.own,
         "sample": example_of(text).body}
        for (code, kind), text in found.items()
        if not is_security(code)
    ]  # fmt: skip
    return render(request, "payments/template_list.html", {"rows": rows})


@requires(Permission.SCHOOL_REMINDER_WRITE)
@require_http_methods(["GET", "POST"])
def template_edit(request: AuthedRequest, code: str, kind: str) -> HttpResponse:
    """Word a message; a preview with invented values comes before it is saved."""
    school_id, actor = request.caller.school.pk, request.caller.actor
    if code not in CATALOGUE or is_security(code) or kind not in {k.value for k in ChannelKind}:
        raise Http404
    channel = ChannelKind(kind)
    present = text_of(school_id, code, channel)
    form = TemplateForm(request.POST or None, initial={"tieu_de": present.subject, "noi_dung": present.text})
    sample = example_of(present)
    if request.method == "POST" and "mac_dinh" in request.POST:
        with transaction():
            reset_template(school_id, code=code, kind=channel, actor=actor)
        return redirect("payments:templates")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            sample = _checked(code, channel, data["tieu_de"], data["noi_dung"])
            if "luu" in request.POST:
                with transaction():
                    save_template(
                        school_id, code=code, kind=channel, subject=data["tieu_de"], text=data["noi_dung"], actor=actor
                    )  # fmt: skip
                messages.success(request, _("Đã lưu mẫu tin."))
                return redirect("payments:templates")
        except MessagingRefusedError as refusal:
            form.add_error("noi_dung", refusal_text(refusal))
    context = {
        "form": form, "title": CATALOGUE[code].title, "channel": _NAMES[channel], "sample": sample, "own": present.own,
        "places": [{"name": f"{{{name}}}", "what": what} for name, what in CATALOGUE[code].places.items()],
    }  # fmt: skip
    return render(request, "payments/template_edit.html", context)


@requires(Permission.SCHOOL_MESSAGING_WRITE)
@require_http_methods(["GET", "POST"])
def channels_page(request: AuthedRequest) -> HttpResponse:
    """Channels, quiet hours, opt-outs."""
    school_id, actor = request.caller.school.pk, request.caller.actor
    rules = rules_of(school_id)
    filled = {"tu": f"{rules.quiet_from:%H:%M}", "den": f"{rules.quiet_to:%H:%M}", "moi_ngay": rules.per_day}
    rules_form = RulesForm(request.POST if "gio_yen_lang" in request.POST else None, initial=filled)
    out_form = OptOutForm(request.POST if {"tu_choi", "nhan_lai"} & set(request.POST) else None)
    if request.method == "POST":
        for form in (rules_form, out_form):
            if form.is_bound and form.is_valid():
                try:
                    with transaction():
                        _save(school_id, form, actor, wants_out="tu_choi" in request.POST)
                    messages.success(request, _("Đã lưu."))
                    return redirect("payments:channels")
                except MessagingRefusedError as refusal:
                    form.add_error(None, refusal_text(refusal))
    known = channels_of(school_id)
    rows = [{"kind": k.value, "name": name, "row": known.get(k)} for k, name in _NAMES.items()]
    counts = delivery_counts(school_id)
    context = {
        "rows": rows, "rules_form": rules_form, "out_form": out_form,
        "counts": {state.value: count for state, count in counts.items()},
    }  # fmt: skip
    return render(request, "payments/channels.html", context)


@requires(Permission.SCHOOL_MESSAGING_WRITE)
@require_http_methods(["GET", "POST"])
def channel_edit(request: AuthedRequest, kind: str) -> HttpResponse:
    """One channel."""
    if kind not in {k.value for k in ChannelKind}:
        raise Http404
    school_id, channel = request.caller.school.pk, ChannelKind(kind)
    row = channels_of(school_id).get(channel)
    initial = {"bat": row.is_active, "nguoi_gui": row.sender, "dia_chi": row.endpoint} if row else {}
    form = ChannelForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            with transaction():
                save_channel(
                    school_id, kind=channel, is_active=data["bat"], sender=data["nguoi_gui"], endpoint=data["dia_chi"],
                    secret=data["khoa"], actor=request.caller.actor,
                )  # fmt: skip
            messages.success(request, _("Đã lưu kênh %(name)s.") % {"name": _NAMES[channel]})
            return redirect("payments:channels")
        except MessagingRefusedError as refusal:
            form.add_error(None, refusal_text(refusal))
    context = {
        "form": form, "name": _NAMES[channel], "kind": kind, "is_http": channel in {ChannelKind.ZALO, ChannelKind.SMS},
        "has_sender": channel is not ChannelKind.FILE, "has_secret": bool(row and row.sealed_secret),
    }  # fmt: skip
    return render(request, "payments/channel_edit.html", context)


def _checked(code: str, kind: ChannelKind, subject: str, text: str) -> Any:
    """The wording as it would look. Raises MessagingRefusedError when it cannot be used."""
    places = CATALOGUE[code].places
    return example_of(
        Text(code, kind, check_subject(subject, allowed=places), check_text(text, allowed=places), own=True)
    )  # fmt: skip


def _save(school_id: int, form: forms.Form, actor: Any, *, wants_out: bool) -> None:
    data = form.cleaned_data
    if isinstance(form, RulesForm):
        first, last = _time(data["tu"]), _time(data["den"])
        save_rules(school_id, quiet_from=first, quiet_to=last, per_day=data["moi_ngay"], actor=actor)
        return
    act = opt_out if wants_out else opt_in
    act(school_id, kind=ChannelKind(data["kenh"]), address=data["dia_chi"], actor=actor)


def _time(value: dt.time) -> dt.time:
    return value.replace(second=0, microsecond=0)
