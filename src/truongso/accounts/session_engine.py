"""Sessions in the database whose idle time is that of the person's roles (ASVS 7.3.1)."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

IDLE_KEY = "idle_seconds"


class SessionStore(DatabaseStore):
    """The row ends so many seconds after the last save; the cookie ends with the browser."""

    def get_session_cookie_age(self) -> int:
        return int(self.get(IDLE_KEY, super().get_session_cookie_age()))
