"""Ended sessions go; the record of devices and links goes after twelve months; what is in use stays."""

from __future__ import annotations

import datetime as dt

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from tests import factories

from truongso.accounts.models import ActivationLink
from truongso.accounts.signin.models import Device
from truongso.accounts.types import Role
from truongso.kernel import clock, jobs
from truongso.kernel.retention import terms
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_has_ended_goes_and_what_is_in_use_stays(school: School) -> None:
    person, now = factories.user(Role.ACCOUNTANT, school=school), clock.now()
    before, after = now - dt.timedelta(seconds=1), now + dt.timedelta(hours=1)
    term = dt.timedelta(days=terms()["security_log"].days)
    for key, ends in (("ended", before), ("live", after), ("live-old", after)):
        Session.objects.create(session_key=key, session_data="x", expire_date=ends)
    for key, seen in (
        ("gone-old", now - term),
        ("gone-young", now - term + dt.timedelta(days=1)),
        ("live-old", now - term),
    ):
        UserSession.objects.create(
            user=person, session_key=key, ip="203.0.113.5", user_agent="x", last_seen_at=seen - dt.timedelta(minutes=1)
        )
    for label, seen in (("old", now - term), ("young", now)):
        Device.objects.create(
            user=person, token_hash=label, label=label, first_seen_at=seen, last_seen_at=seen - dt.timedelta(minutes=1)
        )
        ActivationLink.objects.create(
            user=person, token_hash=label, created_at=seen, expires_at=seen - dt.timedelta(minutes=1)
        )
    tick = jobs.ticks()["accounts.forget_sessions"]
    assert (tick(), tick()) == (4, 0)
    assert set(Session.objects.values_list("pk", flat=True)) == {"live", "live-old"}
    assert set(UserSession.objects.values_list("session_key", flat=True)) == {"gone-young", "live-old"}
    assert list(Device.objects.values_list("label", flat=True)) == ["young"]
    assert list(ActivationLink.objects.values_list("token_hash", flat=True)) == ["young"]
