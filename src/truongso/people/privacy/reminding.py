"""Reminding the school of deadlines: requests a day before they are due and when late, breaches a day before."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext as _

from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.people.models import DataRequest, Incident
from truongso.people.privacy.notices import tell_school
from truongso.people.privacy.queries import due_of
from truongso.people.privacy.types import OPEN, IncidentState

_ACTOR = Actor.system("privacy")
_AHEAD = dt.timedelta(days=1)


def remind() -> int:
    """Write to schools about what is due within a day or late; each request at most once a day; how many."""
    today, soon = clock.today(), clock.now() + _AHEAD
    rows = DataRequest.objects.across_schools("deadlines of every school are watched").filter(state__in=OPEN)
    near = rows.filter(Q(answered_at=None, answer_by__lte=soon) | Q(answered_at__isnull=False, act_by__lte=soon))
    done = 0
    for row in near.exclude(reminded_on=today).select_related("school")[:200]:
        what = _("Trả lời yêu cầu %(n)s") if row.answered_at is None else _("Làm xong yêu cầu %(n)s")
        with transaction():
            tell_school(
                row.school, what=what % {"n": row}, due=due_of(row), key=f"remind:{row.public_id}:{today}",
                actor=_ACTOR,
            )  # fmt: skip
            DataRequest.objects.for_school(row.school_id).filter(pk=row.pk).update(reminded_on=today)
        done += 1
    return done + _remind_of_breaches(soon)


def _remind_of_breaches(soon: dt.datetime) -> int:
    rows = Incident.objects.across_schools("deadlines of every school are watched").filter(
        state=IncidentState.OPEN.value, reminded_at=None, tell_by__lte=soon
    )
    done = 0
    for row in rows.select_related("school")[:200]:
        with transaction():
            what = _("Thông báo sự cố dữ liệu số %(n)s") % {"n": row.number}
            tell_school(row.school, what=what, due=row.tell_by, key=f"breach:{row.public_id}", actor=_ACTOR)
            Incident.objects.for_school(row.school_id).filter(pk=row.pk).update(reminded_at=clock.now())
        done += 1
    return done
