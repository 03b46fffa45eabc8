"""Words and terms of account hygiene. Pure."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from truongso.accounts.types import Role

REVIEW_TERM = dt.timedelta(days=14)
"""Days a campaign has; what nobody reviewed by then is suspended (security design §3.2, LC-3.1)."""

REMIND_ON = (0, 7, 12)
"""Days after the start of a campaign on which reviewers are told how many accounts wait."""

WARN_BEFORE = 7
"""Days between telling the owner of a long unused account and suspending it."""

MAIL_RULES_VERSION = 1
"""Version of the rules of official mail (LC-3.3); a new one is acknowledged anew."""

KEEPER_ROLES = (Role.PRINCIPAL, Role.IT_ADMIN, Role.OFFICE)
"""The last one who holds such a role at a place is never suspended by the clock: somebody must let others in again."""


class AccountClass(StrEnum):
    """Whose account it is. A shared account belongs to no single person and has somebody who answers for it."""

    STAFF = "staff"
    SHARED = "shared"
    PARENT = "parent"
    PUPIL = "pupil"


class AccountState(StrEnum):
    """What stands in the way of using an account, the strongest first."""

    SUSPENDED = "suspended"
    LEFT = "left"
    NEW = "new"  # nobody has set a password or key yet
    RESET = "reset"  # the password was taken away: a link is needed
    CHANGE = "change"  # nothing goes before the password is changed
    ACTIVE = "active"


class ReviewDecision(StrEnum):
    """What became of an account in a campaign; "" while it waits. The last three come from the clock."""

    CONFIRMED = "confirmed"
    DISABLED = "disabled"
    OWNER_CHANGED = "owner_changed"
    EXPIRED = "expired"
    SPARED = "spared"  # the last principal, administrator or office
    ELSEWHERE = "elsewhere"  # has roles where this campaign has no say


BY_CLOCK = frozenset({ReviewDecision.EXPIRED, ReviewDecision.SPARED, ReviewDecision.ELSEWHERE})


class LeakOutcome(StrEnum):
    """What was done to an account of a leaked list; "" before."""

    LINK = "link"  # signed out everywhere, password taken away
    CHANGE = "change"  # signed out everywhere, password to be changed after both factors
    SIGNED_OUT = "signed_out"  # has a passkey alone: there is no password to change


def class_of(roles: set[Role], *, shared: bool) -> AccountClass:
    """The class of an account by its roles at a place."""
    if shared:
        return AccountClass.SHARED
    if roles and roles <= {Role.PUPIL}:
        return AccountClass.PUPIL
    if roles and roles <= {Role.PARENT, Role.PUPIL}:
        return AccountClass.PARENT
    return AccountClass.STAFF
