"""The second factor at sign-in, and signing in by passkey alone."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from truongso.accounts.access import public
from truongso.accounts.factors.queries import factors_of
from truongso.accounts.signin import events
from truongso.accounts.signin.types import EventKind
from truongso.accounts.web.adapter import TRUST_FLAG
from truongso.accounts.web.forms import CodeForm, KeyForm


class SecondFactor(AuthenticateView):  # type: ignore[misc]
    """The library's second step in our template: a code of any kind, or a key."""

    http_method_names = ["get", "head", "post"]
    form_class = CodeForm
    webauthn_form_class = KeyForm
    template_name = "accounts/second_factor.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """The sign-in goes on; this browser is trusted from now on if the person ticked it."""
        setattr(self.request, TRUST_FLAG, self.request.POST.get("trust") == "on")
        entered: HttpResponse = super().form_valid(form)
        return entered

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return {**found, "factors": factors_of(self.stage.login.user)}


class PasskeySignIn(LoginWebAuthnView):  # type: ignore[misc]
    """Signing in with a passkey: asked by script for the options, sent as a form. No name is typed, none is told."""

    http_method_names = ["get", "head", "post"]

    def form_invalid(self, form: Any) -> HttpResponse:
        events.note(EventKind.FAILED, method="webauthn")
        context = {"problem": _("Khóa này chưa dùng được ở đây. Đăng nhập bằng mật khẩu.")}
        return render(self.request, "accounts/passkey_failed.html", context, status=422)

    def form_valid(self, form: Any) -> HttpResponse:
        """As the library does, but back to where the person was going."""
        key = form.cleaned_data["credential"]
        if not key.user.is_active:
            return self.form_invalid(form)
        post_authentication(self.request, key, passwordless=True)
        login = Login(user=key.user, redirect_url=get_next_redirect_url(self.request))
        entered: HttpResponse = perform_login(self.request, login)
        return entered


second_factor = public("the step between password and being known")(SecondFactor.as_view())
passkey_sign_in = public("signing in comes before being known")(PasskeySignIn.as_view())


@public("the account library sends disabled people here; it is told apart from nothing")
def inactive(request: HttpRequest) -> HttpResponse:
    """Disabled accounts look like none."""
    return redirect("account_login")
