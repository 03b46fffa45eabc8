"""How long a session lives, and which ones a person has.

Two bounds (ASVS 7.3): idle, held by the session store (`session_engine`), and absolute from the sign-in on.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import SessionBase

from truongso.accounts.models import User
from truongso.accounts.session_engine import IDLE_KEY
from truongso.kernel import clock

_ENDS_KEY = "ends_at"
_SEEN_KEY = "seen_at"
_SEEN_EVERY = 60


@dataclass(frozen=True, slots=True)
class Bounds:
    """Longest idle time and longest life of a session."""

    idle: dt.timedelta
    life: dt.timedelta


def begin(session: SessionBase, bounds: Bounds) -> None:
    """Start the clock of a session that was just signed in."""
    session[IDLE_KEY] = int(bounds.idle.total_seconds())
    session[_ENDS_KEY] = int((clock.now() + bounds.life).timestamp())
    session[_SEEN_KEY] = int(clock.now().timestamp())


def is_begun(session: SessionBase) -> bool:
    """Whether the session was signed in here (and not set up by hand, as tests do)."""
    return _SEEN_KEY in session


def is_over(session: SessionBase) -> bool:
    """Whether the session has reached its longest life."""
    ends_at = session.get(_ENDS_KEY)
    return ends_at is not None and clock.now().timestamp() >= ends_at


def beat(session: SessionBase) -> bool:
    """Once a minute: the session was used, which moves its idle end. True when this was such a minute."""
    now, seen_at = int(clock.now().timestamp()), session.get(_SEEN_KEY)
    if seen_at is None or 0 <= now - seen_at < _SEEN_EVERY:
        return False
    session[_SEEN_KEY] = now
    if session.session_key:
        UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=clock.now())
    return True


def sessions_of(user: User) -> list[UserSession]:
    """The user's living sessions, latest use first; those that have run out are forgotten."""
    found: list[UserSession] = UserSession.objects.purge_and_list(user)
    return sorted(found, key=lambda one: one.last_seen_at, reverse=True)


def end_sessions(user: User, *, but: str | None = None) -> int:
    """End all sessions of the user except the one with the key `but`; how many."""
    ended = 0
    for one in UserSession.objects.filter(user=user).exclude(session_key=but or ""):
        one.end()
        ended += 1
    return ended
