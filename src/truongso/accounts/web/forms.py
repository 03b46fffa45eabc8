"""Forms of sign-in, passwords and second factors."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm as LibraryLoginForm
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from truongso.accounts.factors.models import CodeSheet
from truongso.accounts.factors.services import use_code
from truongso.accounts.models import User
from truongso.accounts.policy.types import MAX_LENGTH
from truongso.accounts.signin import devices, events, throttle
from truongso.accounts.signin.types import EventKind
from truongso.accounts.web.adapter import must_wait
from truongso.kernel.db import transaction

_WRONG_CODE = _("Mã chưa đúng hoặc đã dùng. Xem lại và nhập mã mới nhất.")


class PasswordBox(forms.PasswordInput):
    """Password box that password managers and pasting work with."""

    def __init__(self, autocomplete: str, **attrs: Any) -> None:
        super().__init__({"autocomplete": autocomplete, "autocapitalize": "none", "spellcheck": "false", **attrs})


class LoginForm(LibraryLoginForm):  # type: ignore[misc]
    """The library's sign-in form in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("Tên đăng nhập"),
            max_length=254,
            widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
            error_messages={"required": _("Ghi tên đăng nhập.")},
        )
        self.fields["password"] = forms.CharField(
            label=_("Mật khẩu"),
            strip=False,
            max_length=4096,
            widget=PasswordBox("current-password"),
            error_messages={"required": _("Ghi mật khẩu.")},
        )
        self.order_fields(["login", "password"])

    def user_credentials(self) -> dict[str, str]:
        """Name or e-mail in one field, looked up once: one hash is computed whoever it is (no enumeration by time)."""
        return {"username": self.cleaned_data["login"].lower(), "password": self.cleaned_data.get("password", "")}


class NewPasswordForm(forms.Form):
    """The password a person chooses. The rules are checked by the service, against the person's own data."""

    password = forms.CharField(
        label=_("Mật khẩu mới"),
        strip=False,
        max_length=4096,
        widget=PasswordBox("new-password", minlength="8", maxlength=str(MAX_LENGTH)),
        error_messages={"required": _("Ghi mật khẩu mới.")},
    )


class ChangePasswordForm(NewPasswordForm):
    """Changing needs the present password (a session left open is not enough)."""

    old_password = forms.CharField(
        label=_("Mật khẩu hiện tại"),
        strip=False,
        max_length=4096,
        widget=PasswordBox("current-password"),
        error_messages={"required": _("Ghi mật khẩu hiện tại.")},
    )
    field_order = ["old_password", "password"]


class CodeForm(forms.Form):
    """One box for every typed code: of the app, of the printed sheet, a recovery code.

    Valid means spent. Tries are slowed down per person and source, so that a stranger who knows the password cannot
    keep the owner from typing theirs.
    """

    code = forms.CharField(
        label=_("Mã xác thực"),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
        error_messages={"required": _("Ghi mã xác thực.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.used: Authenticator | CodeSheet | None = None

    def clean_code(self) -> str:
        """Spend the code; raises when it is wrong, was used, or comes too early."""
        key = factor_key(self.user)
        with transaction():
            wait = throttle.take(key)
        if wait:
            events.note(EventKind.SLOWED, user=self.user, method="code")
            raise must_wait(wait)
        with transaction():
            self.used = use_code(self.user, self.cleaned_data["code"])
        if self.used is None:
            events.note(EventKind.FACTOR_FAILED, user=self.user, method="code")
            raise forms.ValidationError(_WRONG_CODE, code="incorrect_code")
        throttle.forget(key)
        return ""

    def save(self) -> None:
        """The proof is noted in the session."""
        if isinstance(self.used, Authenticator):
            post_authentication(context.request, self.used, reauthenticated=True)
        elif self.used is not None:
            record_authentication(context.request, self.user, "mfa", type="sheet", reauthenticated=True)


class KeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc]
    """What a passkey or security key signed."""

    reauthenticated = True


class PasswordForm(forms.Form):
    """The present password, for who has no second factor yet."""

    password = forms.CharField(
        label=_("Mật khẩu"),
        strip=False,
        max_length=4096,
        widget=PasswordBox("current-password"),
        error_messages={"required": _("Ghi mật khẩu.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Check it, slowed down like signing in."""
        key = factor_key(self.user)
        with transaction():
            wait = throttle.take(key)
        if wait:
            events.note(EventKind.SLOWED, user=self.user, method="password")
            raise must_wait(wait)
        if not self.user.check_password(self.cleaned_data["password"]):
            events.note(EventKind.FAILED, user=self.user, method="password")
            raise forms.ValidationError(_("Mật khẩu chưa đúng."), code="incorrect_password")
        throttle.forget(key)
        return ""

    def save(self) -> None:
        """The proof is noted in the session."""
        record_authentication(context.request, self.user, "password", reauthenticated=True)


class AppCodeForm(forms.Form):
    """First code of a new authenticator app: it proves that the secret arrived."""

    code = forms.CharField(
        label=_("Mã 6 số ứng dụng đang hiện"),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
        error_messages={"required": _("Ghi mã 6 số.")},
    )


def factor_key(user: User) -> str:
    """Where tries of second factors are counted: per person and known browser, else per person and source."""
    request = context.request
    device = devices.device_of(request, user)
    return throttle.key_of("factor", user.pk, device.public_id if device else throttle.source_of(request))
