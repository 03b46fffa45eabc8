"""Giving classes their subject teachers, ending it, and handing it over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from truongso.accounts.public import holds_role
from truongso.accounts.types import Role
from truongso.kernel import audit, clock, scope
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction, transaction_required
from truongso.people.models import SchoolClass, SchoolSubject, TeachingAssignment
from truongso.people.teaching.queries import in_force, teachers
from truongso.people.teaching.subjects import subject_by_key
from truongso.people.teaching.types import TeachingRefusedError

_DAY = dt.timedelta(days=1)
_CLOCK = Actor.system("teaching", "worker")


@transaction_required
def assign(
    *, actor: Actor, school_id: int, user_id: int, subject_key: str, class_ids: Collection[int], valid_from: dt.date,
    valid_to: dt.date | None = None,
) -> list[TeachingAssignment]:  # fmt: skip
    """The teacher teaches all these classes the subject from the first day to the last; without a last day to the end
    of the classes' school year. All or none.

    Raises TeachingRefusedError `not_a_teacher`, `no_class`, `bad_subject`, `bad_dates`, `outside_year`,
    `already_there`.
    """
    _holds_role(school_id, user_id, valid_from)
    classes = _locked(school_id, class_ids)
    if not classes or len(classes) < len(set(class_ids)):
        raise TeachingRefusedError("no_class")
    subject = subject_by_key(school_id, subject_key)
    spans = [_span(one, valid_from, valid_to) for one in classes]
    taken = [one.name for one, span in zip(classes, spans, strict=True) if _overlaps(one, subject, user_id, span)]
    if taken:
        raise TeachingRefusedError("already_there", classes=", ".join(taken))
    return [_create(actor, one, subject, user_id=user_id, span=span) for one, span in zip(classes, spans, strict=True)]


@transaction_required
def change(
    *, actor: Actor, school_id: int, public_ids: Collection[str], last_day: dt.date, successor_id: int | None = None
) -> int:
    """The last day of assignments, not before yesterday: what was seen was seen as the class's teacher. With a
    successor the classes are his from the day after, as long as they were the other's. What has not begun by the day
    after the last is withdrawn. All or none; how many assignments.

    Raises TeachingRefusedError `no_rows`, `over`, `bad_dates`, `not_a_teacher`, `already_there`.
    """
    rows = _rows(school_id, public_ids)
    if successor_id is not None:
        _holds_role(school_id, successor_id, last_day + _DAY)
    for row in rows:
        if row.withdrawn_at is not None or row.valid_to < clock.today():
            raise TeachingRefusedError("over", name=row.school_class.name)
        too_late = last_day > row.valid_to or (successor_id is not None and last_day == row.valid_to)
        if too_late or last_day < clock.today() - _DAY:
            raise TeachingRefusedError("bad_dates")
    taken = []
    for row in rows:
        until = row.valid_to
        _end(actor, row, last_day)
        if successor_id is None:
            continue
        first = max(last_day + _DAY, row.valid_from)
        if successor_id == row.user_id or _overlaps(row.school_class, row.subject, successor_id, (first, until)):
            taken.append(row.school_class.name)
        else:
            _create(actor, row.school_class, row.subject, user_id=successor_id, span=(first, until))
    if taken:
        raise TeachingRefusedError("already_there", classes=", ".join(taken))
    return len(rows)


def end_of_leavers() -> int:
    """What the clock does: assignments of who no longer holds the role end, so that who comes back one day finds no
    class of then. A suspended account keeps its own. Returns how many ended."""
    ended, today = 0, clock.today()
    live = TeachingAssignment.objects.across_schools("teachers of every school leave").filter(
        valid_from__lte=today, valid_to__gte=today, withdrawn_at=None
    )
    left = live.filter(~holds_role(Role.SUBJECT_TEACHER, today))
    for school_id in sorted(set(left.values_list("school_id", flat=True))):
        with scope.at_school(school_id), transaction():
            gone = in_force(school_id, today).filter(~holds_role(Role.SUBJECT_TEACHER, today))
            for row in gone.select_for_update(of=("self",)).select_related("school_class", "subject"):
                _end(_CLOCK, row, today - _DAY)
                ended += 1
    return ended


def _rows(school_id: int, public_ids: Collection[str]) -> list[TeachingAssignment]:
    rows = TeachingAssignment.objects.for_school(school_id).filter(public_id__in=set(public_ids))
    _locked(school_id, set(rows.values_list("school_class_id", flat=True)))
    found = list(rows.select_for_update(of=("self",)).select_related("school_class", "subject").order_by("pk"))
    if not found or len(found) < len(set(public_ids)):
        raise TeachingRefusedError("no_rows")
    return found


def _locked(school_id: int, class_ids: Collection[int]) -> list[SchoolClass]:
    """The classes, held until the end of the transaction: two people who give the same class wait for each other."""
    rows = SchoolClass.objects.for_school(school_id).filter(pk__in=set(class_ids))
    return list(rows.select_for_update(of=("self",)).select_related("school_year").order_by("pk"))


def _holds_role(school_id: int, user_id: int, first: dt.date) -> None:
    if user_id not in {one.user_id for one in teachers(school_id, max(first, clock.today()))}:
        raise TeachingRefusedError("not_a_teacher")


def _span(school_class: SchoolClass, first: dt.date, last: dt.date | None) -> tuple[dt.date, dt.date]:
    year = school_class.school_year
    until = year.ends_on if last is None else last
    if last is not None and last < first:
        raise TeachingRefusedError("bad_dates")
    if first < year.starts_on or until > year.ends_on or first > until:
        raise TeachingRefusedError("outside_year", start=year.starts_on, end=year.ends_on)
    return first, until


def _overlaps(school_class: SchoolClass, subject: SchoolSubject, user_id: int, span: tuple[dt.date, dt.date]) -> bool:
    rows = TeachingAssignment.objects.for_school(school_class.school_id).filter(
        school_class=school_class, subject=subject, user_id=user_id, withdrawn_at=None
    )
    return bool(rows.filter(valid_from__lte=span[1], valid_to__gte=span[0]).exists())


def _create(
    actor: Actor, school_class: SchoolClass, subject: SchoolSubject, *, user_id: int, span: tuple[dt.date, dt.date]
) -> TeachingAssignment:
    row: TeachingAssignment = TeachingAssignment.objects.create(
        school_id=school_class.school_id, school_class=school_class, subject=subject, user_id=user_id,
        valid_from=span[0], valid_to=span[1], set_by=actor.user_id, set_at=clock.now(),
    )  # fmt: skip
    _record(actor, row, "set")
    return row


def _end(actor: Actor, row: TeachingAssignment, last_day: dt.date) -> None:
    if last_day < row.valid_from:
        row.withdrawn_at = clock.now()
        row.save(update_fields=["withdrawn_at"])
        _record(actor, row, "withdraw")
        return
    row.valid_to = last_day
    row.save(update_fields=["valid_to"])
    _record(actor, row, "end")


def _record(actor: Actor, row: TeachingAssignment, verb: str) -> None:
    audit.record(
        actor, f"people:teaching:{verb}", school_id=row.school_id, subject=("user", row.user_id),
        params={
            "class": row.school_class.name, "subject": row.subject.name, "from": row.valid_from.isoformat(),
            "to": row.valid_to.isoformat(),
        },
    )  # fmt: skip
