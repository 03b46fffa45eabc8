"""Taking a passkey that the browser has just made."""

from __future__ import annotations

from typing import Any

from allauth.mfa.webauthn.internal import auth as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from truongso.accounts.factors.services import factor_added
from truongso.accounts.models import User
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required


class KeyNameForm(forms.Form):
    """A new passkey and what its owner calls it."""

    name = forms.CharField(label=_("Tên máy hoặc khóa"), max_length=60, required=False)
    credential = forms.JSONField(widget=forms.HiddenInput, error_messages={"required": _("Chưa có khóa.")})


def options_for(user: User) -> dict[str, Any]:
    """What the browser needs to make a key that identifies its owner alone; the challenge goes into the session."""
    return {"creation_options": webauthn.begin_registration(user, passwordless=True)}


def is_sound(credential: dict[str, Any]) -> bool:
    """Whether the browser's answer fits the challenge and the owner was verified (fingerprint, face, PIN)."""
    try:
        webauthn.parse_registration_response(credential)
        return bool(webauthn.complete_registration(credential).is_user_verified())
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        return False


@transaction_required
def keep_key(*, user: User, name: str, credential: dict[str, Any], actor: Actor) -> None:
    """Keep a sound key."""
    webauthn.WebAuthn.add(user, name, credential)
    factor_added(user=user, actor=actor, kind="key")
