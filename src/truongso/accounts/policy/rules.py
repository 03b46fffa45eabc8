"""What a policy says of a password and of an account's age. Pure: codes, no texts."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from truongso.accounts.policy.types import MAX_LENGTH, Composition, Policy, Rotation


class Fault(StrEnum):
    """Why a password is refused by its form."""

    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    CLASSES = "letter_policy"


class Age(StrEnum):
    """What the age of a password asks for."""

    FINE = ""
    REMIND = "remind"
    CHANGE = "change"


REMIND_BEFORE = 14
"""Days before a forced change from which its owner is reminded."""


def form_fault(password: str, policy: Policy, *, has_factor: bool) -> Fault | None:
    """What is wrong with the form of a password; None when nothing is."""
    if len(password) > MAX_LENGTH:
        return Fault.TOO_LONG
    if len(password) < policy.min_length(has_factor=has_factor):
        return Fault.CLASSES if policy.composition is Composition.REQUIRED else Fault.TOO_SHORT
    needs_classes = policy.composition is Composition.REQUIRED and len(password) < policy.composition_free_from
    return Fault.CLASSES if needs_classes and not has_all_classes(password) else None


def has_all_classes(password: str) -> bool:
    """Upper and lower case, digit, and something that is neither letter nor digit."""
    return (
        any(c.isupper() for c in password)
        and any(c.islower() for c in password)
        and any(c.isdigit() for c in password)
        and any(not c.isalnum() for c in password)
    )


def due_on(changed: dt.date, policy: Policy) -> dt.date | None:
    """The day on which the calendar asks for a change; None when it never does."""
    return None if policy.rotation is Rotation.OFF else changed + dt.timedelta(days=policy.rotation_days)


def age_asks(changed: dt.date, policy: Policy, *, has_factor: bool, today: dt.date, kept: dt.date | None = None) -> Age:
    """What the age of a password asks for today.

    `kept`: when its owner last attested, after a look into the list of leaked ones, that it stays; that quiets the
    reminder for another round and nothing else.
    """
    due = due_on(changed, policy)
    if due is None:
        return Age.FINE
    forced = policy.rotation is Rotation.FORCE_ALL or (policy.rotation is Rotation.FORCE_PWONLY and not has_factor)
    if forced:
        if today >= due:
            return Age.CHANGE
        return Age.REMIND if today >= due - dt.timedelta(days=REMIND_BEFORE) else Age.FINE
    quiet_until = max(due, kept + dt.timedelta(days=policy.rotation_days)) if kept else due
    return Age.REMIND if today >= quiet_until else Age.FINE
