"""The business acts of a roster: upload it, apply it once."""

from __future__ import annotations

import hashlib

from django.db.models import QuerySet

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.organizations.public import School, SchoolYear, lock_school
from truongso.people.models import RosterImport
from truongso.people.services.applying import RosterWriter
from truongso.people.services.previewing import preview, read_roster
from truongso.people.types import PeopleError

_LONGEST_NAME = 200


@transaction_required
def store_roster(*, actor: Actor, school: School, year: SchoolYear, file_name: str, content: bytes) -> RosterImport:
    """Keep an uploaded file that reads as a roster; the same file not yet applied is kept once.

    Raises SheetError and RosterError for files that do not, PeopleError `year_over` for a year that has
    ended. Nothing is kept then.
    """
    if year.ends_on < clock.today():
        raise PeopleError("year_over", code=year.code)
    roster = read_roster(content, file_name)
    digest = hashlib.sha256(content).hexdigest()
    waiting: QuerySet[RosterImport] = RosterImport.objects.for_school(school).filter(
        sha256=digest, school_year=year, applied_at__isnull=True
    )
    known = waiting.first()
    if known is not None:
        return known
    stored: RosterImport = RosterImport.objects.create(
        school=school,
        file_name=file_name[-_LONGEST_NAME:],
        sha256=digest,
        content=content,
        school_year=year,
        uploaded_by=actor.user_id,
        uploaded_at=clock.now(),
        counts={"rows": len(roster.rows) + len(roster.refused)},
    )
    audit.record(
        actor,
        "people:roster:upload",
        school_id=school.pk,
        subject=("roster", stored.public_id),
        params={"file": stored.file_name, "sha256": digest, "year": year.code},
    )
    return stored


@transaction_required
def apply_roster(*, actor: Actor, school: School, stored: RosterImport, seen: str) -> dict[str, int]:
    """Apply a stored roster as it was shown (`seen` is the preview's digest); returns what was done.

    Raises PeopleError `import_applied` (at) when it was applied before, and `plan_changed` when the school
    has changed since the preview, so that nobody confirms what they did not see. Nothing is written then.
    """
    lock_school(school)
    rows = RosterImport.objects.for_school(school).filter(pk=stored.pk)
    if not rows.filter(applied_at__isnull=True).update(applied_at=clock.now()):
        raise PeopleError("import_applied", at=rows.values_list("applied_at", flat=True).get())
    found = preview(school, stored)
    if found.digest != seen:
        raise PeopleError("plan_changed")
    writer = RosterWriter(school, found)
    made = writer.write()
    counts = {**found.plan.counts, **made}
    rows.update(counts=counts)
    applied = audit.Act("people:roster:apply", "roster", stored.public_id, {"sha256": stored.sha256, **counts})
    audit.record_many(actor, school_id=school.pk, acts=[applied, *writer.acts])
    return counts


@transaction_required
def import_roster(*, actor: Actor, school: School, year: SchoolYear, file_name: str, content: bytes) -> dict[str, int]:
    """Upload and apply in one act, for commands where nobody looks at a preview; returns what was done."""
    stored = store_roster(actor=actor, school=school, year=year, file_name=file_name, content=content)
    return apply_roster(actor=actor, school=school, stored=stored, seen=preview(school, stored).digest)
