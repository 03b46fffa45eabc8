"""The stage of signing in at which the second factor is asked for."""

from __future__ import annotations

from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal.flows import did_use_passwordless_login
from django.http import HttpRequest

from truongso.accounts.factors.queries import has_second_factor
from truongso.accounts.models import User
from truongso.accounts.signin import countries, devices


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]
    """Asks who has a factor, unless a passkey was used or the person trusted this browser and is in no new country."""

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        if not isinstance(user, User) or not has_second_factor(user):
            return False
        if did_use_passwordless_login(request, user):
            return False
        return not devices.is_trusted(request, user) or countries.is_strange(request, user)
