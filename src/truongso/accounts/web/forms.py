"""Forms of sign-in and passwords."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm as LibraryLoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from truongso.accounts.passwords import MAX_LENGTH


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
