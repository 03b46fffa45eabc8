"""The payer of a pupil whose guardians nobody has named yet: "Phụ huynh em Nguyễn Bảo An".

Every invoice names its payer (letter LC-2.2), and a phone number needs someone to belong to. The first real
name replaces it.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from truongso.kernel.names import fold, tidy

_START = "Phụ huynh em "


def placeholder_for(student_name: str) -> str:
    """The stand-in name; at most 120 characters."""
    return (_("Phụ huynh em %(name)s") % {"name": student_name})[:120]


def is_placeholder(guardian_name: str) -> bool:
    """Whether a guardian's name is a stand-in."""
    return guardian_name.startswith((_START, _("Phụ huynh em %(name)s") % {"name": ""}))


def is_another_person(before: str, after: str) -> bool:
    """Whether a name written over another names another person: accents, case and spaces are corrections, and a
    stand-in was nobody yet."""
    return not is_placeholder(before) and fold(tidy(before)) != fold(tidy(after))
