"""One's own second factors, known browsers and sessions."""

from __future__ import annotations

from typing import Any

from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from truongso.accounts.access import AuthedRequest, signed_in, signed_in_fresh
from truongso.accounts.event_texts import event_row
from truongso.accounts.factors import services
from truongso.accounts.factors.queries import LOW_CODES, Factors, app_id, factors_of
from truongso.accounts.models import User
from truongso.accounts.signin import events, sessions, throttle
from truongso.accounts.signin.devices import device_label, device_of
from truongso.accounts.signin.models import Device
from truongso.accounts.signin.types import EventKind
from truongso.accounts.web import fresh
from truongso.accounts.web.adapter import SecondFactorAdapter, must_wait
from truongso.accounts.web.forms import AppCodeForm, factor_key
from truongso.accounts.web.key_making import KeyNameForm, is_sound, keep_key, options_for
from truongso.kernel.db import transaction
from truongso.kernel.qr_image import qr_svg

_MOST_KEYS = 10
_SHOWN = 20


@signed_in
@require_http_methods(["GET", "HEAD"])
@never_cache
def security(request: AuthedRequest) -> HttpResponse:
    """What protects the account, and where it is signed in."""
    user = request.caller.user
    here = request.session.session_key
    own = device_of(request, user)
    context = {
        "caller": request.caller,
        "factors": factors_of(user),
        "sessions": [_session(one, here) for one in sessions.sessions_of(user)],
        "devices": [(one, own is not None and one.pk == own.pk) for one in _devices(user)],
        "low": LOW_CODES,
        "events": [event_row(one) for one in events.latest_of(user, _SHOWN)],
    }
    return render(request, "accounts/security.html", context)


@signed_in_fresh
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("code")
def add_app(request: AuthedRequest) -> HttpResponse:
    """Show the secret as QR and text; the first code proves that it arrived."""
    user = request.caller.user
    if not fresh.is_fresh(request, user):
        return fresh.ask(request)
    factors = factors_of(user)
    if factors.app_since is not None:
        return redirect("accounts:security")
    form = AppCodeForm(request.POST or None)
    secret = totp.get_totp_secret(regenerate=request.method != "POST")
    if form.is_valid() and _keep_app(request, form, secret):
        return _after_adding(request, factors, _("Đã thêm ứng dụng xác thực."))
    address = SecondFactorAdapter().build_totp_url(user, secret)
    context = {
        "form": form,
        # Drawn by us; its title is escaped there.
        "qr": mark_safe(qr_svg(address, title=_("Mã QR cho ứng dụng xác thực"))),  # noqa: S308
        "address": address,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
    }
    return render(request, "accounts/add_app.html", context, status=422 if form.errors else 200)


@signed_in_fresh
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def add_key(request: AuthedRequest) -> HttpResponse:
    """A passkey of this phone or computer, or a security key; made by the browser, kept by the library."""
    user = request.caller.user
    if not fresh.is_fresh(request, user):
        return fresh.ask(request)
    factors = factors_of(user)
    if len(factors.keys) >= _MOST_KEYS:
        messages.error(request, _("Đã có 10 khóa. Xóa khóa không dùng nữa rồi thêm."))
        return redirect("accounts:security")
    form = KeyNameForm(request.POST or None)
    if form.is_valid() and _keep_key(request, form):
        return _after_adding(request, factors, _("Đã thêm khóa. Lần sau đăng nhập bằng vân tay hoặc khuôn mặt."))
    context = {
        "form": form,
        "options": options_for(user),
        "suggested": device_label(request.headers.get("User-Agent", "")),
    }
    return render(request, "accounts/add_key.html", context, status=422 if form.errors else 200)


@signed_in_fresh
@require_http_methods(["POST"])
def remove_factor(request: AuthedRequest) -> HttpResponse:
    """Take an app or a key away."""
    wanted = request.POST.get("factor", "")
    user = request.caller.user
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else 0
    if wanted == "app":
        number = app_id(user)
    with transaction():
        gone = services.remove_authenticator(user=user, actor=request.caller.actor, authenticator_id=number)
    if gone:
        messages.success(request, _("Đã xóa lớp xác thực này."))
    else:
        messages.error(request, _("Lớp xác thực này không còn trong tài khoản."))
    return redirect("accounts:security")


@signed_in_fresh
@require_http_methods(["POST"])
@never_cache
def code_sheet(request: AuthedRequest) -> HttpResponse:
    """A fresh sheet to print, shown this once; `drop` ends the present one."""
    user, actor = request.caller.user, request.caller.actor
    if request.POST.get("act") == "drop":
        with transaction():
            services.drop_sheet(user=user, actor=actor)
        messages.success(request, _("Phiếu mã đã hết hiệu lực."))
        return redirect("accounts:security")
    with transaction():
        codes = services.make_sheet(user=user, actor=actor)
    return render(request, "accounts/code_sheet.html", {"codes": codes, "user_name": user.full_name, "kind": "sheet"})


@signed_in_fresh
@require_http_methods(["POST"])
@never_cache
def recovery_codes(request: AuthedRequest) -> HttpResponse:
    """Ten fresh recovery codes, shown this once."""
    user = request.caller.user
    if not user.second_factor_since:
        messages.error(request, _("Thêm một lớp xác thực trước, rồi tạo mã dự phòng."))
        return redirect("accounts:security")
    with transaction():
        codes = services.make_recovery_codes(user=user, actor=request.caller.actor)
    context = {"codes": codes, "user_name": user.full_name, "kind": "recovery"}
    return render(request, "accounts/code_sheet.html", context)


@signed_in
@require_http_methods(["POST"])
def end_session(request: AuthedRequest) -> HttpResponse:
    """Sign one other session out, or all others."""
    user, wanted = request.caller.user, request.POST.get("session", "")
    if wanted == "others":
        sessions.end_sessions(user, but=request.session.session_key)
        events.note(EventKind.SIGNED_OUT, user=user, method="elsewhere")
        messages.success(request, _("Đã đăng xuất các máy khác."))
        return redirect("accounts:security")
    rows = UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key or "")
    found = rows.filter(pk=int(wanted)).first() if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else None
    if found is None:
        messages.error(request, _("Phiên này đã kết thúc."))
    else:
        found.end()
        events.note(EventKind.SIGNED_OUT, user=user, method="elsewhere")
        messages.success(request, _("Đã đăng xuất máy đó."))
    return redirect("accounts:security")


@signed_in
@require_http_methods(["POST"])
def forget_device(request: AuthedRequest) -> HttpResponse:
    """A browser that is no longer mine: it is a stranger's from now on."""
    if Device.objects.filter(user=request.caller.user, public_id=request.POST.get("device", "")).delete()[0]:
        messages.success(request, _("Đã quên trình duyệt đó: lần sau phải xác thực lại từ đầu."))
    return redirect("accounts:security")


def _keep_app(request: AuthedRequest, form: AppCodeForm, secret: str) -> bool:
    user = request.caller.user
    key = factor_key(user)
    with transaction():
        wait = throttle.take(key)
    if wait:
        form.add_error("code", must_wait(wait))
        return False
    if not totp.validate_totp_code(secret, form.cleaned_data["code"]):
        form.add_error(
            "code", _("Mã chưa đúng. Chờ ứng dụng đổi mã rồi nhập lại; xem giờ của điện thoại có đúng không.")
        )
        return False
    throttle.forget(key)
    with transaction():
        totp.TOTP.activate(user, secret)
        services.factor_added(user=user, actor=request.caller.actor, kind="app")
    totp.clear_totp_secret(request)
    return True


def _keep_key(request: AuthedRequest, form: KeyNameForm) -> bool:
    credential = form.cleaned_data["credential"]
    if not is_sound(credential):
        form.add_error(None, _("Trình duyệt chưa tạo được khóa. Thử lại, hoặc dùng ứng dụng xác thực."))
        return False
    name = form.cleaned_data["name"] or device_label(request.headers.get("User-Agent", "")) or _("Khóa")
    with transaction():
        keep_key(user=request.caller.user, name=name, credential=credential, actor=request.caller.actor)
    return True


def _after_adding(request: AuthedRequest, before: Factors, text: str) -> HttpResponse:
    """The first factor brings recovery codes with it, shown once."""
    messages.success(request, text)
    if before.recovery_left is not None:
        return redirect("accounts:security")
    user = request.caller.user
    with transaction():
        codes = services.make_recovery_codes(user=user, actor=request.caller.actor)
    context = {"codes": codes, "user_name": user.full_name, "kind": "recovery"}
    return render(request, "accounts/code_sheet.html", context)


def _devices(user: User) -> list[Device]:
    return list(Device.objects.filter(user=user).order_by("-last_seen_at", "id"))


def _session(one: UserSession, here: str | None) -> dict[str, Any]:
    return {
        "id": one.pk, "label": device_label(one.user_agent), "ip": one.ip, "began": one.created_at,
        "seen": one.last_seen_at, "is_here": one.session_key == here,
    }  # fmt: skip
