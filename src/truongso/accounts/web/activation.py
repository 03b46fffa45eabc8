"""The one-time link by which a person sets their own password (LC-3.3: none is ever handed out)."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from truongso.accounts.access import public
from truongso.accounts.models import ActivationLink
from truongso.accounts.passwords import rules_of
from truongso.accounts.queries import is_family_alone, memberships_on
from truongso.accounts.services import activate, activation_for, mark_activated, spend_link
from truongso.accounts.signin.devices import device_label
from truongso.accounts.web.forms import NewPasswordForm
from truongso.accounts.web.key_making import KeyNameForm, is_sound, keep_key, options_for
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction


@public("whoever holds the one-time link is its owner")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def activation(request: HttpRequest, token: str) -> HttpResponse:
    """Show whose account it is and take the password; a dead link says what to do."""
    link = activation_for(token)
    if link is None:
        return _dead(request)
    by_key = request.method == "POST" and "credential" in request.POST
    if by_key and (answer := _by_key(request, link)) is not None:
        return answer
    form = NewPasswordForm(None if by_key else request.POST or None)
    if form.is_valid():
        try:
            with transaction():
                done = activate(link=link, password=form.cleaned_data["password"], actor=_owner(link))
        except ValidationError as refusal:
            form.add_error("password", refusal)
        else:
            if not done:
                return _dead(request)
            record_authentication(request, link.user, "password")
            # The second factor is still asked for: a new password is no way around it (ASVS 6.4.3).
            entered: HttpResponse = perform_login(request, Login(user=link.user))
            return entered
    context: dict[str, Any] = {"form": form, "user_name": link.user.full_name, "username": link.user.username}
    context["memberships"] = memberships_on(link.user, clock.today())
    context["is_family"] = is_family_alone(link.user)
    context["key_failed"] = by_key
    context["rules"] = rules_of(link.user)
    context["options"] = options_for(link.user) if _takes_key(link) else None
    return render(request, "accounts/activation.html", context)


def _takes_key(link: ActivationLink) -> bool:
    """At the very first activation alone: later a key made by a link would be a way round the second factor."""
    return not link.user.was_begun


def _by_key(request: HttpRequest, link: ActivationLink) -> HttpResponse | None:
    """A passkey instead of a password; None when the browser's answer is not sound."""
    form = KeyNameForm(request.POST)
    if not _takes_key(link) or not form.is_valid() or not is_sound(form.cleaned_data["credential"]):
        return None
    name = device_label(request.headers.get("User-Agent", "")) or _("Khóa")
    with transaction():
        if not spend_link(link):
            return _dead(request)
        keep_key(user=link.user, name=name, credential=form.cleaned_data["credential"], actor=_owner(link))
        mark_activated(link.user)
    record_authentication(request, link.user, "mfa", type="webauthn", passwordless=True)
    messages.info(request, _("Đã tạo khóa. Tạo thêm mã dự phòng, phòng khi mất máy này."))
    entered: HttpResponse = perform_login(request, Login(user=link.user, redirect_url=reverse("accounts:security")))
    return entered


def _dead(request: HttpRequest) -> HttpResponse:
    """Unknown, used and run out look alike: guessing a link teaches nothing."""
    return render(request, "accounts/activation_dead.html", status=410)


def _owner(link: ActivationLink) -> Actor:
    return Actor(user_id=link.user_id, label=link.user.full_name, channel="web")
