"""Password rules of the profile "Theo công văn" (letter LC-3.3): four classes, or a long passphrase."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from truongso.accounts.models import User
from truongso.accounts.queries import places_of
from truongso.kernel.names import fold

MIN_LENGTH = 8
FREE_FROM = 15
MAX_LENGTH = 128
_COMMON_WORDS = (
    "matkhau", "password", "truong", "hocsinh", "giaovien", "ketoan", "abc123", "123456", "admin",
)  # fmt: skip
# What stands before a school's or unit's own name and says nothing about it.
_KINDS = re.compile(
    r"\b(?:TRUONG|TIEU HOC|TRUNG HOC|CO SO|PHO THONG|MAM NON|MAU GIAO|LIEN CAP|NOI TRU|BAN TRU|DAN TOC|"
    r"THCS|THPT|PTDTNT|PTDTBT|TH|MN|PT|SO|PHONG|GIAO DUC|VA|DAO TAO|GD&DT|UBND|XA|PHUONG|TINH|TP|HUYEN)\b"
)
_LEET = str.maketrans("@4301$57!", "aaeoissti")
_SHORTEST_WORD = 4


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
    """Refuses passwords built on the person, the school, or words every attacker tries first (LC-3.3).

    Schools' lists have leaked as school name + @123; letters swapped for look-alikes (@ for a) do not help.
    """

    def validate(self, password: str, user: Any = None) -> None:
        forms = {_flat(password), _flat(password.translate(_LEET))}
        words = {*_personal_words(user), *_place_words(user)}
        if len(_flat(password)) < FREE_FROM:
            words.update(_COMMON_WORDS)
        if any(word in form for word in words for form in forms):
            raise ValidationError(self.get_help_text(), code="context_word")

    def get_help_text(self) -> str:
        return _("Không dùng tên mình, tên trường, số điện thoại, tên đăng nhập hoặc từ dễ đoán trong mật khẩu.")


def _personal_words(user: Any) -> Iterable[str]:
    for field in ("username", "phone", "email"):
        value = _flat(str(getattr(user, field, "") or "").split("@")[0])
        if len(value) >= _SHORTEST_WORD:
            yield value
    name = fold(getattr(user, "full_name", "") or "").split()
    if len(name) >= 2:
        yield _flat("".join(name))
        ending = _flat("".join(name[-2:]))
        if len(ending) > _SHORTEST_WORD:
            yield ending


def _place_words(user: Any) -> Iterable[str]:
    """The proper names of the person's schools and units: "levantam" of Trường Tiểu học Lê Văn Tám."""
    if not isinstance(user, User) or user.pk is None:
        return
    for place in places_of(user):
        word = _flat(_KINDS.sub(" ", fold(place)))
        if len(word) >= _SHORTEST_WORD:
            yield word


def place_word_parts(place: str) -> list[str]:
    """The words of a place's proper name, folded: ["le", "van", "tam"] of Trường Tiểu học Lê Văn Tám."""
    parts = ("".join(c for c in word if c.isalnum()) for word in _KINDS.sub(" ", fold(place)).lower().split())
    return [part for part in parts if part]


def _flat(text: str) -> str:
    """Lower-case letters and digits alone, without accents."""
    return "".join(c for c in fold(text).lower() if c.isalnum())
