"""What is known of a pupil for pricing: policy categories (exemptions) and voluntary items chosen (opt-ins)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError
from django.db.models import Q, QuerySet

from truongso.fees.models import CollectionRound, Exemption, FeeItem, OptIn, ReductionRule
from truongso.fees.types import FeesRefusedError, RoundState
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint, transaction_required
from truongso.kernel.names import tidy
from truongso.kernel.school_keys import keyring_for_writing, place_of


@transaction_required
def add_exemption(
    school_id: int,
    *,
    student_id: int,
    rule_code: str,
    valid_from: dt.date,
    valid_to: dt.date | None,
    document: str,
    actor: Actor,
) -> Exemption:
    """Record that a pupil belongs to a policy category, from–to. `document` is the proof; blank: still to come.

    Refused: `no_such_rule` (unknown, or a rule for everyone, which needs no category), `dates_reversed`,
    `exemption_overlaps`, `no_such_student`.
    """
    if not ReductionRule.objects.filter(code=rule_code, everyone=False).exists():
        raise FeesRefusedError("no_such_rule")
    _check_dates(valid_from, valid_to)
    same = Exemption.objects.for_school(school_id).filter(student_id=student_id, rule_code=rule_code)
    if _overlapping(same, valid_from, valid_to).exists():
        raise FeesRefusedError("exemption_overlaps")
    try:
        with savepoint():
            made = Exemption(
                school_id=school_id, student_id=student_id, rule_code=rule_code, valid_from=valid_from,
                valid_to=valid_to, created_at=clock.now(), created_by=actor.user_id,
            )  # fmt: skip
            made.document = sealed_document(made, document)
            made.save(force_insert=True)
    except IntegrityError as error:  # the composite key: no such pupil in this school
        raise FeesRefusedError("no_such_student") from error
    _unplan_all(school_id)
    audit.record(
        actor, "fees:exemption:add", school_id=school_id, subject=("student", student_id),
        params={"from": valid_from.isoformat(), "to": valid_to and valid_to.isoformat()},  # why stands in no entry
    )  # fmt: skip
    return made


@transaction_required
def sealed_document(exemption: Exemption, text: str) -> bytes:
    """The words of the proof under the school's key, bound to this exemption; b"" for none."""
    said = tidy(text)[:200]
    place = place_of(exemption, "document")
    return keyring_for_writing(exemption.school_id).seal_text(said, place=place) if said else b""


@transaction_required
def end_exemption(school_id: int, *, exemption_id: int, valid_to: dt.date, actor: Actor) -> Exemption:
    """Let an exemption end on a day (included). Refused: `no_such_exemption`, `dates_reversed`."""
    found = Exemption.objects.for_school(school_id).filter(pk=exemption_id).first()
    if found is None:
        raise FeesRefusedError("no_such_exemption")
    exemption: Exemption = found
    _check_dates(exemption.valid_from, valid_to)
    exemption.valid_to = valid_to
    exemption.save(update_fields=["valid_to"])
    _unplan_all(school_id)
    audit.record(
        actor, "fees:exemption:end", school_id=school_id, subject=("student", exemption.student_id),
        params={"from": exemption.valid_from.isoformat(), "to": valid_to.isoformat()},
    )  # fmt: skip
    return exemption


@transaction_required
def opt_in(
    school_id: int,
    *,
    item_id: int,
    student_ids: Sequence[int],
    valid_from: dt.date,
    valid_to: dt.date | None,
    actor: Actor,
) -> int:
    """Record that families chose a voluntary item for these pupils; returns how many choices are new.

    Pupils who already have the item on a day of the span are left as they are. Refused: `no_such_item`,
    `item_not_voluntary`, `dates_reversed`, `no_such_student`.
    """
    item = FeeItem.objects.for_school(school_id).filter(pk=item_id).first()
    if item is None:
        raise FeesRefusedError("no_such_item")
    if not item.is_voluntary:
        raise FeesRefusedError("item_not_voluntary", name=item.name)
    _check_dates(valid_from, valid_to)
    same = OptIn.objects.for_school(school_id).filter(fee_item_id=item_id, student_id__in=student_ids)
    have = set(_overlapping(same, valid_from, valid_to).values_list("student_id", flat=True))
    new = sorted(set(student_ids) - have)
    now = clock.now()
    try:
        with savepoint():
            OptIn.objects.bulk_create(
                OptIn(
                    school_id=school_id, student_id=student_id, fee_item_id=item_id, valid_from=valid_from,
                    valid_to=valid_to, created_at=now, created_by=actor.user_id,
                )
                for student_id in new
            )  # fmt: skip
    except IntegrityError as error:
        raise FeesRefusedError("no_such_student") from error
    if new:
        _unplan_all(school_id)
        audit.record(
            actor, "fees:opt_in:add", school_id=school_id, subject=("fee_item", item_id),
            params={"students": new, "from": valid_from.isoformat(), "to": valid_to and valid_to.isoformat()},
        )  # fmt: skip
    return len(new)


@transaction_required
def end_opt_ins(school_id: int, *, item_id: int, student_ids: Sequence[int], last_day: dt.date, actor: Actor) -> int:
    """Families no longer want an item after `last_day`; returns how many choices ended.

    A choice that would only begin after that day is removed; the audit trail keeps that it was made.
    """
    running = OptIn.objects.for_school(school_id).filter(fee_item_id=item_id, student_id__in=student_ids)
    running = running.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=last_day))
    removed, _details = running.filter(valid_from__gt=last_day).delete()
    ended = running.filter(valid_from__lte=last_day).update(valid_to=last_day)
    if removed + ended:
        _unplan_all(school_id)
        audit.record(
            actor, "fees:opt_in:end", school_id=school_id, subject=("fee_item", item_id),
            params={"students": sorted(student_ids), "to": last_day.isoformat()},
        )  # fmt: skip
    return removed + ended


def _overlapping(rows: QuerySet[Any], valid_from: dt.date, valid_to: dt.date | None) -> QuerySet[Any]:
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from))
    return rows if valid_to is None else rows.filter(valid_from__lte=valid_to)


def _check_dates(valid_from: dt.date, valid_to: dt.date | None) -> None:
    if valid_to is not None and valid_to < valid_from:
        raise FeesRefusedError("dates_reversed")


def _unplan_all(school_id: int) -> None:
    """Previews of draft rounds are out of date."""
    CollectionRound.objects.for_school(school_id).filter(state=RoundState.DRAFT.value, planned_at__isnull=False).update(
        planned_at=None
    )
