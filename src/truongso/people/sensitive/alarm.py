"""Telling the principal when an account looks at many pupils' data, or at night."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from django.conf import settings
from django.utils.translation import gettext as _

from truongso.accounts.public import holders_of
from truongso.accounts.types import Role
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.limits import Limit, count
from truongso.messaging.public import ACCESS_ALARM, is_address, queue
from truongso.messaging.types import ChannelKind, Outgoing
from truongso.organizations.public import School
from truongso.people.sensitive.queries import pupils_seen

MOST_AN_HOUR = 100
"""Pupils one account may look at in an hour before the principal is told."""
NIGHT_FROM, NIGHT_TO = dt.time(22, 0), dt.time(5, 0)
PAGE = "/nhat-ky"


class Alarm(StrEnum):
    """What is out of the ordinary."""

    MANY = "many"
    NIGHT = "night"


_ONCE = {Alarm.MANY: Limit("access-many", 1, 3600), Alarm.NIGHT: Limit("access-night", 1, 12 * 3600)}


def watch(school: School, actor: Actor) -> list[Alarm]:
    """Look at what an account has just done and tell the principals, once an hour (once a night) for each account.

    Called after the opening is committed, outside a transaction. Returns what was told.
    """
    now = clock.now()
    seen = pupils_seen(school.pk, actor.user_id or 0, now - dt.timedelta(hours=1))
    found = [Alarm.MANY] if seen > MOST_AN_HOUR else []
    time = now.astimezone(clock.SCHOOL_TIME).time()
    if time >= NIGHT_FROM or time < NIGHT_TO:
        found.append(Alarm.NIGHT)
    told = [alarm for alarm in found if count(_ONCE[alarm], str(school.pk), str(actor.user_id)) == 1]
    for alarm in told:
        with transaction():
            _tell(school, actor, alarm, seen)
    return told


def _tell(school: School, actor: Actor, alarm: Alarm, seen: int) -> None:
    audit.record(
        actor, "people:sensitive:alarm", school_id=school.pk, subject=("user", actor.user_id),
        params={"alarm": alarm.value, "pupils": seen},
    )  # fmt: skip
    what = (
        _("đã mở thông tin nhạy cảm của %(count)s học sinh trong một giờ") % {"count": seen}
        if alarm is Alarm.MANY
        else _("đã mở thông tin nhạy cảm của học sinh trong đêm")
    )
    now = clock.now()
    messages = [
        Outgoing(
            ChannelKind.EMAIL, one.email, ACCESS_ALARM,
            {
                "nguoi_nhan": one.full_name, "truong": school.short_name, "nguoi_xem": actor.label, "viec": what,
                "dia_chi": settings.PUBLIC_URL + PAGE,
            },
            dedupe_key=f"access-{alarm.value}:{actor.user_id}:{now:%Y%m%d%H}:{one.user_id}", essential=True,
        )
        for one in holders_of([Role.PRINCIPAL], clock.today(), school_id=school.pk)
        if is_address(ChannelKind.EMAIL, one.email)
    ]  # fmt: skip
    if messages:
        queue(school.pk, messages=messages, batch=f"access-{alarm.value}", actor=actor)
