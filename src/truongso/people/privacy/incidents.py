"""The register of breaches: what happened, whom it touches, what was done, and the clock for telling the authority."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.data_classes import DataClass
from truongso.kernel.db import transaction_required
from truongso.organizations.public import School
from truongso.people.models import Incident
from truongso.people.privacy import terms
from truongso.people.privacy.requests import next_number
from truongso.people.privacy.types import IncidentState, PrivacyRefusedError


@dataclass(frozen=True, slots=True)
class IncidentData:
    """What is known of a breach."""

    title: str
    found_at: dt.datetime
    description: str
    happened_at: dt.datetime | None = None
    classes: Sequence[DataClass] = ()
    people: int = 0
    consequences: str = ""
    measures: str = ""


@transaction_required
def record(*, actor: Actor, school: School, data: IncidentData) -> Incident:
    """Put a breach into the register; the clock runs from when it was found.

    Raises PrivacyRefusedError: text_missing · day_to_come · found_before (found before it happened).
    """
    _check(data)
    made: Incident = Incident.objects.create(
        school=school, number=next_number(school.pk, Incident), recorded_at=clock.now(), recorded_by=actor.user_id,
        tell_by=terms.tell_by(data.found_at), **_columns(data),
    )  # fmt: skip
    _record(actor, made, "record", {"people": made.people, "found": made.found_at.isoformat()})
    return made


@transaction_required
def update(*, actor: Actor, incident: Incident, data: IncidentData) -> Incident:
    """What is known by now, while the matter is not closed; when it was found stays. Raises as `record`, not_open."""
    row = _locked(incident, IncidentState.OPEN, IncidentState.TOLD)
    _check(data)
    for name, value in _columns(data).items():
        if name != "found_at":
            setattr(row, name, value)
    row.save()
    _record(actor, row, "update", {"people": row.people})
    return row


@transaction_required
def tell(*, actor: Actor, incident: Incident, told_at: dt.datetime, told_to: str) -> Incident:
    """The authority was told. Raises PrivacyRefusedError text_missing, day_to_come, found_before, not_open."""
    row = _locked(incident, IncidentState.OPEN)
    if not told_to.strip():
        raise PrivacyRefusedError("text_missing")
    if told_at > clock.now():
        raise PrivacyRefusedError("day_to_come")
    if told_at < row.found_at:
        raise PrivacyRefusedError("found_before")
    row.state, row.told_at, row.told_to = IncidentState.TOLD.value, told_at, told_to.strip()[:160]
    row.told_by = actor.user_id
    row.save()
    _record(actor, row, "tell", {"to": row.told_to, "in_time": told_at <= row.tell_by})
    return row


@transaction_required
def close(*, actor: Actor, incident: Incident, conclusion: str) -> Incident:
    """Closed with what was learnt; one that was not told needs the reason in it.

    Raises PrivacyRefusedError text_missing, not_open.
    """
    row = _locked(incident, IncidentState.OPEN, IncidentState.TOLD)
    if not conclusion.strip():
        raise PrivacyRefusedError("text_missing")
    row.state, row.closed_at, row.closed_by = IncidentState.CLOSED.value, clock.now(), actor.user_id
    row.conclusion = conclusion.strip()[:1000]
    row.save()
    _record(actor, row, "close", {"told": row.told_at is not None}, row.conclusion)
    return row


def _check(data: IncidentData) -> None:
    if not (data.title.strip() and data.description.strip()):
        raise PrivacyRefusedError("text_missing")
    if data.found_at > clock.now():
        raise PrivacyRefusedError("day_to_come")
    if data.happened_at is not None and data.happened_at > data.found_at:
        raise PrivacyRefusedError("found_before")


def _columns(data: IncidentData) -> dict[str, object]:
    return {
        "title": data.title.strip()[:160], "happened_at": data.happened_at, "found_at": data.found_at,
        "classes": [one.value for one in data.classes], "people": data.people,
        "description": data.description.strip()[:2000], "consequences": data.consequences.strip()[:2000],
        "measures": data.measures.strip()[:2000],
    }  # fmt: skip


def _locked(incident: Incident, *states: IncidentState) -> Incident:
    rows = Incident.objects.for_school(incident.school_id).select_for_update()
    found: Incident = rows.get(pk=incident.pk)
    if found.state not in {one.value for one in states}:
        raise PrivacyRefusedError("not_open")
    return found


def _record(actor: Actor, row: Incident, verb: str, params: dict[str, object], reason: str = "") -> None:
    audit.record(
        actor, f"people:incident:{verb}", school_id=row.school_id, subject=("incident", row.number), params=params,
        reason=reason,
    )  # fmt: skip
