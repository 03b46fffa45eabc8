"""The one-time link by which a person sets their own password (LC-3.3: none is ever handed out)."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from truongso.accounts.access import public
from truongso.accounts.models import ActivationLink
from truongso.accounts.queries import memberships_on
from truongso.accounts.services import activate, activation_for
from truongso.accounts.web.forms import NewPasswordForm
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
    form = NewPasswordForm(request.POST or None)
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
    context = {"form": form, "user_name": link.user.full_name, "username": link.user.username}
    context["memberships"] = memberships_on(link.user, clock.today())
    return render(request, "accounts/activation.html", context)


def _dead(request: HttpRequest) -> HttpResponse:
    """Unknown, used and run out look alike: guessing a link teaches nothing."""
    return render(request, "accounts/activation_dead.html", status=410)


def _owner(link: ActivationLink) -> Actor:
    return Actor(user_id=link.user_id, label=link.user.full_name, channel="web")
