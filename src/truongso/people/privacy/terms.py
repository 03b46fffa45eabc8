"""The law's clock for requests about personal data and for breaches.

Answer within 2 working days, carry out within 15 days (erasure 20), once longer by 15; a breach is told to the
authority within 72 hours of being found: Law 91/2025/QH15 art. 23 and Decree 356/2025/NĐ-CP as reported by the legal
press. UNVERIFIED against the official text, hence settings (`PRIVACY_TERMS`).
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.workdays import work_calendar
from truongso.people.privacy.types import DataRequestKind

_CLOSING = dt.time(17)
_AGE_OF_CONSENT = 7


def answer_by(asked_at: dt.datetime) -> dt.datetime:
    """17:00 on the last working day for an answer."""
    days = settings.PRIVACY_TERMS["answer_working_days"]
    return _closing(work_calendar().after(_day(asked_at), days))


def act_by(asked_at: dt.datetime, kind: DataRequestKind) -> dt.datetime:
    """17:00 on the last day for carrying it out."""
    days = settings.PRIVACY_TERMS["erase_days" if kind is DataRequestKind.ERASE else "act_days"]
    return _closing(_day(asked_at) + dt.timedelta(days=days))


def extended(deadline: dt.datetime) -> dt.datetime:
    """The deadline after the one extension the law allows."""
    return _closing(_day(deadline) + dt.timedelta(days=settings.PRIVACY_TERMS["extension_days"]))


def tell_by(found_at: dt.datetime) -> dt.datetime:
    """Until when a breach is told to the authority."""
    return found_at + dt.timedelta(hours=settings.PRIVACY_TERMS["incident_hours"])


def is_asked_too(birth_date: dt.date | None, day: dt.date) -> bool:
    """Whether the child itself must agree beside the representative: from seven years on; unknown counts as so."""
    if birth_date is None:
        return True
    birthday = (birth_date.year + _AGE_OF_CONSENT, birth_date.month, birth_date.day)
    return (day.year, day.month, day.day) >= birthday


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(SCHOOL_TIME).date()


def _closing(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, _CLOSING, tzinfo=SCHOOL_TIME)
