"""What of signing in is not kept: ended sessions, and when the term of security logs is over what happened at the
door, devices, countries and unused links. Who did what stays in the audit chain.
"""

from __future__ import annotations

import datetime as dt

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from truongso.accounts.models import ActivationLink
from truongso.accounts.signin.countries import forget_countries
from truongso.accounts.signin.events import forget_events
from truongso.accounts.signin.models import Device
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.retention import terms

_PART = 1000


def forget_sessions() -> int:
    """Delete sessions that have ended, a part at a time, and what is older than the term; how many rows."""
    now = clock.now()
    old = now - dt.timedelta(days=terms()["security_log"].days)
    live = Session.objects.filter(session_key=OuterRef("session_key"))
    with transaction():
        ended = list(Session.objects.filter(expire_date__lt=now).values_list("pk", flat=True)[:_PART])
        gone = Session.objects.filter(pk__in=ended).delete()[0]
        gone += UserSession.objects.filter(~Exists(live), last_seen_at__lt=old).delete()[0]
        gone += Device.objects.filter(last_seen_at__lt=old).delete()[0]
        gone += forget_events(old, _PART)
        gone += forget_countries(old, _PART)
        gone += ActivationLink.objects.filter(expires_at__lt=old).delete()[0]
    return int(gone)
