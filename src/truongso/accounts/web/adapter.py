"""The account library's hook: nobody signs up by themselves, and no answer tells which accounts exist."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from truongso.accounts.models import User

_MISMATCH = _("Tên đăng nhập hoặc mật khẩu chưa đúng. Xem lại dấu, chữ hoa và bàn phím.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is closed; unknown, disabled and wrong are answered alike."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _MISMATCH,
        "email_password_mismatch": _MISMATCH,
        "too_many_login_attempts": _("Đã thử quá nhiều lần. Chờ 5 phút rồi thử lại."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Signing in and out show by themselves: no notices."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The user of the credentials; a disabled one is nobody, even with the right password."""
        user = super().authenticate(request, **credentials)
        return user if isinstance(user, User) and user.is_active else None
