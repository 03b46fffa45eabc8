"""The business acts of a roster: upload it, apply it once."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db.models import QuerySet

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.school_keys import keyring_for_writing, place_of
from truongso.organizations.public import School, SchoolYear, lock_school
from truongso.people.family_accounts.services import end_for_others
from truongso.people.models import RosterImport
from truongso.people.services.applying import RosterWriter
from truongso.people.services.previewing import preview, read_roster
from truongso.people.types import PeopleError

FILE_DAYS = 7
"""How long an uploaded roster waits for somebody to look at it."""
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
    waiting: QuerySet[RosterImport] = (
        RosterImport.objects.for_school(school)
        .filter(sha256=digest, school_year=year, applied_at__isnull=True)
        .exclude(content=b"")
    )
    known = waiting.first()
    if known is not None:
        return known
    stored = RosterImport(
        school=school,
        file_name=file_name[-_LONGEST_NAME:],
        sha256=digest,
        school_year=year,
        uploaded_by=actor.user_id,
        uploaded_at=clock.now(),
        counts={"rows": len(roster.rows) + len(roster.refused)},
    )
    stored.content = keyring_for_writing(school.pk).seal(content, place=place_of(stored, "content"))
    stored.save(force_insert=True)
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

    Raises PeopleError `import_applied` (at) when it was applied before, `file_gone` when it is kept no more, and
    `plan_changed` when the school has changed since the preview, so that nobody confirms what they did not see.
    Nothing is written then.
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
    # The file goes once every row of it is taken; refused ones may still be fetched to correct them.
    rows.update(counts=counts, **({} if found.plan.refused else {"content": b""}))
    applied = audit.Act("people:roster:apply", "roster", stored.public_id, {"sha256": stored.sha256, **counts})
    audit.record_many(actor, school_id=school.pk, acts=[applied, *writer.acts])
    if writer.replaced_guardians:
        end_for_others(actor=actor, school_id=school.pk, guardian_ids=writer.replaced_guardians)
    return counts


def forget_files() -> int:
    """Empty files that wait, or whose refused rows were not fetched, for longer than `FILE_DAYS`; how many."""
    before = clock.now() - dt.timedelta(days=FILE_DAYS)
    rows = RosterImport.objects.across_schools("uploaded files go after their term").exclude(content=b"")
    return int(rows.filter(uploaded_at__lt=before).update(content=b""))


@transaction_required
def import_roster(*, actor: Actor, school: School, year: SchoolYear, file_name: str, content: bytes) -> dict[str, int]:
    """Upload and apply in one act, for commands where nobody looks at a preview; returns what was done."""
    stored = store_roster(actor=actor, school=school, year=year, file_name=file_name, content=content)
    return apply_roster(actor=actor, school=school, stored=stored, seen=preview(school, stored).digest)
