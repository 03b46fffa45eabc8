"""Password rules of the default profile "Theo công văn" (letter LC-3.3): four classes, or a long passphrase."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from truongso.kernel.names import fold

MIN_LENGTH = 8
FREE_FROM = 15
MAX_LENGTH = 128
_COMMON_WORDS = ("matkhau", "password", "truong", "hocsinh", "giaovien", "ketoan", "abc123", "123456", "admin")


class LetterPolicyValidator:
    """At least 8 characters of four classes, or at least 15 of any kind."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > MAX_LENGTH:
            raise ValidationError(_("Mật khẩu dài quá %(max)d ký tự.") % {"max": MAX_LENGTH}, code="too_long")
        if len(password) >= FREE_FROM:
            return
        classes = [
            any(c.isupper() for c in password),
            any(c.islower() for c in password),
            any(c.isdigit() for c in password),
            any(not c.isalnum() for c in password),
        ]
        if len(password) < MIN_LENGTH or not all(classes):
            raise ValidationError(self.get_help_text(), code="letter_policy")

    def get_help_text(self) -> str:
        return _(
            "Mật khẩu cần ít nhất %(min)d ký tự gồm chữ hoa, chữ thường, chữ số và ký tự đặc biệt; "
            "hoặc một câu dài từ %(free)d ký tự."
        ) % {"min": MIN_LENGTH, "free": FREE_FROM}


class ContextWordValidator:
    """Refuses passwords built on the person's own data or on words every attacker tries first (LC-3.3)."""

    def validate(self, password: str, user: Any = None) -> None:
        flat = "".join(c for c in fold(password).lower() if c.isalnum())
        words = [w for w in _COMMON_WORDS if len(flat) < FREE_FROM]
        for name in ("username", "phone", "email"):
            value = "".join(c for c in fold(str(getattr(user, name, "") or "").split("@")[0]).lower() if c.isalnum())
            if len(value) >= 4:
                words.append(value)
        given = fold(getattr(user, "full_name", "") or "").lower().split()
        if len(given) >= 2:
            words.append("".join(given))
        if any(word in flat for word in words):
            raise ValidationError(self.get_help_text(), code="context_word")

    def get_help_text(self) -> str:
        return _("Không dùng tên, số điện thoại, tên đăng nhập hoặc từ dễ đoán trong mật khẩu.")
