"""One's own account: who am I, what am I where, my password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from truongso.accounts.access import AuthedRequest, signed_in, signed_in_while_due
from truongso.accounts.event_texts import country_text
from truongso.accounts.hygiene.mail_rules import is_due
from truongso.accounts.labels import role_name
from truongso.accounts.passwords import rules_of
from truongso.accounts.policy.breached import is_listed
from truongso.accounts.policy.queries import duty_of
from truongso.accounts.policy.services import require_change
from truongso.accounts.services import change_password, keep_password
from truongso.accounts.signin import countries, events, throttle
from truongso.accounts.signin.types import EventKind
from truongso.accounts.types import FAMILY_ROLES
from truongso.accounts.web.adapter import must_wait
from truongso.accounts.web.forms import ChangePasswordForm, factor_key
from truongso.accounts.web.gate import choose
from truongso.kernel.db import transaction


@signed_in_while_due
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password", "old_password")
def own_account(request: AuthedRequest) -> HttpResponse:
    """Shows the account; a POST changes the password."""
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _change(request, form):
        messages.success(request, _("Đã đổi mật khẩu. Các máy khác đã được đăng xuất."))
        return redirect("accounts:own_account")
    user = request.caller.user
    # The family's pages are open whatever role is chosen: there is nothing to change over to.
    places = [(one, role_name(one.role), one.role in FAMILY_ROLES) for one in request.caller.memberships]
    duty = duty_of(user)
    context = {
        "form": form, "caller": request.caller, "places": places, "rules": rules_of(user), "duty": duty,
        "may_keep": duty.remind and user.second_factor_since is not None, "has_password": user.has_usable_password(),
        "mail_rules_due": is_due(user),
        "countries": [(one, country_text(one.country)) for one in countries.unattested(user)],
    }  # fmt: skip
    return render(request, "accounts/own_account.html", context)


@signed_in
@require_http_methods(["POST"])
@sensitive_post_parameters("old_password")
def keep(request: AuthedRequest) -> HttpResponse:
    """Keep an old password after a look into the list of leaked ones; for accounts with a second factor."""
    user, password = request.caller.user, request.POST.get("old_password", "")
    key = factor_key(user)
    with transaction():
        wait = throttle.take(key)
    if wait or not user.check_password(password):
        events.note(EventKind.SLOWED if wait else EventKind.FAILED, user=user, method="password")
        text = must_wait(wait).messages[0] if wait else _("Mật khẩu hiện tại chưa đúng.")
        messages.error(request, text)
        return redirect("accounts:own_account")
    throttle.forget(key)
    with transaction():
        if is_listed(password):
            require_change(user=user, reason="leaked", actor=request.caller.actor)
            messages.error(request, _("Mật khẩu này nằm trong danh sách đã lộ. Đổi ngay."))
        else:
            keep_password(user=user, actor=request.caller.actor)
            messages.success(request, _("Đã kiểm tra với danh sách mật khẩu đã lộ và ghi nhận: giữ mật khẩu này."))
    return redirect("accounts:own_account")


@signed_in
@require_http_methods(["POST"])
def attest_country(request: AuthedRequest) -> HttpResponse:
    """The owner says that a sign-in from a new country was theirs."""
    with transaction():
        done = countries.attest(
            user=request.caller.user, country=request.POST.get("country", "")[:2], actor=request.caller.actor
        )
    if done:
        messages.success(request, _("Đã ghi nhận: thầy/cô, anh/chị xác nhận lần đăng nhập đó là của mình."))
    else:
        messages.error(request, _("Lần đăng nhập này đã được xác nhận trước đó."))
    return redirect("accounts:own_account")


@signed_in
@require_http_methods(["POST"])
def switch(request: AuthedRequest) -> HttpResponse:
    """Act in another of one's own memberships from now on."""
    wanted = request.POST.get("membership", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19 and choose(request, int(wanted))):
        messages.error(request, _("Đơn vị này không có trong tài khoản của thầy/cô. Chọn lại trong danh sách."))
        return redirect("accounts:own_account")
    return redirect("accounts:home")


def _change(request: AuthedRequest, form: ChangePasswordForm) -> bool:
    user = request.caller.user
    old, new = form.cleaned_data["old_password"], form.cleaned_data["password"]
    key = factor_key(user)
    with transaction():
        wait = throttle.take(key)
    if wait:
        events.note(EventKind.SLOWED, user=user, method="password")
        form.add_error(None, must_wait(wait))
        return False
    if not user.check_password(old):
        events.note(EventKind.FAILED, user=user, method="password")
        form.add_error("old_password", _("Mật khẩu hiện tại chưa đúng."))
        return False
    throttle.forget(key)
    if old == new:
        form.add_error("password", _("Mật khẩu mới phải khác mật khẩu hiện tại."))
    else:
        try:
            with transaction():
                change_password(user=user, password=new, actor=request.caller.actor)
                countries.attest_all(user=user, actor=request.caller.actor)
        except ValidationError as refusal:
            form.add_error("password", refusal)
            return False
        update_session_auth_hash(request, user)
        return True
    return False
