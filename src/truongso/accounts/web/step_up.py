"""Confirm again before what moves money or rights."""

from __future__ import annotations

import json
from typing import Any

from allauth.mfa.webauthn.internal import auth as webauthn
from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from truongso.accounts.access import AuthedRequest, signed_in_while_due
from truongso.accounts.factors.queries import Factors, factors_of
from truongso.accounts.models import User
from truongso.accounts.web.forms import CodeForm, KeyForm, PasswordForm
from truongso.accounts.web.fresh import STASH


@signed_in_while_due
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password", "code")
def step_up(request: AuthedRequest) -> HttpResponse:
    """A code, a key or (without a second factor) the password; then back, with the form that was sent."""
    user, target = request.caller.user, _target(request)
    factors = factors_of(user)
    form = _form(request, user, factors)
    if request.method == "POST" and form.is_valid():
        form.save()  # type: ignore[attr-defined]
        return _go_on(request, target)
    options = webauthn.begin_authentication(user) if factors.keys else None
    context: dict[str, Any] = {
        "form": form if not isinstance(form, KeyForm) else CodeForm(user=user),
        "key_failed": isinstance(form, KeyForm),
        "factors": factors, "target": target, "options": {"request_options": options},
    }  # fmt: skip
    return render(request, "accounts/step_up.html", context, status=422 if form.errors else 200)


def _form(request: AuthedRequest, user: User, factors: Factors) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    if not factors.has_any:
        return PasswordForm(data, user=user)
    if data is not None and "credential" in data and _is_json(data["credential"]):
        key_form: forms.Form = KeyForm(data, user=user)
        return key_form
    return CodeForm(data, user=user)


def _go_on(request: AuthedRequest, target: str) -> HttpResponse:
    """Back to the page; a kept form is shown as one button that sends it."""
    stash = request.session.pop(STASH, None)
    if not stash or stash.get("path") != target or stash.get("fields") is None:
        return redirect(target)
    return render(request, "accounts/step_up_done.html", {"target": target, "fields": stash["fields"]})


def _target(request: AuthedRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    is_path = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_path else "/"  # a word alone would be taken for the name of a view


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
