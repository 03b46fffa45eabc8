"""Looking at night, and when somebody asks."""

from __future__ import annotations

import datetime as dt
import functools
import logging

from django.db.models import Q

from truongso.kernel import clock
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.db import retrying, transaction
from truongso.organizations.public import School, schools_by_id
from truongso.payments.public import Payment
from truongso.reporting.flags.models import FlagCheck
from truongso.reporting.flags.services import check_school

log = logging.getLogger("truongso.reporting")
_AT_ONCE = 20
_NIGHT = 1  # o'clock at school


def check_flags() -> int:
    """Look at the payments of schools not looked at since last night, at most twenty at a time; how many."""
    done = 0
    for school in _due()[:_AT_ONCE]:
        try:
            retrying(functools.partial(_check, school))
            done += 1
        except Exception:  # one school must not keep the others from being looked at
            log.exception("payments of school %s were not looked at", school.pk)
    return done


def _check(school: School) -> None:
    with transaction():
        check_school(school)


def _due() -> list[School]:
    now = clock.now().astimezone(SCHOOL_TIME)
    night = now.replace(hour=_NIGHT, minute=0, second=0, microsecond=0)
    if night > now:
        night -= dt.timedelta(days=1)
    rows = FlagCheck.objects.across_schools("the clock asks for every school")
    fresh = rows.filter(checked_at__gte=night, due=False).values("school_id")
    paying = Payment.objects.across_schools("the clock asks for every school").filter(~Q(school_id__in=fresh))
    ids = sorted(paying.order_by().values_list("school_id", flat=True).distinct())
    found = schools_by_id(ids)
    return [found[pk] for pk in ids]
