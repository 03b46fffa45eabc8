"""Giving a class its homeroom teacher, and ending it."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet

from truongso.accounts.public import holds_role
from truongso.accounts.types import Role
from truongso.kernel import audit, clock, scope
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction, transaction_required
from truongso.people.homeroom.queries import in_force, teachers
from truongso.people.homeroom.types import HomeroomRefusedError
from truongso.people.models import Homeroom, SchoolClass

_DAY = dt.timedelta(days=1)
_CLOCK = Actor.system("teaching", "worker")


@transaction_required
def set_teacher(
    *, actor: Actor, school_class: SchoolClass, user_id: int, valid_from: dt.date, valid_to: dt.date | None = None
) -> Homeroom:
    """The class has this teacher from that day on; whoever had it until further notice ends the day before.

    Raises HomeroomRefusedError `not_a_teacher`, `bad_dates`, `already_there`, `overlaps`.
    """
    named = {one.user_id: one.full_name for one in teachers(school_class.school_id, max(valid_from, clock.today()))}
    if user_id not in named:
        raise HomeroomRefusedError("not_a_teacher")
    if valid_to is not None and valid_to < valid_from:
        raise HomeroomRefusedError("bad_dates")
    SchoolClass.objects.for_school(school_class.school_id).select_for_update().get(pk=school_class.pk)
    rows = Homeroom.objects.for_school(school_class.school_id).filter(school_class=school_class)
    _make_room(rows, user_id, valid_from, named[user_id])
    later = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from))
    if valid_to is not None:
        later = later.filter(valid_from__lte=valid_to)
    other = later.order_by("valid_from").first()
    if other is not None:
        raise HomeroomRefusedError("overlaps", day=other.valid_from)
    row: Homeroom = Homeroom.objects.create(
        school_id=school_class.school_id, school_class=school_class, user_id=user_id, valid_from=valid_from,
        valid_to=valid_to, set_by=actor.user_id, set_at=clock.now(),
    )  # fmt: skip
    _record(actor, school_class, row, "set")
    return row


@transaction_required
def end_teacher(*, actor: Actor, homeroom: Homeroom, last_day: dt.date) -> None:
    """The teacher's last day with the class, not before yesterday: what was seen was seen as the class's teacher.

    Raises HomeroomRefusedError `ended`, `bad_dates`.
    """
    row = Homeroom.objects.for_school(homeroom.school_id).select_for_update().get(pk=homeroom.pk)
    if row.valid_to is not None and row.valid_to < clock.today():
        raise HomeroomRefusedError("ended", day=row.valid_to)
    too_late = row.valid_to is not None and last_day > row.valid_to
    if too_late or last_day < max(row.valid_from, clock.today() - _DAY):
        raise HomeroomRefusedError("bad_dates")
    row.valid_to = last_day
    row.save(update_fields=["valid_to"])
    _record(actor, row.school_class, row, "end")


def end_of_leavers() -> int:
    """What the clock does: who no longer holds the role has no class any more, and finds none coming back one day. A
    suspended account keeps its own. Returns how many ended."""
    ended, today = 0, clock.today()
    left = Homeroom.objects.across_schools("homeroom teachers of every school leave").filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=today), ~holds_role(Role.HOMEROOM_TEACHER, today),
        valid_from__lt=today,
    )  # fmt: skip
    for school_id in sorted(set(left.values_list("school_id", flat=True))):
        with scope.at_school(school_id), transaction():
            gone = in_force(school_id, today).filter(~holds_role(Role.HOMEROOM_TEACHER, today), valid_from__lt=today)
            for row in gone.select_for_update(of=("self",)).select_related("school_class"):
                row.valid_to = today - _DAY
                row.save(update_fields=["valid_to"])
                _record(_CLOCK, row.school_class, row, "end")
                ended += 1
    return ended


def _make_room(rows: QuerySet[Homeroom], user_id: int, valid_from: dt.date, name: str) -> None:
    """End what runs until further notice on the day before, not before yesterday as in `end_teacher`; a row that begins
    that very day or later stays in the way."""
    open_row = rows.filter(valid_to__isnull=True, valid_from__lt=valid_from).first()
    if open_row is None:
        return
    if open_row.user_id == user_id:
        raise HomeroomRefusedError("already_there", name=name)
    if valid_from < clock.today():
        raise HomeroomRefusedError("bad_dates")
    open_row.valid_to = valid_from - _DAY
    open_row.save(update_fields=["valid_to"])


def _record(actor: Actor, school_class: SchoolClass, row: Homeroom, verb: str) -> None:
    audit.record(
        actor, f"people:homeroom:{verb}", school_id=row.school_id, subject=("user", row.user_id),
        params={
            "class": school_class.name, "from": row.valid_from.isoformat(),
            "to": row.valid_to.isoformat() if row.valid_to else "",
        },
    )  # fmt: skip
