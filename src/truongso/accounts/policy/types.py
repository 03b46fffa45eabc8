"""An account policy and its two profiles. Pure: no Django, no user texts.

The letters recommend four classes of characters and a change every three months (LC-3.2, LC-3.3); NIST SP 800-63B-4
(§3.1.1.2) forbids imposing either and asks for length, a blocklist and a second factor. Both are here: "letter" is
the default and enforces the change for accounts with a password alone; "nist" is one click away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from truongso.accounts.types import SENSITIVE_ROLES, STAFF_ROLES, Role

MAX_LENGTH = 128
LONG = 15
"""From so many characters on a password counts as a passphrase: length stands in for classes and rotation."""


class Profile(StrEnum):
    """The ready sets."""

    LETTER = "letter"
    NIST = "nist"


class Composition(StrEnum):
    """Four classes of characters in short passwords: weakest first."""

    OFF = "off"
    NUDGE = "nudge"
    REQUIRED = "required"


class Rotation(StrEnum):
    """Changing by the calendar: weakest first."""

    OFF = "off"
    REMIND = "remind"
    FORCE_PWONLY = "force_pwonly"
    FORCE_ALL = "force_all"


_COMPOSITIONS, _ROTATIONS = list(Composition), list(Rotation)


@dataclass(frozen=True, slots=True)
class Policy:
    """What passwords, second factors and sessions of an organisation's people must be. Days, minutes, hours as named.

    `min_len_single`: for accounts with a password alone; `min_len_mfa`: beside a second factor. From
    `composition_free_from` characters on no classes are asked for. `history`: so many earlier passwords are refused.
    `grace_days`: time for teachers to set a second factor up; `grace_days_sensitive`: for who moves money or rights.
    `review_days`: between two reviews of all accounts; `dormant_days`: unused so long, a staff account is suspended.
    """

    profile: Profile = Profile.LETTER
    min_len_single: int = 8
    min_len_mfa: int = 8
    composition: Composition = Composition.REQUIRED
    composition_free_from: int = LONG
    rotation: Rotation = Rotation.FORCE_PWONLY
    rotation_days: int = 90
    history: int = 3
    factor_roles: frozenset[Role] = STAFF_ROLES
    grace_days: int = 30
    grace_days_sensitive: int = 0
    idle_minutes: int = 12 * 60
    idle_minutes_sensitive: int = 30
    life_hours: int = 7 * 24
    life_hours_sensitive: int = 12
    review_days: int = 90
    dormant_days: int = 45

    def min_length(self, *, has_factor: bool) -> int:
        """Shortest password for an account with or without a second factor."""
        return self.min_len_mfa if has_factor else self.min_len_single

    def grace_of(self, role: Role) -> int:
        """Days a person with the role has for setting a second factor up."""
        return self.grace_days_sensitive if role in SENSITIVE_ROLES else self.grace_days


LETTER = Policy()
NIST = replace(LETTER, profile=Profile.NIST, min_len_single=LONG, composition=Composition.OFF, rotation=Rotation.OFF)
PROFILES = {Profile.LETTER: LETTER, Profile.NIST: NIST}

# Bounds within which an organisation may set its own figures.
BOUNDS: dict[str, tuple[int, int]] = {
    "min_len_single": (8, 64), "min_len_mfa": (8, 64), "composition_free_from": (LONG, 64), "rotation_days": (30, 365),
    "history": (0, 10), "grace_days": (0, 90), "grace_days_sensitive": (0, 30), "idle_minutes": (10, 12 * 60),
    "idle_minutes_sensitive": (10, 12 * 60), "life_hours": (1, 7 * 24), "life_hours_sensitive": (1, 7 * 24),
    "review_days": (30, 365), "dormant_days": (30, 365),
}  # fmt: skip
_HIGHER = ("min_len_single", "min_len_mfa", "composition_free_from", "history")
_LOWER = (
    "grace_days", "grace_days_sensitive", "idle_minutes", "idle_minutes_sensitive", "life_hours",
    "life_hours_sensitive", "review_days", "dormant_days",
)  # fmt: skip


def weaker_fields(own: Policy, above: Policy) -> list[str]:
    """In which fields `own` is weaker than what holds above it, in the order of security.

    Classes and rotation count only while short passwords are taken: long ones make up for both. Rotation never makes
    up for a missing second factor: roles and days of grace are compared by themselves.
    """
    found = [name for name in _HIGHER if getattr(own, name) < getattr(above, name)]
    found += [name for name in _LOWER if getattr(own, name) > getattr(above, name)]
    if not above.factor_roles <= own.factor_roles:
        found.append("factor_roles")
    if own.min_len_single < LONG:
        if _COMPOSITIONS.index(own.composition) < _COMPOSITIONS.index(above.composition):
            found.append("composition")
        if _rotation_rank(own) < _rotation_rank(above):
            found.append("rotation")
    return sorted(found)


def combined(above: Policy, own: Policy) -> Policy:
    """Both at once, the stricter of each field: what holds when the organisation above is tightened later."""
    changes: dict[str, object] = {name: max(getattr(above, name), getattr(own, name)) for name in _HIGHER}
    changes |= {name: min(getattr(above, name), getattr(own, name)) for name in _LOWER}
    changes["factor_roles"] = above.factor_roles | own.factor_roles
    length = max(above.min_len_single, own.min_len_single)
    if length < LONG:
        changes["composition"] = max(above.composition, own.composition, key=_COMPOSITIONS.index)
        stricter = max(above, own, key=_rotation_rank)
        changes["rotation"], changes["rotation_days"] = stricter.rotation, stricter.rotation_days
    return replace(own, **changes)  # type: ignore[arg-type]


def _rotation_rank(policy: Policy) -> tuple[int, int]:
    return _ROTATIONS.index(policy.rotation), -policy.rotation_days
