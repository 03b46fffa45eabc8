"""Checks of a new password, in words: form by policy, history, lists of leaked ones, words of person and school."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from truongso.accounts.models import User
from truongso.accounts.policy.breached import is_listed
from truongso.accounts.policy.queries import policy_of
from truongso.accounts.policy.rules import Fault, form_fault
from truongso.accounts.policy.services import was_used
from truongso.accounts.policy.types import LETTER, MAX_LENGTH, Composition, Policy
from truongso.accounts.queries import place_codes_of, places_of
from truongso.kernel.names import fold

FREE_FROM = 15
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


class PolicyValidator:
    """Length and classes by the policy at the person's places; see `policy.rules`."""

    def validate(self, password: str, user: Any = None) -> None:
        policy, has_factor = _policy(user)
        fault = form_fault(password, policy, has_factor=has_factor)
        if fault is Fault.TOO_LONG:
            raise ValidationError(_("Mật khẩu dài quá %(max)d ký tự.") % {"max": MAX_LENGTH}, code=fault.value)
        if fault is Fault.TOO_SHORT:
            least = policy.min_length(has_factor=has_factor)
            raise ValidationError(_("Mật khẩu cần ít nhất %(min)d ký tự.") % {"min": least}, code=fault.value)
        if fault is not None:
            raise ValidationError(classes_text(policy, has_factor=has_factor), code=fault.value)

    def get_help_text(self) -> str:
        return classes_text(LETTER, has_factor=False)


class HistoryValidator:
    """Refuses the present password and the ones just before it."""

    def validate(self, password: str, user: Any = None) -> None:
        if isinstance(user, User) and was_used(user, password, _policy(user)[0].history):
            raise ValidationError(self.get_help_text(), code="used_before")

    def get_help_text(self) -> str:
        return _("Mật khẩu này đã dùng trước đây. Chọn mật khẩu khác.")


class BreachedValidator:
    """Refuses whole passwords that stand in a list of leaked or most used ones."""

    def validate(self, password: str, user: Any = None) -> None:
        if is_listed(password):
            raise ValidationError(self.get_help_text(), code="breached")

    def get_help_text(self) -> str:
        return _("Mật khẩu này nằm trong danh sách đã lộ hoặc quá nhiều người dùng. Chọn mật khẩu khác.")


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """What the page beside a password box says."""

    least: int
    free_from: int
    asks_classes: bool
    advises_classes: bool = False
    """Four classes make a short password better, and are not asked for (`Composition.NUDGE`)."""


def rules_of(user: User) -> PasswordRules:
    """The rules for a person's next password."""
    policy, has_factor = _policy(user)
    least = policy.min_length(has_factor=has_factor)
    is_short = least < policy.composition_free_from
    return PasswordRules(
        least,
        policy.composition_free_from,
        asks_classes=is_short and policy.composition is Composition.REQUIRED,
        advises_classes=is_short and policy.composition is Composition.NUDGE,
    )


def classes_text(policy: Policy, *, has_factor: bool) -> str:
    """The rule of classes in one sentence."""
    least = policy.min_length(has_factor=has_factor)
    if least >= policy.composition_free_from or policy.composition is not Composition.REQUIRED:
        return _("Mật khẩu cần ít nhất %(min)d ký tự.") % {"min": least}
    return _(
        "Mật khẩu cần ít nhất %(min)d ký tự gồm chữ hoa, chữ thường, chữ số và ký tự đặc biệt; "
        "hoặc một câu dài từ %(free)d ký tự."
    ) % {"min": least, "free": policy.composition_free_from}


def _policy(user: Any) -> tuple[Policy, bool]:
    if not isinstance(user, User) or user.pk is None:
        return LETTER, False
    return policy_of(user), user.second_factor_since is not None


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
    """The codes of the person's schools and units, and their proper names: "levantam" of Trường Tiểu học Lê Văn Tám."""
    if not isinstance(user, User) or user.pk is None:
        return
    for code in place_codes_of(user):
        if len(_flat(code)) >= _SHORTEST_WORD:
            yield _flat(code)
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
